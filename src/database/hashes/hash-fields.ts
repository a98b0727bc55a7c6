/**
 * The fields of a hash: their values, their TTLs, and that nobody sees one that has ended. Fields that have ended are
 * removed when the key is looked up, some at a time, and by the cycle of expiry; where they may not be removed, or
 * not all of them yet, they are hidden here. A hash without TTLs of fields pays nothing for this.
 */
import type { Bytes } from "../../bytes/bytes.ts";
import type { RangeWalk } from "../../keyspace/range.ts";
import { KIND_HASH } from "../../keyspace/rows/row-key.ts";
import {
  type CollectionHeader,
  type Collections,
  decodeHeader,
  type ElementRange,
} from "../collections/collections.ts";
import type { ElementPacks } from "../collections/element-packs.ts";
import { RandomElements } from "../collections/random-elements.ts";
import type { FieldRemover, KeyRow, KeyTable } from "../key-table/key-table.ts";
import { earliestDeadline, FieldTtls } from "./field-ttls.ts";

/** Fields that one look-up removes: less than half a millisecond of work. */
const REMOVED_AT_ONCE = 64;

/** A hash's size and TTLs before a change. */
export interface HashState {
  readonly size: number;
  readonly extra: Bytes;
}

/** What changes a hash changes its header too; `save` writes that. */
export class HashFields implements FieldRemover {
  readonly #collections: Collections;
  readonly #table: KeyTable;
  readonly ttls: FieldTtls;
  /** Knows nothing of fields that are hidden. */
  readonly random: RandomElements;

  constructor(collections: Collections, table: KeyTable, packs: ElementPacks) {
    this.#collections = collections;
    this.#table = table;
    this.ttls = new FieldTtls(collections);
    this.random = new RandomElements(collections, KIND_HASH, packs);
    table.removeFieldsBy(this);
  }

  /** A field's value, as a view until the field is written or the turn ends; null: no such field. */
  get(hash: CollectionHeader, field: Bytes): Bytes | null {
    if (this.isHidden(hash, field)) return null;
    return this.#collections.get(KIND_HASH, hash.id, field);
  }

  has(hash: CollectionHeader, field: Bytes): boolean {
    return !this.isHidden(hash, field) && this.#collections.has(KIND_HASH, hash.id, field);
  }

  /** True for a field that has ended and is still there. */
  isHidden(hash: CollectionHeader, field: Bytes): boolean {
    if (hash.extra.length === 0) return false;
    const nowMs = this.#table.nowMs;
    if (earliestDeadline(hash) > nowMs) return false;
    const deadline = this.ttls.deadline(hash, field);
    return deadline !== 0 && deadline <= nowMs;
  }

  /** See Expiry.nowMs. */
  get nowMs(): number {
    return this.#table.nowMs;
  }

  /** How many fields are hidden. */
  countHidden(hash: CollectionHeader): number {
    return hash.extra.length === 0 ? 0 : this.ttls.countDue(hash, this.#table.nowMs);
  }

  /** Stores a field and takes its TTL away; true when it is new. `value` must not be a view of the same field. */
  store(hash: CollectionHeader, field: Bytes, value: Bytes): boolean {
    const wasHidden = this.isHidden(hash, field);
    if (hash.extra.length > 0) this.ttls.clear(hash, field);
    return this.#put(hash, field, value) || wasHidden;
  }

  /** As `store`, and a field that is there keeps its TTL. */
  storeKeepingTtl(hash: CollectionHeader, field: Bytes, value: Bytes): boolean {
    const wasHidden = this.isHidden(hash, field);
    if (wasHidden) this.ttls.clear(hash, field);
    return this.#put(hash, field, value) || wasHidden;
  }

  /** Removes a field; false when there is none. */
  remove(hash: CollectionHeader, field: Bytes): boolean {
    const wasHidden = this.isHidden(hash, field);
    if (hash.extra.length > 0) this.ttls.clear(hash, field);
    if (!this.#collections.take(KIND_HASH, hash.id, field)) return false;
    hash.size--;
    return !wasHidden;
  }

  /** Calls `visit` for the fields of a range in byte order until it answers false; with views until the turn ends. */
  each(
    hash: CollectionHeader,
    range: ElementRange,
    visit: (field: Bytes, walk: RangeWalk) => boolean,
  ): void {
    const walk = this.#collections.walk(KIND_HASH, hash.id, range);
    const hides = earliestDeadline(hash) <= this.#table.nowMs;
    while (walk.next()) {
      const field = walk.rest;
      if (hides && this.isHidden(hash, field)) continue;
      if (!visit(field, walk)) return;
    }
  }

  /** Writes the key row if need be, after a change; a hash without fields is removed. */
  save(key: Bytes, hash: CollectionHeader, before: HashState): void {
    const { size, extra } = hash;
    if (size === before.size && extra === before.extra) {
      this.#table.changed(key);
      return;
    }
    this.#collections.save(key, hash);
    if (size !== before.size) this.random.changed(hash.id);
    if (extra !== before.extra && extra.length > 0 && size > 0) this.#note(key, hash);
  }

  /** See FieldRemover. */
  removeDueFields(key: Bytes, row: KeyRow, nowMs: number): void {
    const hash = decodeHeader(row);
    for (const field of this.ttls.due(hash, nowMs, REMOVED_AT_ONCE)) {
      this.ttls.clear(hash, field);
      this.#collections.delete(KIND_HASH, hash.id, field);
      hash.size--;
    }
    this.ttls.settle(hash);
    this.#collections.save(key, hash);
    this.random.changed(hash.id);
    if (hash.extra.length > 0) this.#note(key, hash);
  }

  /** See FieldRemover. */
  haveAllFieldsEnded(row: KeyRow, nowMs: number): boolean {
    return this.ttls.haveAllEnded(decodeHeader(row), nowMs);
  }

  #put(hash: CollectionHeader, field: Bytes, value: Bytes): boolean {
    const isNew = this.#collections.store(KIND_HASH, hash.id, field, value);
    if (!isNew) return false;
    hash.size++;
    this.random.added(hash.id, field);
    return true;
  }

  #note(key: Bytes, hash: CollectionHeader): void {
    this.#table.noteDue(key, earliestDeadline(hash));
  }
}
