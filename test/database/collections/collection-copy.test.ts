import { expect, test } from "bun:test";
import { copyBytes, fromText, mapKey } from "../../../src/bytes/bytes.ts";
import { elementKindsOf } from "../../../src/database/collections/element-kinds.ts";
import type { DB } from "../../../src/database/db.ts";
import {
  TYPE_BITMAP,
  TYPE_HASH,
  TYPE_LIST,
  TYPE_SET,
  TYPE_ZSET,
} from "../../../src/keyspace/rows/key-row.ts";
import { VALUELESS_KINDS } from "../../../src/keyspace/rows/row-key.ts";
import { openLedis } from "../../support/open-ledis.ts";

const from = fromText("from");
const to = fromText("to");
const FAR_FUTURE_MS = Date.UTC(2100, 0, 1);

/** A collection of the type, with two rows of each of its kinds and something behind its size. */
function put({ collections }: DB, type: number): void {
  const header = collections.create(type, fromText("extra"));
  for (const kind of elementKindsOf(type)) {
    const value = fromText(VALUELESS_KINDS.has(kind) ? "" : "value");
    collections.put(kind, header.id, fromText(`rest ${kind}`), value);
    collections.put(kind, header.id, fromText(""), fromText(""));
  }
  header.size = 2;
  header.expireAt = FAR_FUTURE_MS;
  collections.save(from, header);
}

/** Everything that is stored of a collection, but for its id. */
function rowsOf({ collections }: DB, key: Uint8Array, type: number) {
  const header = collections.find(key, type)!;
  const rows = elementKindsOf(type).flatMap((kind) => {
    const walk = collections.walk(kind, header.id);
    const found: unknown[] = [];
    while (walk.next()) found.push([kind, mapKey(walk.rest), mapKey(walk.value)]);
    return found;
  });
  return { rows, size: header.size, expireAt: header.expireAt, extra: copyBytes(header.extra) };
}

test.each([
  ["hash", TYPE_HASH],
  ["list", TYPE_LIST],
  ["zset", TYPE_ZSET],
  ["bitmap", TYPE_BITMAP],
  ["set", TYPE_SET],
])("the copy of a %s has all that the original has, and an id of its own", async (_, type) => {
  await using test = await openLedis();
  for (const number of [0, 1]) {
    const target = test.ledis.select(number);
    put(test.db, type);
    const original = rowsOf(test.db, from, type);
    expect(original.rows).toHaveLength(2 * elementKindsOf(type).length);
    target.strings.set(to, fromText("replaced"));
    expect(test.db.keys.copy(from, target.table, to, true)).toBe(true);
    expect(rowsOf(target, to, type)).toEqual(original);
    const ids = [
      test.db.collections.find(from, type)!.id,
      target.collections.find(to, type)!.id,
    ] as const;
    expect(ids[0]).not.toBe(ids[1]);
    test.db.keys.remove(from);
    await test.ledis.flush();
    await test.reopen();
    const again = test.ledis.select(number);
    expect(rowsOf(again, to, type)).toEqual(original);
    again.keys.remove(to);
  }
});
