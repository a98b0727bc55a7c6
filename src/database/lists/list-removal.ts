/**
 * Removes items from long lists in slices. Where they stand is found in a snapshot; then either few items have to move
 * to close the gaps, or those that stay are copied to a new list, and the old one goes as a whole.
 */
import type { Bytes } from "../../bytes/bytes.ts";
import { TYPE_LIST } from "../../keyspace/rows/key-row.ts";
import { KIND_LIST, readU48, writeU48 } from "../../keyspace/rows/row-key.ts";
import { type Build, type BuildSubject, type Builds, isLong } from "../collections/builds.ts";
import type { CollectionHeader, Collections } from "../collections/collections.ts";
import type { Elements } from "../collections/elements.ts";
import type { KeyTable } from "../key-table/key-table.ts";
import { closingCost } from "./list-gaps.ts";
import { FIRST_SEQ, seqRange } from "./list-items.ts";
import { searchList } from "./list-search.ts";
import type { Lists } from "./lists.ts";

/** Items that are looked at, and moved, at once. */
const AT_ONCE_MAX = 1000;

export interface ListRemoval extends Build<BuildSubject & { readonly list: CollectionHeader }> {
  /** How many items were removed, once it is done. */
  removed: number;
}

/** The lists of one database. */
export interface ListParts {
  readonly table: KeyTable;
  readonly collections: Collections;
  readonly lists: Lists;
}

/** `Lists.removeEqual` in slices; its `choose` answers null when that is short. */
export function listRemovalBuild(
  { table, collections, lists }: ListParts,
  key: Bytes,
  count: number,
  value: Bytes,
  builds: Builds,
): ListRemoval {
  const query = { rank: count < 0 ? -1 : 1, count: Math.abs(count), lengthMax: 0 };
  let found: number[] = [];
  let isCopied = false;
  return {
    table,
    keys: [key],
    removed: 0,
    choose() {
      const list = collections.findForWrite(key, TYPE_LIST);
      if (list === null || !isLong([list])) return null;
      if (lists.hasNear(list, value, { ...query, lengthMax: AT_ONCE_MAX })) return null;
      return { ids: [list.id], sources: [{ id: list.id, kinds: [KIND_LIST] }], list };
    },
    create({ list }) {
      const target = collections.create(TYPE_LIST, new Uint8Array(list.extra.length));
      writeU48(target.extra, 0, FIRST_SEQ);
      target.expireAt = list.expireAt;
      return target;
    },
    *fill({ list }, rows, target) {
      found = yield* searchList(rows, list, value, query);
      if (query.rank < 0) found.reverse();
      const { length } = found;
      const isPart = length > 0 && length < list.size;
      isCopied = isPart && closingCost(list.size, found) > AT_ONCE_MAX;
      if (isCopied) yield* copyOthers(collections, rows, list, found, target);
    },
    finish({ list }, target) {
      this.removed = found.length;
      if (isCopied) builds.put(table, collections, key, target);
      else lists.removeAt(key, list, found);
    },
  };
}

/** Copies all items but those at the indexes `gaps`, which ascend. */
function* copyOthers(
  collections: Collections,
  rows: Elements,
  list: CollectionHeader,
  gaps: readonly number[],
  target: CollectionHeader,
): Generator<void> {
  const walk = rows.walk(KIND_LIST, list.id, seqRange(readU48(list.extra, 0), list.size));
  let passed = 0;
  for (let index = 0; walk.next(); index++) {
    yield;
    if (index === gaps[passed]) {
      passed++;
      continue;
    }
    const { from } = seqRange(FIRST_SEQ + target.size++, 1);
    collections.put(KIND_LIST, target.id, from, walk.value);
  }
}
