/** TTLs of single fields of hashes, as in Redis 7.4, and Redis 8's ways to read and write fields together with them. */
import { type Bytes, copyBytes } from "../../bytes/bytes.ts";
import { TYPE_HASH } from "../../keyspace/rows/key-row.ts";
import type { CollectionHeader, Collections } from "../collections/collections.ts";
import type { HashFields } from "./hash-fields.ts";

/** When a field takes a new TTL: without one (NX), with one (XX), if it ends later (GT) or sooner (LT) than before. */
export type FieldCondition = "NX" | "XX" | "GT" | "LT";

/** No such field. */
export const NO_FIELD = -2;
/** The field has no TTL. */
export const NO_FIELD_TTL = -1;

/** What HSETEX does. */
export interface StoreOptions {
  /** FNX: only if none of the fields is there; FXX: only if all are. */
  readonly condition: "FNX" | "FXX" | null;
  /** When the fields end, ms since 1970; 0: never; "keep": those that are there keep their TTLs. */
  readonly expireAt: number | "keep";
}

/** All throw a CommandError, WRONGTYPE, when the key holds another type. A field that has ended is not there. */
export class HashTtls {
  readonly #collections: Collections;
  readonly #fields: HashFields;

  constructor(collections: Collections, fields: HashFields) {
    this.#collections = collections;
    this.#fields = fields;
  }

  /**
   * Has fields end at `atMs`; one that has passed removes them at once.
   *
   * @returns for each field: -2 there is none, 0 the condition does not hold, 1 done, 2 removed
   */
  expire(
    key: Bytes,
    fields: readonly Bytes[],
    atMs: number,
    condition: FieldCondition | null,
  ): number[] {
    const { ttls } = this.#fields;
    return this.#change(key, fields, NO_FIELD, (hash, field) => {
      if (!this.#fields.has(hash, field)) return NO_FIELD;
      if (condition !== null && !holds(condition, ttls.deadline(hash, field), atMs)) return 0;
      return this.#setDeadline(hash, field, atMs) ? 1 : 2;
    });
  }

  /** When fields end, in ms since 1970; 0: never; null: no such field. */
  deadlines(key: Bytes, fields: readonly Bytes[]): (number | null)[] {
    const hash = this.#collections.find(key, TYPE_HASH);
    return fields.map((field) =>
      hash !== null && this.#fields.has(hash, field)
        ? this.#fields.ttls.deadline(hash, field)
        : null,
    );
  }

  /** Takes TTLs of fields away: for each field -2 there is none, -1 it has no TTL, 1 done. */
  persist(key: Bytes, fields: readonly Bytes[]): number[] {
    return this.#change(key, fields, NO_FIELD, (hash, field) => {
      if (!this.#fields.has(hash, field)) return NO_FIELD;
      return this.#fields.ttls.clear(hash, field) ? 1 : NO_FIELD_TTL;
    });
  }

  /** Removes fields and answers their values, copied; null for those that are not there. */
  take(key: Bytes, fields: readonly Bytes[]): (Bytes | null)[] {
    return this.#change<Bytes | null>(key, fields, null, (hash, field) => {
      const value = this.#fields.get(hash, field);
      const copied = value === null ? null : copyBytes(value);
      if (copied !== null) this.#fields.remove(hash, field);
      return copied;
    });
  }

  /**
   * Answers the values of fields, copied, and gives those that are there another TTL.
   *
   * @param atMs ms since 1970; 0: none
   */
  getAndExpire(key: Bytes, fields: readonly Bytes[], atMs: number): (Bytes | null)[] {
    return this.#change<Bytes | null>(key, fields, null, (hash, field) => {
      const value = this.#fields.get(hash, field);
      if (value === null) return null;
      const copied = copyBytes(value);
      if (atMs === 0) this.#fields.ttls.clear(hash, field);
      else this.#setDeadline(hash, field, atMs);
      return copied;
    });
  }

  /** Stores the pairs (field, value, field, value ...), in order; false when the condition does not hold. */
  store(key: Bytes, pairs: readonly Bytes[], { condition, expireAt }: StoreOptions): boolean {
    const found = this.#collections.findForWrite(key, TYPE_HASH);
    const isThere = (field: Bytes) => found !== null && this.#fields.has(found, field);
    const fields = pairs.filter((_, at) => at % 2 === 0);
    if (condition === "FNX" && fields.some(isThere)) return false;
    if (condition === "FXX" && !fields.every(isThere)) return false;
    const hash = found ?? this.#collections.create(TYPE_HASH);
    const before = { size: hash.size, extra: hash.extra };
    for (let at = 0; at < pairs.length; at += 2) {
      const field = pairs[at]!;
      if (expireAt === "keep") this.#fields.storeKeepingTtl(hash, field, pairs[at + 1]!);
      else this.#fields.store(hash, field, pairs[at + 1]!);
      if (expireAt !== "keep" && expireAt !== 0) this.#setDeadline(hash, field, expireAt);
    }
    this.#fields.save(key, hash, before);
    return true;
  }

  /** Has a field end, at once if the time has passed; false then. */
  #setDeadline(hash: CollectionHeader, field: Bytes, atMs: number): boolean {
    if (atMs > this.#fields.nowMs) {
      this.#fields.ttls.set(hash, field, atMs);
      return true;
    }
    this.#fields.remove(hash, field);
    return false;
  }

  /** Does something with each field of a hash; saves it if that changed something. */
  #change<T>(
    key: Bytes,
    fields: readonly Bytes[],
    missing: T,
    change: (hash: CollectionHeader, field: Bytes) => T,
  ): T[] {
    const hash = this.#collections.findForWrite(key, TYPE_HASH);
    if (hash === null) return fields.map(() => missing);
    const before = { size: hash.size, extra: hash.extra };
    const outcomes = fields.map((field) => change(hash, field));
    if (hash.size !== before.size || hash.extra !== before.extra) {
      this.#fields.save(key, hash, before);
    }
    return outcomes;
  }
}

/** @param current 0: no TTL */
function holds(condition: FieldCondition, current: number, atMs: number): boolean {
  if (current === 0) return condition === "NX" || condition === "LT";
  if (condition === "GT") return atMs > current;
  if (condition === "LT") return atMs < current;
  return condition === "XX";
}
