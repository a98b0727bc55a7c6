import { expect, test } from "bun:test";
import { DatasetDigest } from "../../src/database/dataset-digest.ts";
import { fromText, type Ledis } from "../../src/database/ledis.ts";
import { openLedis } from "../support/open-ledis.ts";

function digestOf(ledis: Ledis): string {
  const digest = new DatasetDigest(ledis);
  for (;;) {
    const result = digest.slice();
    if (result !== null) return result;
  }
}

const b = fromText;

/** The same content, written in another order. */
function fill(ledis: Ledis, isReversed: boolean): void {
  const db = ledis.select(0);
  const works = [
    () => db.strings.set(b("string"), b("value")),
    () => void db.hashes.set(b("hash"), [b("f"), b("1"), b("g"), b("2")]),
    () => void db.sets.add(b("set"), [b("x"), b("y")]),
    () => void db.lists.push(b("list"), "right", [b("1"), b("2")]),
  ];
  for (const work of isReversed ? works.reverse() : works) work();
  ledis.turns.end();
}

test("equal content has an equal digest, however it was written and whether it was flushed", async () => {
  await using one = await openLedis();
  await using other = await openLedis();
  fill(one.ledis, false);
  other.ledis.select(0).hashes.set(b("gone"), [b("f"), b("1")]);
  other.ledis.turns.end();
  other.ledis.flushAll();
  fill(other.ledis, true);
  const digest = digestOf(one.ledis);
  expect(digest).toMatch(/^[0-9a-f]{40}$/);
  expect(digestOf(other.ledis)).toBe(digest);
  await other.ledis.flush();
  expect(digestOf(other.ledis)).toBe(digest);
});

test("any difference makes another digest", async () => {
  await using one = await openLedis();
  const { ledis } = one;
  const seen = new Set([digestOf(ledis)]);
  const db = ledis.select(0);
  const steps = [
    () => db.strings.set(b("k"), b("v")),
    () => db.strings.set(b("k"), b("w")),
    () => db.keys.expire(b("k"), Date.now() + 1e6),
    () => ledis.select(1).strings.set(b("k"), b("v")),
    () => void db.sets.add(b("s"), [b("a")]),
    () => void db.sets.add(b("s"), [b("b")]),
    () => void db.lists.push(b("l"), "right", [b("1"), b("2")]),
    () => void db.lists.push(b("l"), "left", [b("3")]),
    () => ledis.swap(0, 1),
  ];
  for (const step of steps) {
    step();
    ledis.turns.end();
    const digest = digestOf(ledis);
    expect(seen.has(digest)).toBe(false);
    seen.add(digest);
  }
});

test("a large collection is digested in slices", async () => {
  await using one = await openLedis();
  const members = Array.from({ length: 50_000 }, (_, i) => b(`member ${i}`));
  one.ledis.select(0).sets.add(b("s"), members);
  one.ledis.turns.end();
  const digest = new DatasetDigest(one.ledis);
  let slices = 1;
  while (digest.slice() === null) slices++;
  expect(slices).toBeGreaterThan(5);
});
