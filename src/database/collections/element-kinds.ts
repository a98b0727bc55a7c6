/** Which rows the elements of each type consist of. */
import {
  TYPE_BITMAP,
  TYPE_HASH,
  TYPE_LIST,
  TYPE_SET,
  TYPE_STREAM,
  TYPE_ZSET,
} from "../../keyspace/rows/key-row.ts";
import {
  KIND_BITMAP,
  KIND_CONSUMER,
  KIND_FIELD_DUE,
  KIND_FIELD_TTL,
  KIND_GROUP,
  KIND_HASH,
  KIND_LIST,
  KIND_OWNED,
  KIND_PENDING,
  KIND_SET,
  KIND_STREAM,
  KIND_ZCOUNT,
  KIND_ZSCORE,
  KIND_ZSET,
} from "../../keyspace/rows/row-key.ts";

const KINDS: ReadonlyMap<number, readonly number[]> = new Map([
  [TYPE_HASH, [KIND_HASH, KIND_FIELD_TTL, KIND_FIELD_DUE]],
  [TYPE_LIST, [KIND_LIST]],
  [TYPE_ZSET, [KIND_ZSET, KIND_ZSCORE, KIND_ZCOUNT]],
  [TYPE_BITMAP, [KIND_BITMAP]],
  [TYPE_SET, [KIND_SET]],
  [TYPE_STREAM, [KIND_STREAM, KIND_GROUP, KIND_CONSUMER, KIND_PENDING, KIND_OWNED]],
]);

/** Row kinds of a type's elements; none for strings. */
export function elementKindsOf(type: number): readonly number[] {
  return KINDS.get(type) ?? [];
}
