/** Removes long ranges of sorted sets in slices: what stays is copied to a new set, and the old one goes as a whole. */
import type { Bytes } from "../../bytes/bytes.ts";
import { TYPE_ZSET } from "../../keyspace/rows/key-row.ts";
import { KIND_ZSCORE } from "../../keyspace/rows/row-key.ts";
import {
  type Build,
  type BuildSubject,
  type Builds,
  isCopiedToRemove,
  isLong,
} from "../collections/builds.ts";
import type { CollectionHeader, Collections, ElementRange } from "../collections/collections.ts";
import type { KeyTable } from "../key-table/key-table.ts";
import type { ZSetRange } from "./zset-bounds.ts";
import type { ZSetEntries } from "./zset-entries.ts";
import { memberOf, scoreOf } from "./zset-entry.ts";
import type { ZSetRanges } from "./zset-ranges.ts";

/** How a range is removed in slices. */
export interface ZSetRemoval extends Build<RemovalSubject> {
  /** How many members were removed, once it is done. */
  removed: number;
}

export interface RemovalSubject extends BuildSubject {
  readonly set: CollectionHeader;
  readonly removed: number;
  /** Entries that stay at the low end. */
  readonly before: number;
  /** Those that stay at the high end; null: none. */
  readonly behind: ElementRange | null;
}

/** What the sorted sets of one database consist of. */
export interface ZSetParts {
  readonly table: KeyTable;
  readonly collections: Collections;
  readonly entries: ZSetEntries;
  readonly ranges: ZSetRanges;
}

/** The removal of a range; its `choose` answers null when that is short, or few of many go. */
export function removalBuild(
  { table, collections, entries, ranges }: ZSetParts,
  key: Bytes,
  range: ZSetRange,
  builds: Builds,
): ZSetRemoval {
  return {
    table,
    keys: [key],
    removed: 0,
    choose() {
      const set = collections.findForWrite(key, TYPE_ZSET);
      if (set === null || !isLong([set])) return null;
      const around = ranges.around(set, range);
      if (around === null) return null;
      if (!isCopiedToRemove(around.removed, set.size - around.removed)) return null;
      const sources = [{ id: set.id, kinds: [KIND_ZSCORE] }];
      return { ids: [set.id], sources, set, ...around };
    },
    create({ set }) {
      const target = collections.create(TYPE_ZSET);
      target.expireAt = set.expireAt;
      return target;
    },
    *fill({ set, before, behind }, rows, target) {
      const low = rows.walk(KIND_ZSCORE, set.id);
      while (target.size < before && low.next()) {
        entries.insert(target, memberOf(low.rest), scoreOf(low.rest));
        yield;
      }
      const high = behind === null ? null : rows.walk(KIND_ZSCORE, set.id, behind);
      while (high?.next()) {
        entries.insert(target, memberOf(high.rest), scoreOf(high.rest));
        yield;
      }
    },
    finish({ removed }, target) {
      builds.put(table, collections, key, target);
      this.removed = removed;
    },
  };
}
