import { expect, test } from "bun:test";
import { fromMapKey, fromText, mapKey, toText } from "../../../src/bytes/bytes.ts";
import { KIND_HASH, KIND_KEY, KIND_META } from "../../../src/keyspace/rows/row-key.ts";
import { StoredRows } from "../../../src/keyspace/sqlite/stored-rows.ts";
import { temporaryPaths } from "../../support/offline-data.ts";
import { keyRowValue } from "../../support/test-rows.ts";

function withRows(use: (rows: StoredRows) => void): void {
  using paths = temporaryPaths();
  const rows = StoredRows.create(paths.of("ledis.db"), 4096);
  use(rows);
  rows.finish();
  const again = StoredRows.open(paths.of("ledis.db"));
  expect(again.integrity()).toEqual([]);
  again.close();
}

test("rows are put, read, counted and deleted by their keys", () => {
  withRows((rows) => {
    expect(rows.isBlank).toBe(true);
    rows.put(KIND_KEY, 3, fromText("k"), fromMapKey(keyRowValue("v", 1234)));
    rows.put(KIND_META, 3, fromText("space"), fromText("x"));
    for (const field of ["a", "b", "c"]) rows.put(KIND_HASH, 7, fromText(field), fromText(field));
    rows.delete(KIND_HASH, 7, fromText("b"));
    expect(rows.isBlank).toBe(false);
    expect(
      [...rows.keyRows()].map(({ space, key, expire_at }) => [space, toText(key), expire_at]),
    ).toEqual([[3, "k", 1234]]);
    expect(rows.metaRows(fromText("space"))).toHaveLength(1);
    expect(rows.count(KIND_HASH, 7)).toMatchObject({ id: 7, count: 2 });
    expect(rows.count(KIND_HASH, 8)).toBeNull();
    expect(rows.elements(KIND_HASH, 7, fromText("a"), 10).map(({ rest }) => mapKey(rest))).toEqual([
      "c",
    ]);
    expect(mapKey(rows.get(KIND_HASH, 7, fromText("c"))!)).toBe("c");
    expect(rows.get(KIND_HASH, 7, fromText("b"))).toBeNull();
    expect(() => rows.put(77, 0, fromText("x"), fromText("x"))).toThrow("unknown kind 77");
  });
});

test("collections that no key names are told, unless they are garbage", () => {
  withRows((rows) => {
    for (const id of [1, 2, 3]) rows.put(KIND_HASH, id, fromText("f"), fromText("v"));
    const named = { id: 1, space: 0, key: fromText("k"), value: fromText("x") };
    expect(rows.name(named)).toBe(true);
    expect(rows.name(named)).toBe(false);
    rows.addGarbage("collection", 2);
    expect(rows.orphans(KIND_HASH)).toEqual([3]);
    expect(rows.named(0, 9).map(({ id }) => id)).toEqual([1]);
    expect(rows.isGarbage("collection", 2)).toBe(true);
    rows.clearGarbage();
    rows.forgetNames();
    expect(rows.orphans(KIND_HASH)).toEqual([1, 2, 3]);
  });
});

test("the applied place and the counters are as they were set", () => {
  withRows((rows) => {
    expect(rows.applied()).toBeNull();
    rows.setApplied({ file: 2, offset: 99 }, new Uint8Array(16));
    expect(rows.applied()).toMatchObject({ file: 2, offset: 99 });
    rows.setSpaces([{ space: 1, keys: 2, expires: 1 }]);
    expect(rows.spaces()).toEqual([{ space: 1, keys: 2, expires: 1 }]);
  });
});
