import { expect, test } from "bun:test";
import { seededRandom } from "../../../scripts/random-commands/draw.ts";
import { fromText, mapKey } from "../../../src/bytes/bytes.ts";
import { RandomKey } from "../../../src/database/keys/random-key.ts";
import { useFakeClock } from "../../support/fake-clock.ts";
import { openLedis, type TestLedis } from "../../support/open-ledis.ts";

const v = fromText("v");

/** How often each key came in `count` throws. */
function draw({ ledis, db }: TestLedis, count: number): Map<string, number> {
  const random = new RandomKey(ledis.keyspace, () => db.table.space, seededRandom(7));
  const drawn = new Map<string, number>();
  for (let i = 0; i < count; i++) {
    const key = mapKey(random.choose()!);
    drawn.set(key, (drawn.get(key) ?? 0) + 1);
  }
  return drawn;
}

test("an empty database has none", async () => {
  await using test = await openLedis();
  test.ledis.select(1).strings.set(fromText("other"), v);
  expect(test.db.keys.random()).toBeNull();
});

test("each of a few keys comes about as often", async () => {
  await using test = await openLedis();
  const names = ["", "a", "aa", "b", "zzz", "\u00ff"];
  for (const name of names) test.db.strings.set(Buffer.from(name, "latin1"), v);
  const drawn = draw(test, 600);
  expect([...drawn.keys()].sort()).toEqual(names);
  for (const count of drawn.values()) expect(count).toBeGreaterThan(50);
});

test("numbered keys with a common start are well spread, whether in memory or in SQLite", async () => {
  await using test = await openLedis();
  for (let i = 0; i < 2000; i++)
    test.db.strings.set(fromText(`key:${String(i).padStart(9, "0")}`), v);
  for (let round = 0; round < 2; round++) {
    const drawn = draw(test, 500);
    expect(drawn.size).toBeGreaterThan(350);
    const hundreds = new Set([...drawn.keys()].map((key) => key.slice(0, 11)));
    expect(hundreds.size).toBe(20);
    await test.ledis.flush();
  }
});

test("each key can come, also one that is the start of all others", async () => {
  await using test = await openLedis();
  const names = ["k", ...Array.from({ length: 60 }, (_, i) => `k${"x".repeat(i % 3)}${i}`)];
  for (const name of names) test.db.strings.set(fromText(name), v);
  expect(draw(test, 4000).size).toBe(names.length);
});

test("expired keys never come, and with only those there is none", async () => {
  using time = useFakeClock(1000);
  await using test = await openLedis();
  for (let i = 0; i < 500; i++)
    test.db.strings.set(fromText(`key:${i}`), v, i % 50 === 0 ? 0 : 2000);
  time.set(2000);
  const drawn = draw(test, 200);
  expect([...drawn.keys()].every((key) => Number(key.slice(4)) % 50 === 0)).toBe(true);
  for (let i = 0; i < 500; i += 50) test.db.keys.remove(fromText(`key:${i}`));
  expect(test.db.keys.random()).toBeNull();
});

test("keys that are gone, expired or flushed do not come, however many were found before", async () => {
  using time = useFakeClock(1000);
  await using test = await openLedis();
  const { db } = test;
  const name = (i: number) => fromText(`key:${i}`);
  for (let i = 0; i < 1000; i++) db.strings.set(name(i), v, i % 2 === 0 ? 0 : 2000);
  for (let i = 0; i < 50; i++) db.keys.random();
  for (let i = 0; i < 1000; i += 4) db.keys.remove(name(i));
  time.set(2000);
  for (let i = 0; i < 200; i++) expect(Number(mapKey(db.keys.random()!).slice(4)) % 4).toBe(2);
  db.clear();
  expect(db.keys.random()).toBeNull();
});
