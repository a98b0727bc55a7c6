import { expect, test } from "bun:test";
import { elementKindsOf } from "../../../src/database/collections/element-kinds.ts";
import {
  TYPE_BITMAP,
  TYPE_HASH,
  TYPE_LIST,
  TYPE_SET,
  TYPE_STREAM,
  TYPE_STRING,
  TYPE_ZSET,
} from "../../../src/keyspace/rows/key-row.ts";
import { ELEMENT_KINDS } from "../../../src/keyspace/rows/row-key.ts";

test("every row kind belongs to one type, and a string has none", () => {
  const types = [TYPE_HASH, TYPE_LIST, TYPE_ZSET, TYPE_BITMAP, TYPE_SET, TYPE_STREAM];
  expect(types.flatMap(elementKindsOf).sort()).toEqual([...ELEMENT_KINDS].sort());
  expect(elementKindsOf(TYPE_STRING)).toEqual([]);
});
