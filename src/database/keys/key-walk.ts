/** Keys of a database in key order, a page at a time, filtered: what SCAN and KEYS are made of. */
import { type Bytes, compareBytes, concatBytes, copyBytes, prefixEnd } from "../../bytes/bytes.ts";
import { globPrefix, matchesGlob } from "../../bytes/glob.ts";
import { clock } from "../../clock.ts";
import type { Keyspace } from "../../keyspace/keyspace.ts";
import type { RangeWalk } from "../../keyspace/range.ts";
import { endsAtMs, rowType } from "../../keyspace/rows/key-row.ts";
import { KEY_PREFIX_BYTES, RowKey } from "../../keyspace/rows/row-key.ts";

export interface KeyFilter {
  /** A glob; null: any key. */
  readonly pattern: Bytes | null;
  /** null: any type; a number that is no type: none. */
  readonly type: number | null;
}

export interface KeyPage {
  /** What the filter let through, copied; no expired keys. */
  readonly keys: Bytes[];
  /** The last key that was looked at, copied; null when no key is left behind it. */
  readonly last: Bytes | null;
}

const ANY = 0x2a;
const ZERO = new Uint8Array(1);

/** A bare `*`, which also matches the empty key. */
function matchesAll(pattern: Bytes): boolean {
  return pattern.length === 1 && pattern[0] === ANY;
}

/**
 * The exclusive end of the key rows that start with `stem`, a space and the start of a key, as a walk needs it;
 * null: the end of the space.
 */
export function stemEnd(stem: Bytes): Bytes | null {
  const end = prefixEnd(stem);
  return end === null || end.length <= KEY_PREFIX_BYTES ? null : end;
}

/** Whether the key row has not ended: no TTL has passed, and not those of all fields. */
export function isLive(value: Bytes, nowMs: number): boolean {
  const endsAt = endsAtMs(value, 0, value.length);
  return endsAt === 0 || endsAt > nowMs;
}

export class KeyWalk {
  readonly #keyspace: Keyspace;
  readonly #spaceOf: () => number;

  /** @param spaceOf the space that the database has now */
  constructor(keyspace: Keyspace, spaceOf: () => number) {
    this.#keyspace = keyspace;
    this.#spaceOf = spaceOf;
  }

  /**
   * Looks at up to `rowsMax` keys. A literal start of the pattern narrows what is looked at.
   *
   * @param after where the page before ended; null: the start
   */
  page(after: Bytes | null, filter: KeyFilter, rowsMax: number): KeyPage {
    const pattern = filter.pattern === null || matchesAll(filter.pattern) ? null : filter.pattern;
    const walk = this.#walk(after, pattern, rowsMax);
    const nowMs = clock.nowMs();
    const keys: Bytes[] = [];
    let key: Bytes | null = null;
    for (let rows = 0; walk.next(); rows++) {
      if (rows === rowsMax) return { keys, last: copyBytes(key!) };
      key = walk.rest;
      if (filter.type !== null && rowType(walk.value, 0) !== filter.type) continue;
      if (pattern !== null && !matchesGlob(pattern, key)) continue;
      if (isLive(walk.value, nowMs)) keys.push(copyBytes(key));
    }
    return { keys, last: null };
  }

  #walk(after: Bytes | null, pattern: Bytes | null, rowsMax: number): RangeWalk {
    const row = new RowKey();
    const prefix = pattern === null ? new Uint8Array(0) : globPrefix(pattern);
    const start = copyBytes(row.key(this.#spaceOf(), prefix).view());
    let from = start;
    if (after !== null) {
      const behind = concatBytes(row.key(this.#spaceOf(), after).view(), ZERO);
      if (compareBytes(behind, start) > 0) from = behind;
    }
    return this.#keyspace.range(from, stemEnd(start), false, rowsMax + 1);
  }
}
