import { expect, test } from "bun:test";
import { fromMapKey, fromText, mapKey, toText } from "../../../src/bytes/bytes.ts";
import { ForeignDatabases } from "../../../src/replication/foreign/foreign-databases.ts";
import { RecordWriter } from "../../../src/replication/legacy/record-writer.ts";
import { storeKeys } from "../../support/fake-ledisdb.ts";
import { keepLog } from "../../support/keep-log.ts";
import { openLedis, type TestLedis } from "../../support/open-ledis.ts";

const lines = keepLog();

function writerOf({ ledis }: TestLedis) {
  let skipped = 0;
  const writer = new RecordWriter(ForeignDatabases.seen(ledis), () => void skipped++);
  const write = (key: string, value: string | null) =>
    writer.write(fromMapKey(key), value === null ? null : fromMapKey(value));
  return { writer, write, skipped: () => skipped };
}

const ends = (first: number, last: number): string => {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(first, 0);
  bytes.writeUInt32LE(last, 4);
  return mapKey(bytes);
};
const int64 = (value: bigint): string => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return mapKey(bytes);
};
const START = 1 << 30;
const [L, B, S, Z] = [fromText("l"), fromText("b"), fromText("s"), fromText("z")];
const itemsOf = ({ db }: TestLedis): string[] => db.lists.range(L, 0, -1).map(toText);

test("items of a list whose ends have not come wait, over a restart too", async () => {
  await using test = await openLedis();
  let { write } = writerOf(test);
  write(storeKeys.item(0, "l", START), "a");
  write(storeKeys.item(0, "l", START + 1), "b");
  expect(test.db.keys.has(L)).toBe(false);
  await test.reopen();
  ({ write } = writerOf(test));
  write(storeKeys.item(0, "l", START - 1), "z");
  write(storeKeys.ends(0, "l"), ends(START - 1, START + 1));
  expect(itemsOf(test)).toEqual(["z", "a", "b"]);
  write(storeKeys.item(0, "l", START + 2), "c");
  expect(itemsOf(test)).toEqual(["z", "a", "b"]);
  write(storeKeys.ends(0, "l"), ends(START - 1, START + 2));
  expect(itemsOf(test)).toEqual(["z", "a", "b", "c"]);
  test.db.lists.push(L, "left", [fromText("y")]);
  test.db.lists.push(L, "right", [fromText("d")]);
  expect(itemsOf(test)).toEqual(["y", "z", "a", "b", "c", "d"]);
});

test("a list never claims an item that is not there", async () => {
  await using test = await openLedis();
  const { skipped, write } = writerOf(test);
  for (let place = 0; place < 5; place++) write(storeKeys.item(0, "l", START + place), `${place}`);
  write(storeKeys.ends(0, "l"), ends(START, START + 4));
  write(storeKeys.item(0, "l", START + 3), null);
  expect(itemsOf(test)).toEqual(["0", "1", "2"]);
  write(storeKeys.item(0, "l", START), null);
  expect(itemsOf(test)).toEqual(["1", "2"]);
  write(storeKeys.ends(0, "l"), ends(START + 1, START + 2));
  expect(skipped()).toBe(0);
  write(storeKeys.ends(0, "l"), ends(START + 1, START + 9));
  expect(itemsOf(test)).toEqual(["1", "2"]);
  write(storeKeys.ends(0, "missing"), ends(START, START));
  expect(skipped()).toBe(2);
  expect(lines.filter((line) => line.includes("makes no sense"))).toHaveLength(2);
  write(storeKeys.ends(0, "l"), null);
  expect(test.db.keys.has(L)).toBe(false);
});

test("LTRIM and LSET of later versions come out right", async () => {
  await using test = await openLedis();
  const { write } = writerOf(test);
  for (let place = 0; place < 6; place++) write(storeKeys.item(0, "l", START + place), `${place}`);
  write(storeKeys.ends(0, "l"), ends(START, START + 5));
  write(storeKeys.item(0, "l", START + 2), "two");
  for (const place of [0, 1, 4, 5]) write(storeKeys.item(0, "l", START + place), null);
  write(storeKeys.ends(0, "l"), ends(START + 2, START + 3));
  expect(itemsOf(test)).toEqual(["two", "3"]);
});

test("the tail of a name is that of its bitmaps in all databases, now and later", async () => {
  await using test = await openLedis();
  const { write } = writerOf(test);
  const segment = (first: number) => String.fromCharCode(first).padEnd(512, "\0");
  const lengthOf = (db: number) => test.ledis.select(db).bitmaps.get(B)?.length ?? null;
  write(storeKeys.segment(0, "b", 0), segment(1));
  expect(lengthOf(0)).toBe(1);
  write(storeKeys.tail("b"), ends(0, 100));
  expect(lengthOf(0)).toBe(13);
  write(storeKeys.segment(3, "b", 0), segment(2));
  expect([lengthOf(3), lengthOf(1)]).toEqual([13, null]);
  write(storeKeys.tail("b"), ends(1, 7));
  expect([lengthOf(0), lengthOf(3)]).toEqual([513, 513]);
  expect(test.ledis.select(3).bitmaps.getBit(B, 1)).toBe(1);
  write(storeKeys.tail("b"), null);
  expect(lengthOf(3)).toBe(513);
  write(storeKeys.segment(0, "b", 0), null);
  expect(lengthOf(0)).toBeNull();
  write(storeKeys.segment(0, "b", 0), segment(1));
  expect(lengthOf(0)).toBe(1);
});

test("scores become doubles, and times milliseconds", async () => {
  await using test = await openLedis();
  const { write } = writerOf(test);
  write(storeKeys.member(0, "z", "m"), int64(-(2n ** 53n)));
  expect(test.db.zsets.score(Z, fromText("m"))).toBe(-(2 ** 53));
  write(storeKeys.kv(0, "s"), "v");
  const ttl = storeKeys.ttl(0, 1, "s");
  write(ttl, int64(4_102_444_800n));
  expect(test.db.keys.expireAt(S)).toBe(4_102_444_800_000);
  write(storeKeys.kv(0, "s"), "w");
  expect(test.db.keys.expireAt(S)).toBe(4_102_444_800_000);
  write(ttl, null);
  expect(test.db.keys.expireAt(S)).toBe(0);
  write(ttl, int64(2n ** 62n));
  expect(test.db.keys.expireAt(S)).toBe(2 ** 48 - 1);
  write(ttl, int64(0n));
  expect(test.db.keys.has(S)).toBe(false);
});

test("records of no sense are left out, and told of", async () => {
  await using test = await openLedis();
  const { skipped, write } = writerOf(test);
  write("\x20nonsense", "v");
  write(storeKeys.member(0, "z", "m"), "short");
  write(storeKeys.segment(0, "b", 0), "short");
  write(storeKeys.ttl(0, 1, "s"), "");
  write(storeKeys.tail("b"), "");
  write(storeKeys.tail("b"), ends(2 ** 31, 0));
  expect(skipped()).toBe(6);
  expect(test.db.counts()).toEqual({ keys: 0, expires: 0 });
});
