/** How many bytes a key and its value take, about: MEMORY USAGE. */
import type { Bytes } from "../../bytes/bytes.ts";
import type { Keyspace } from "../../keyspace/keyspace.ts";
import { ID_BYTES } from "../../keyspace/rows/key-row.ts";
import {
  ELEMENT_PREFIX_BYTES,
  KEY_PREFIX_BYTES,
  KIND_ZCOUNT,
  readU48,
  writeU48,
} from "../../keyspace/rows/row-key.ts";
import type { KeyTable } from "../key-table/key-table.ts";
import { elementKindsOf } from "./element-kinds.ts";

/** What a row takes besides its key and value, in bytes: about that, in SQLite as in memory. */
const ROW_BYTES = 16;
/** Rows asked for at once when all are wanted. */
const PAGE_ROWS = 1000;

/**
 * Bytes of the key and its value; null when there is no such key. A collection's elements are estimated from
 * the first `samples` of them, 0 for all; then the cost is that of reading them.
 */
export function valueSize(
  keyspace: Keyspace,
  table: KeyTable,
  key: Bytes,
  samples: number,
): number | null {
  const row = table.find(key);
  if (row === null) return null;
  const keyRow = ROW_BYTES + KEY_PREFIX_BYTES + key.length + row.length;
  // The few rows that count members of large sorted sets are left out.
  const kinds = elementKindsOf(row.type).filter((kind) => kind !== KIND_ZCOUNT);
  if (kinds.length === 0) return keyRow;
  const id = readU48(row.buffer, row.start);
  const size = readU48(row.buffer, row.start + ID_BYTES);
  return kinds.reduce((sum, kind) => sum + elementsSize(keyspace, kind, id, size, samples), keyRow);
}

/** Bytes of the rows of one kind of a collection of `size` elements, estimated from the first `samples`. */
function elementsSize(
  keyspace: Keyspace,
  kind: number,
  id: number,
  size: number,
  samples: number,
): number {
  const from = new Uint8Array(ELEMENT_PREFIX_BYTES);
  from[0] = kind;
  writeU48(from, 1, id);
  const walk = keyspace.range(from, null, false, samples === 0 ? PAGE_ROWS : samples);
  let rows = 0;
  let bytes = 0;
  while ((samples === 0 || rows < samples) && walk.next()) {
    rows++;
    bytes += ROW_BYTES + ELEMENT_PREFIX_BYTES + walk.rest.length + walk.value.length;
  }
  return rows === 0 ? 0 : Math.round((bytes / rows) * Math.max(rows, size));
}
