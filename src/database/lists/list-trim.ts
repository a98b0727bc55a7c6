/** Cuts long lists down in slices: the items that stay are copied to a new list, and the old one goes as a whole. */
import type { Bytes } from "../../bytes/bytes.ts";
import { TYPE_LIST } from "../../keyspace/rows/key-row.ts";
import { KIND_LIST, readU48, writeU48 } from "../../keyspace/rows/row-key.ts";
import {
  type Build,
  type BuildSubject,
  type Builds,
  isCopiedToRemove,
  isLong,
} from "../collections/builds.ts";
import type { CollectionHeader, Collections } from "../collections/collections.ts";
import type { KeyTable } from "../key-table/key-table.ts";
import { FIRST_SEQ, seqRange } from "./list-items.ts";
import { clip } from "./lists.ts";

/** What is copied. */
export interface TrimSubject extends BuildSubject {
  readonly list: CollectionHeader;
  /** Index of the first item that stays. */
  readonly first: number;
  readonly count: number;
}

/** `Lists.trim` in slices; its `choose` answers null when that is short, or few of many go. */
export function trimBuild(
  table: KeyTable,
  collections: Collections,
  key: Bytes,
  [start, stop]: readonly [number, number],
  builds: Builds,
): Build<TrimSubject> {
  return {
    table,
    keys: [key],
    choose() {
      const list = collections.findForWrite(key, TYPE_LIST);
      if (list === null) return null;
      const { first, count } = clip(list.size, start, stop);
      // Few items that stay are moved at once.
      if (!isLong([{ size: count }])) return null;
      if (!isCopiedToRemove(list.size - count, count)) return null;
      const { id } = list;
      return { ids: [id], sources: [{ id, kinds: [KIND_LIST] }], list, first, count };
    },
    create({ list }) {
      const target = collections.create(TYPE_LIST, new Uint8Array(list.extra.length));
      writeU48(target.extra, 0, FIRST_SEQ);
      target.expireAt = list.expireAt;
      return target;
    },
    *fill({ list, first, count }, rows, target) {
      const range = seqRange(readU48(list.extra, 0) + first, count);
      const walk = rows.walk(KIND_LIST, list.id, range);
      while (walk.next()) {
        const { from } = seqRange(FIRST_SEQ + target.size++, 1);
        collections.put(KIND_LIST, target.id, from, walk.value);
        yield;
      }
    },
    finish(_, target) {
      builds.put(table, collections, key, target);
    },
  };
}
