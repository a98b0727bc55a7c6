/** Copies of collections, whatever their type: the same rows under an id of their own. */
import { type Bytes, copyBytes } from "../bytes/bytes.ts";
import { TYPE_HASH } from "../keyspace/key-row.ts";
import { writeU48 } from "../keyspace/row-key.ts";
import { type Collections, restOf } from "./collections.ts";
import { elementKindsOf } from "./element-kinds.ts";
import type { KeyRow, KeyTable } from "./key-table.ts";

/** Rows that a copy is likely to need at once. */
const PAGE_ROWS = 512;

/**
 * Stores a copy of a collection as `to` in `target`, TTL included; what `to` held is replaced. It costs as much
 * as writing all the elements.
 *
 * REQUIRES: another key, or another database.
 * @param row what a look-up has just found; a collection's
 */
export function copyCollection(
  collections: Collections,
  row: KeyRow,
  target: KeyTable,
  to: Bytes,
): void {
  const { type, expireAt, id } = row;
  const header = copyBytes(row.rest());
  const copy = collections.create(type).id;
  for (const kind of elementKindsOf(type)) {
    const walk = collections.walk(kind, id, { expected: PAGE_ROWS });
    while (walk.next()) collections.put(kind, copy, restOf(walk.key), walk.value);
  }
  const stored = target.put(to, type, expireAt, header.length, copy);
  stored.buffer.set(header, stored.start);
  writeU48(stored.buffer, stored.start, copy);
  if (type === TYPE_HASH) target.noteFields(to, header);
}
