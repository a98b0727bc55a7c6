import { expect, test } from "bun:test";
import { type Bytes, fromText, mapKey } from "../../../src/bytes/bytes.ts";
import type { DB } from "../../../src/database/db.ts";
import { TYPE_HASH, TYPE_STRING } from "../../../src/keyspace/rows/key-row.ts";
import { useFakeClock } from "../../support/fake-clock.ts";
import { putCollection } from "../../support/hand-made-collections.ts";
import { openLedis } from "../../support/open-ledis.ts";

const v = fromText("v");

interface Wanted {
  readonly match?: string;
  readonly type?: number;
  readonly rows?: number;
}

/** All keys, page by page, and how many pages there were. */
function walk(db: DB, { match, type, rows = 1000 }: Wanted = {}): [keys: string[], pages: number] {
  const filter = { pattern: match === undefined ? null : fromText(match), type: type ?? null };
  const keys: string[] = [];
  let after: Bytes | null = null;
  let pages = 0;
  do {
    const page = db.keys.page(after, filter, rows);
    keys.push(...page.keys.map(mapKey));
    after = page.last;
    pages++;
  } while (after !== null);
  return [keys, pages];
}

function set(db: DB, ...names: string[]): void {
  for (const name of names) db.strings.set(fromText(name), v);
}

test("keys come in order, each once, whatever holds them: memory, SQLite or both", async () => {
  await using test = await openLedis();
  set(test.db, "b", "d", "f");
  await test.ledis.flush();
  set(test.db, "a", "d", "e");
  test.db.keys.remove(fromText("f"));
  set(test.ledis.select(1), "other");
  expect(walk(test.db)).toEqual([["a", "b", "d", "e"], 1]);
});

test("a page looks at so many keys, and the last one says that it is the last", async () => {
  await using test = await openLedis();
  set(test.db, "a", "b", "c", "d");
  expect(walk(test.db, { rows: 1 })).toEqual([["a", "b", "c", "d"], 4]);
  expect(walk(test.db, { rows: 2 })).toEqual([["a", "b", "c", "d"], 2]);
  expect(walk(test.db, { rows: 3 })[1]).toBe(2);
  expect(walk(test.ledis.select(1), { rows: 1 })).toEqual([[], 1]);
});

test("keys that come and go meanwhile hide none of the others", async () => {
  await using test = await openLedis();
  const all = Array.from({ length: 100 }, (_, i) => `key:${String(i).padStart(3, "0")}`);
  set(test.db, ...all);
  await test.ledis.flush();
  const seen: string[] = [];
  let after: Bytes | null = null;
  for (let step = 0; step === 0 || after !== null; step++) {
    const page = test.db.keys.page(after, { pattern: null, type: null }, 7);
    seen.push(...page.keys.map(mapKey));
    after = page.last;
    set(test.db, `key:${step}x`, `aaa${step}`);
    if (after !== null) test.db.keys.remove(after);
    if (step % 3 === 0) await test.ledis.flush();
  }
  expect(seen.filter((key) => all.includes(key))).toEqual(all);
});

test("a pattern lets through what it matches, and its literal start narrows the walk", async () => {
  await using test = await openLedis();
  set(test.db, "", "a", "user:1", "user:10", "user:2", "z");
  expect(walk(test.db, { match: "*" })[0]).toEqual(["", "a", "user:1", "user:10", "user:2", "z"]);
  expect(walk(test.db, { match: "user:*", rows: 3 })).toEqual([["user:1", "user:10", "user:2"], 1]);
  expect(walk(test.db, { match: "user:?" })[0]).toEqual(["user:1", "user:2"]);
  expect(walk(test.db, { match: "user:1", rows: 2 })).toEqual([["user:1"], 1]);
  expect(walk(test.db, { match: "[az]", rows: 1 })).toEqual([["a", "z"], 6]);
  expect(walk(test.db, { match: "" })[0]).toEqual([""]);
});

test("a prefix of bytes 255 ends where it should", async () => {
  await using test = await openLedis();
  for (const key of [[255], [255, 255], [255, 255, 1], [254]]) {
    test.db.strings.set(Uint8Array.from(key), v);
  }
  const pattern = Uint8Array.of(255, 255, 0x2a);
  for (let round = 0; round < 2; round++) {
    const { keys } = test.db.keys.page(null, { pattern, type: null }, 10);
    expect(keys).toEqual([Uint8Array.of(255, 255), Uint8Array.of(255, 255, 1)]);
    await test.ledis.flush();
  }
});

test("a type lets through its own keys", async () => {
  await using test = await openLedis();
  set(test.db, "a", "c");
  putCollection(test.ledis, test.db, fromText("b"));
  await test.ledis.flush();
  expect(walk(test.db, { type: TYPE_STRING })[0]).toEqual(["a", "c"]);
  expect(walk(test.db, { type: TYPE_HASH })[0]).toEqual(["b"]);
  expect(walk(test.db, { type: -1, rows: 2 })).toEqual([[], 2]);
});

test("expired keys are not shown, in memory or in SQLite", async () => {
  using time = useFakeClock(1000);
  await using test = await openLedis();
  test.db.strings.set(fromText("a"), v, 2000);
  set(test.db, "b");
  await test.ledis.flush();
  test.db.strings.set(fromText("c"), v, 2000);
  expect(walk(test.db)[0]).toEqual(["a", "b", "c"]);
  time.set(2000);
  expect(walk(test.db)[0]).toEqual(["b"]);
});
