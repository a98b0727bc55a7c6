/** Where a value ends: what it consists of, told apart without looking into it. */
import { RdbError } from "./rdb-error.ts";
import type { RdbReader } from "./rdb-reader.ts";
import {
  RDB_HASH,
  RDB_HASH_LISTPACK,
  RDB_HASH_LISTPACK_EX,
  RDB_HASH_METADATA,
  RDB_HASH_ZIPLIST,
  RDB_HASH_ZIPMAP,
  RDB_LEDIS_BITMAP,
  RDB_LIST,
  RDB_LIST_QUICKLIST,
  RDB_LIST_QUICKLIST_2,
  RDB_LIST_ZIPLIST,
  RDB_MODULE_2,
  RDB_SET,
  RDB_SET_INTSET,
  RDB_SET_LISTPACK,
  RDB_STREAM_LISTPACKS,
  RDB_STREAM_LISTPACKS_2,
  RDB_STREAM_LISTPACKS_3,
  RDB_STRING,
  RDB_ZSET,
  RDB_ZSET_2,
  RDB_ZSET_LISTPACK,
  RDB_ZSET_ZIPLIST,
} from "./rdb-types.ts";
import { skipModule } from "./skip-module.ts";
import { skipStream } from "./skip-stream.ts";

type Part = "string" | "length" | "time" | "double" | "text double";

const SKIP: Readonly<Record<Part, (reader: RdbReader) => void>> = {
  string: (reader) => reader.skipString(),
  length: (reader) => reader.skipLength(),
  time: (reader) => reader.skip(8),
  double: (reader) => reader.skip(8),
  "text double": (reader) => reader.skipTextDouble(),
};

/** What stands once, and what stands as often as the count says that follows it. */
interface Shape {
  readonly once: readonly Part[];
  readonly each: readonly Part[] | null;
}

const ONE_STRING: Shape = { once: ["string"], each: null };

const SHAPES: ReadonlyMap<number, Shape> = new Map([
  [RDB_STRING, ONE_STRING],
  [RDB_LIST, { once: [], each: ["string"] }],
  [RDB_SET, { once: [], each: ["string"] }],
  [RDB_ZSET, { once: [], each: ["string", "text double"] }],
  [RDB_HASH, { once: [], each: ["string", "string"] }],
  [RDB_ZSET_2, { once: [], each: ["string", "double"] }],
  [RDB_HASH_ZIPMAP, ONE_STRING],
  [RDB_LIST_ZIPLIST, ONE_STRING],
  [RDB_SET_INTSET, ONE_STRING],
  [RDB_ZSET_ZIPLIST, ONE_STRING],
  [RDB_HASH_ZIPLIST, ONE_STRING],
  [RDB_LIST_QUICKLIST, { once: [], each: ["string"] }],
  [RDB_HASH_LISTPACK, ONE_STRING],
  [RDB_ZSET_LISTPACK, ONE_STRING],
  [RDB_LIST_QUICKLIST_2, { once: [], each: ["length", "string"] }],
  [RDB_SET_LISTPACK, ONE_STRING],
  [RDB_HASH_METADATA, { once: ["time"], each: ["length", "string", "string"] }],
  [RDB_HASH_LISTPACK_EX, { once: ["time", "string"], each: null }],
  [RDB_LEDIS_BITMAP, { once: ["length", "length"], each: ["length", "string"] }],
]);

/** How to pass what has no such shape. */
const OTHERS: ReadonlyMap<number, (reader: RdbReader) => void> = new Map([
  [RDB_MODULE_2, skipModule],
  [RDB_STREAM_LISTPACKS, (reader) => skipStream(reader, 1)],
  [RDB_STREAM_LISTPACKS_2, (reader) => skipStream(reader, 2)],
  [RDB_STREAM_LISTPACKS_3, (reader) => skipStream(reader, 3)],
]);

/** What a value of this type is called that is not read here, but can be skipped; null for any other type. */
export function foreignName(type: number): string | null {
  return type === RDB_MODULE_2 ? "module" : null;
}

/** Passes a value. @throws {RdbError} of an unknown type, or damaged; RdbEndError when it is not all there */
export function skipValue(reader: RdbReader, type: number): void {
  const shape = SHAPES.get(type);
  if (shape === undefined) {
    const skip = OTHERS.get(type);
    if (skip === undefined) throw new RdbError(`values of type ${type} are unknown`);
    skip(reader);
    return;
  }
  for (const part of shape.once) SKIP[part](reader);
  if (shape.each === null) return;
  for (let left = reader.length(); left > 0; left--) {
    for (const part of shape.each) SKIP[part](reader);
  }
}
