/**
 * When fields of a hash end. A field with a TTL has two rows: its deadline by field, and the field by deadline. The
 * hash's key row keeps what is known of all of them behind the size, and only while there are any:
 * `earliest u48 · count u48 · latest u48`. `earliest` may be too early and `latest` too late: to keep them exact would
 * mean to look for the next one again and again, past rows that were just deleted.
 */
import { type Bytes, concatBytes, copyBytes, EMPTY } from "../../bytes/bytes.ts";
import { FIELD_TTLS_BYTES } from "../../keyspace/rows/key-row.ts";
import { KIND_FIELD_DUE, KIND_FIELD_TTL, readU48, writeU48 } from "../../keyspace/rows/row-key.ts";
import type { CollectionHeader, Collections } from "../collections/collections.ts";

const DEADLINE_BYTES = 6;
const COUNT_AT = 6;
const LATEST_AT = 12;

/** No field ends before this time, in ms since 1970; infinity: none has a TTL. */
export function earliestDeadline({ extra }: CollectionHeader): number {
  return extra.length === 0 ? Number.POSITIVE_INFINITY : readU48(extra, 0);
}

/** All of these change the header, which has to be saved then. */
export class FieldTtls {
  readonly #collections: Collections;

  constructor(collections: Collections) {
    this.#collections = collections;
  }

  /** When a field ends, in ms since 1970; 0: it has no TTL. */
  deadline({ id, extra }: CollectionHeader, field: Bytes): number {
    if (extra.length === 0) return 0;
    const row = this.#collections.get(KIND_FIELD_TTL, id, field);
    return row === null ? 0 : readU48(row, 0);
  }

  /** Has a field end at `atMs`, which is above 0, whatever TTL it had. */
  set(hash: CollectionHeader, field: Bytes, atMs: number): void {
    const old = this.deadline(hash, field);
    if (old === atMs) return;
    const { id, extra } = hash;
    if (old !== 0) this.#collections.delete(KIND_FIELD_DUE, id, dueRest(old, field));
    this.#collections.put(KIND_FIELD_TTL, id, field, deadlineBytes(atMs));
    this.#collections.put(KIND_FIELD_DUE, id, dueRest(atMs, field), EMPTY);
    const count = (extra.length === 0 ? 0 : readU48(extra, COUNT_AT)) + (old === 0 ? 1 : 0);
    const latest = extra.length === 0 ? 0 : readU48(extra, LATEST_AT);
    hash.extra = fieldTtlSummary(
      Math.min(earliestDeadline(hash), atMs),
      count,
      Math.max(latest, atMs),
    );
  }

  /** Takes a field's TTL away; false when it has none. */
  clear(hash: CollectionHeader, field: Bytes): boolean {
    const old = this.deadline(hash, field);
    if (old === 0) return false;
    this.#delete(hash, field, old);
    return true;
  }

  /** Fields that have ended by `nowMs`, the earliest first, copied: up to `max`. */
  due(hash: CollectionHeader, nowMs: number, max: number): Bytes[] {
    const fields: Bytes[] = [];
    const walk = this.#walkDue(hash, nowMs, max);
    while (fields.length < max && walk.next()) {
      fields.push(copyBytes(walk.rest.subarray(DEADLINE_BYTES)));
    }
    return fields;
  }

  /** How many fields have ended by `nowMs`; costs as much as reading them. */
  countDue(hash: CollectionHeader, nowMs: number): number {
    if (earliestDeadline(hash) > nowMs) return 0;
    let count = 0;
    const walk = this.#walkDue(hash, nowMs, 64);
    while (walk.next()) count++;
    return count;
  }

  /** True when all fields have ended by `nowMs`. */
  haveAllEnded({ id, size, extra }: CollectionHeader, nowMs: number): boolean {
    if (extra.length === 0 || readU48(extra, COUNT_AT) < size) return false;
    const walk = this.#collections.walk(KIND_FIELD_DUE, id, { reverse: true, expected: 1 });
    return walk.next() && readU48(walk.rest, 0) <= nowMs;
  }

  /** Makes the earliest deadline exact. */
  settle(hash: CollectionHeader): void {
    const { id, extra } = hash;
    if (extra.length === 0) return;
    const from = copyBytes(extra.subarray(0, DEADLINE_BYTES));
    const walk = this.#collections.walk(KIND_FIELD_DUE, id, { from, expected: 1 });
    if (!walk.next()) throw new Error(`hash ${id} has no field that ends`);
    const earliest = readU48(walk.rest, 0);
    hash.extra = fieldTtlSummary(earliest, readU48(extra, COUNT_AT), readU48(extra, LATEST_AT));
  }

  #delete(hash: CollectionHeader, field: Bytes, deadline: number): void {
    const { id, extra } = hash;
    this.#collections.delete(KIND_FIELD_TTL, id, field);
    this.#collections.delete(KIND_FIELD_DUE, id, dueRest(deadline, field));
    const count = readU48(extra, COUNT_AT) - 1;
    hash.extra =
      count === 0 ? EMPTY : fieldTtlSummary(readU48(extra, 0), count, readU48(extra, LATEST_AT));
  }

  #walkDue(hash: CollectionHeader, nowMs: number, expected: number) {
    const from = copyBytes(hash.extra.subarray(0, DEADLINE_BYTES));
    const to = deadlineBytes(nowMs + 1);
    return this.#collections.walk(KIND_FIELD_DUE, hash.id, { from, to, expected });
  }
}

function deadlineBytes(atMs: number): Bytes {
  const bytes = new Uint8Array(DEADLINE_BYTES);
  writeU48(bytes, 0, atMs);
  return bytes;
}

function dueRest(atMs: number, field: Bytes): Bytes {
  return concatBytes(deadlineBytes(atMs), field);
}

/** What a hash's key row keeps of the TTLs of its fields. */
export function fieldTtlSummary(earliest: number, count: number, latest: number): Bytes {
  const bytes = new Uint8Array(FIELD_TTLS_BYTES);
  writeU48(bytes, 0, earliest);
  writeU48(bytes, COUNT_AT, count);
  writeU48(bytes, LATEST_AT, latest);
  return bytes;
}
