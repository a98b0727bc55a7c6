import { expect, test } from "bun:test";
import { type Bytes, copyBytes, fromText } from "../../src/bytes/bytes.ts";
import { streamId } from "../../src/bytes/stream-id.ts";
import type { RdbValue } from "../../src/rdb/rdb-value.ts";
import { openLedis } from "../support/open-ledis.ts";

const COUNT = 1500;
const K = fromText("k");
const OTHER = fromText("other");
const LATER_MS = 4_102_444_800_000;

const names = Array.from({ length: COUNT }, (_, i) => fromText(`name ${i}`));
const group = {
  name: fromText("g"),
  lastId: streamId(BigInt(COUNT), 0n),
  entriesRead: BigInt(COUNT),
  consumers: [{ name: fromText("c"), seenAtMs: 1, activeAtMs: 1 }],
  pending: names.map((_, i) => ({
    id: streamId(BigInt(i + 1), 0n),
    deliveredAtMs: 5,
    deliveries: 2,
    consumer: fromText("c"),
  })),
};
const values: readonly RdbValue[] = [
  { type: "string", bytes: () => K },
  { type: "list", items: () => names },
  { type: "set", members: () => names },
  {
    type: "hash",
    fields: () =>
      names.map((field, i) => ({
        field,
        value: field,
        expireAtMs: i % 3 === 0 ? LATER_MS + i : 0,
      })),
  },
  { type: "zset", members: () => names.map((member, i) => ({ member, score: i % 7 })) },
  {
    type: "bitmap",
    tail: COUNT * 4096 - 1,
    segments: () => names.map((_, number) => ({ number, bytes: new Uint8Array(512).fill(1) })),
  },
  {
    type: "stream",
    head: {
      length: COUNT,
      lastId: streamId(BigInt(COUNT + 5), 0n),
      maxDeletedId: streamId(3n, 3n),
      entriesAdded: BigInt(COUNT + 9),
    },
    entries: () => names.map((name, i) => ({ id: streamId(BigInt(i + 1), 0n), fields: [K, name] })),
    groups: () => [group],
  },
];

test.each(values.map((value) => [value.type, value] as const))(
  "a %s that is stored in turns is what it is when it is stored at once",
  async (type, value) => {
    await using ledis = await openLedis();
    const content = (key: Bytes) => copyBytes(ledis.db.dumps.dump(key)!);
    ledis.db.strings.set(K, OTHER, 1_000);
    ledis.db.dumps.storeChecked(OTHER, value, LATER_MS);
    let pauses = 0;
    for (const _ of ledis.db.dumps.storing(K, value, LATER_MS)) {
      await ledis.commit();
      expect(ledis.db.keys.type(K)).toBe(ledis.db.keys.type(OTHER));
      pauses++;
    }
    await ledis.commit();
    expect(pauses).toBe(type === "string" ? 0 : type === "stream" ? 4 : 2);
    expect(content(K)).toEqual(content(OTHER));
    expect(ledis.db.table.find(K)?.expireAt).toBe(LATER_MS);
    await ledis.reopen();
    expect(content(K)).toEqual(content(OTHER));
    expect(ledis.db.countsAtOnce()).toEqual({ keys: 2, expires: 2 });
  },
);
