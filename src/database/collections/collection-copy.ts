/** Copies of collections, whatever their type: the same rows under an id of their own. */
import { type Bytes, copyBytes } from "../../bytes/bytes.ts";
import { ID_BYTES, TYPE_HASH, TYPE_STRING } from "../../keyspace/rows/key-row.ts";
import { readU48, writeU48 } from "../../keyspace/rows/row-key.ts";
import type { KeyRow, KeyTable } from "../key-table/key-table.ts";
import { type Build, type BuildSubject, type Builds, isLong } from "./builds.ts";
import type { Collections } from "./collections.ts";
import { elementKindsOf } from "./element-kinds.ts";

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
    while (walk.next()) collections.put(kind, copy, walk.rest, walk.value);
  }
  const stored = target.put(to, type, expireAt, header.length, copy);
  stored.buffer.set(header, stored.start);
  writeU48(stored.buffer, stored.start, copy);
  if (type === TYPE_HASH) target.noteFields(to, header);
}

/** How a collection is copied in slices. */
export interface CopyBuild extends Build<BuildSubject & { readonly row: CopiedRow }> {
  /** False when `to` was taken in the end, and might not be replaced. */
  isDone: boolean;
}

interface CopiedRow {
  readonly type: number;
  readonly expireAt: number;
  readonly id: number;
  /** What follows type and TTL. */
  readonly rest: Bytes;
}

/** As `copyCollection`, for a key that is there and long. */
export function copyBuild(
  collections: Collections,
  source: { readonly table: KeyTable; readonly key: Bytes },
  target: { readonly table: KeyTable; readonly key: Bytes; readonly replace: boolean },
  builds: Builds,
): CopyBuild {
  const isTaken = () => !target.replace && target.table.findForWrite(target.key) !== null;
  return {
    table: source.table,
    keys: [source.key],
    isDone: false,
    choose() {
      if (isTaken()) return null;
      const found = source.table.findForWrite(source.key);
      if (found === null || found.type === TYPE_STRING) return null;
      const { type, expireAt, id } = found;
      const rest = copyBytes(found.rest());
      if (!isLong([{ size: readU48(rest, ID_BYTES) }])) return null;
      const sources = [{ id, kinds: elementKindsOf(type) }];
      return { ids: [id], sources, row: { type, expireAt, id, rest } };
    },
    create: ({ row }) => collections.create(row.type),
    *fill({ row }, rows, { id }) {
      for (const kind of elementKindsOf(row.type)) {
        const walk = rows.walk(kind, row.id, { expected: PAGE_ROWS });
        while (walk.next()) {
          collections.put(kind, id, walk.rest, walk.value);
          yield;
        }
      }
    },
    finish({ row }, { id }) {
      if (isTaken()) return;
      const { type, expireAt, rest } = row;
      const stored = target.table.put(target.key, type, expireAt, rest.length, id);
      stored.buffer.set(rest, stored.start);
      writeU48(stored.buffer, stored.start, id);
      if (type === TYPE_HASH) target.table.noteFields(target.key, rest);
      builds.settle(target.table, target.key, id);
      this.isDone = true;
    },
  };
}
