/**
 * What LedisDB's XSCAN and its kin walk over: keys of a type, or a collection's elements, in byte order or against it,
 * from behind the name where the walk before ended.
 */
import { type Bytes, concatBytes, copyBytes, EMPTY } from "../../bytes/bytes.ts";
import { matchesGlob } from "../../bytes/glob.ts";
import { clock } from "../../clock.ts";
import type { Keyspace } from "../../keyspace/keyspace.ts";
import type { RangeWalk } from "../../keyspace/range.ts";
import { rowType, TYPE_HASH, TYPE_SET, TYPE_ZSET } from "../../keyspace/rows/key-row.ts";
import {
  KEY_PREFIX_BYTES,
  KIND_HASH,
  KIND_SET,
  KIND_ZSET,
  RowKey,
} from "../../keyspace/rows/row-key.ts";
import type { CollectionHeader, Collections, ElementRange } from "../collections/collections.ts";
import type { HashFields } from "../hashes/hash-fields.ts";
import type { KeyTable } from "../key-table/key-table.ts";
import { isLive, stemEnd } from "./key-walk.ts";

/** Rows that one page looks at, whatever it finds. */
const ROWS_MAX = 10_000;

const ZERO = new Uint8Array(1);

export interface OrderedQuery {
  /** The name behind which to go on; empty: the start. */
  readonly after: Bytes;
  readonly reverse: boolean;
  /** A glob; null: any name. */
  readonly pattern: Bytes | null;
  /** How many names are wanted, at least 1. */
  readonly count: number;
}

/** One name, and the value of its row. Views until the turn ends. */
export interface OrderedItem {
  readonly name: Bytes;
  readonly value: Bytes;
}

export interface OrderedPage {
  readonly items: OrderedItem[];
  /** The name to go on behind; null: the end was reached. As in LedisDB, a full page does not know that it is the last. */
  readonly last: Bytes | null;
}

export class OrderedScan {
  readonly #keyspace: Keyspace;
  readonly #table: KeyTable;
  readonly #collections: Collections;
  readonly #hashFields: HashFields;

  constructor(
    keyspace: Keyspace,
    table: KeyTable,
    collections: Collections,
    hashFields: HashFields,
  ) {
    this.#hashFields = hashFields;
    this.#keyspace = keyspace;
    this.#table = table;
    this.#collections = collections;
  }

  /** Keys of one type. Expired ones are left out. */
  keys(type: number, query: OrderedQuery): OrderedPage {
    const row = new RowKey();
    const { space } = this.#table;
    const start = copyBytes(row.key(space, EMPTY).view());
    const after = copyBytes(row.key(space, query.after).view());
    const isFirst = query.after.length === 0;
    const from = isFirst || query.reverse ? start : concatBytes(after, ZERO);
    const to = isFirst || !query.reverse ? stemEnd(start) : after;
    const nowMs = clock.nowMs();
    return collect(
      this.#keyspace.range(from, to, query.reverse, query.count),
      query,
      (walk) => walk.key.subarray(KEY_PREFIX_BYTES),
      (walk) => rowType(walk.value, 0) === type && isLive(walk.value, nowMs),
    );
  }

  /** Fields of a hash with their values. @throws {CommandError} WRONGTYPE, as the next ones do */
  fields(key: Bytes, query: OrderedQuery): OrderedPage {
    const hash = this.#collections.find(key, TYPE_HASH);
    const isVisible = (field: Bytes) => !this.#hashFields.isHidden(hash!, field);
    return this.#elements(hash, KIND_HASH, query, isVisible);
  }

  /** Members of a set. */
  members(key: Bytes, query: OrderedQuery): OrderedPage {
    return this.#elements(this.#collections.find(key, TYPE_SET), KIND_SET, query);
  }

  /** Members of a sorted set in byte order; the values are scores as `readSortableDouble` reads them. */
  scoredMembers(key: Bytes, query: OrderedQuery): OrderedPage {
    return this.#elements(this.#collections.find(key, TYPE_ZSET), KIND_ZSET, query);
  }

  #elements(
    header: CollectionHeader | null,
    kind: number,
    query: OrderedQuery,
    isVisible: (name: Bytes) => boolean = () => true,
  ): OrderedPage {
    if (header === null) return { items: [], last: null };
    const { after, reverse, count: expected } = query;
    let range: ElementRange = { reverse, expected };
    if (after.length > 0) {
      range = reverse ? { ...range, to: after } : { ...range, from: concatBytes(after, ZERO) };
    }
    const walk = this.#collections.walk(kind, header.id, range);
    return collect(
      walk,
      query,
      () => walk.rest,
      (name) => isVisible(name.rest),
    );
  }
}

function collect(
  walk: RangeWalk,
  { pattern, count }: OrderedQuery,
  nameOf: (walk: RangeWalk) => Bytes,
  accepts: (walk: RangeWalk) => boolean,
): OrderedPage {
  const items: OrderedItem[] = [];
  for (let rows = 1; walk.next(); rows++) {
    const name = nameOf(walk);
    if (accepts(walk) && (pattern === null || matchesGlob(pattern, name))) {
      items.push({ name, value: walk.value });
    }
    // An empty name would mean the end, so nothing ends there.
    if ((items.length >= count || rows >= ROWS_MAX) && name.length > 0)
      return { items, last: name };
  }
  return { items, last: null };
}
