/** What all keys have in common, whatever they hold: existence, type, TTL, name. Semantics are those of Redis 7. */
import type { Bytes } from "../../bytes/bytes.ts";
import { parseInt64 } from "../../bytes/integer.ts";
import { CommandError, errors } from "../../errors.ts";
import { EXPIRE_AT_MAX_MS, ID_BYTES, TYPE_STRING } from "../../keyspace/rows/key-row.ts";
import { readU48 } from "../../keyspace/rows/row-key.ts";
import type { Builds } from "../collections/builds.ts";
import { type CopyBuild, copyBuild, copyCollection } from "../collections/collection-copy.ts";
import { collectionEncoding } from "../collections/collection-encoding.ts";
import type { Collections } from "../collections/collections.ts";
import type { KeyTable } from "../key-table/key-table.ts";
import type { KeyFilter, KeyPage, KeyWalk } from "./key-walk.ts";
import type { RandomKey } from "./random-key.ts";

/** When a new TTL is taken: without one (NX), with one (XX), if it ends later (GT) or sooner (LT) than before. */
export interface TtlConditions {
  readonly NX: boolean;
  readonly XX: boolean;
  readonly GT: boolean;
  readonly LT: boolean;
}

/** Longest string that Redis keeps in one piece with its header, in bytes. */
const EMBEDDED_BYTES_MAX = 44;

export class Keys {
  readonly #table: KeyTable;
  readonly #collections: Collections;
  readonly #walk: KeyWalk;
  readonly #random: RandomKey;

  constructor(table: KeyTable, collections: Collections, walk: KeyWalk, random: RandomKey) {
    this.#table = table;
    this.#collections = collections;
    this.#walk = walk;
    this.#random = random;
  }

  has(key: Bytes): boolean {
    return this.#table.find(key) !== null;
  }

  /** Removes the key, whatever it holds, in constant time; false when there is none. */
  remove(key: Bytes): boolean {
    if (this.#table.findForWrite(key) === null) return false;
    this.#table.remove(key);
    return true;
  }

  /** The key's type; null when there is no such key. */
  type(key: Bytes): number | null {
    return this.#table.find(key)?.type ?? null;
  }

  /** When the key ends, ms since 1970; 0: never; null: no such key. */
  expireAt(key: Bytes): number | null {
    return this.#table.find(key)?.expireAt ?? null;
  }

  /**
   * Sets when the key ends; one that has passed removes it at once. False when there is no such key or the
   * conditions do not hold.
   *
   * @param atMs ms since 1970; beyond EXPIRE_AT_MAX_MS means that
   */
  expire(key: Bytes, atMs: number, conditions: TtlConditions | null = null): boolean {
    const row = this.#table.findForWrite(key);
    if (row === null) return false;
    const at = Math.min(atMs, EXPIRE_AT_MAX_MS);
    if (conditions !== null && !holds(conditions, row.expireAt, at)) return false;
    if (at <= this.#table.nowMs) this.#table.remove(key);
    else this.#table.putTtl(key, row, at);
    return true;
  }

  /** Takes the TTL away; false when there is no such key or it has none. */
  persist(key: Bytes): boolean {
    const row = this.#table.findForWrite(key);
    if (row === null || row.expireAt === 0) return false;
    this.#table.putTtl(key, row, 0);
    return true;
  }

  /** Renames, TTL included; what `to` held is replaced. @throws {CommandError} no such key */
  rename(from: Bytes, to: Bytes): void {
    this.#rename(from, to, true);
  }

  /** As `rename`, if there is no key `to`; false otherwise. @throws {CommandError} no such key */
  renameIfFree(from: Bytes, to: Bytes): boolean {
    return this.#rename(from, to, false);
  }

  /** Moves the key to another database; false when it is not here, or is there already. */
  moveTo(target: KeyTable, key: Bytes): boolean {
    const row = this.#table.findForWrite(key);
    if (row === null || target.findForWrite(key) !== null) return false;
    this.#table.move(key, row, target, key);
    return true;
  }

  /**
   * Copies, TTL included; false when there is no such key, or `to` is taken and may not be replaced.
   *
   * REQUIRES: another key, or another database.
   */
  copy(from: Bytes, target: KeyTable, to: Bytes, replace: boolean): boolean {
    if (this.#table.find(from) === null) return false;
    if (target.findForWrite(to) !== null && !replace) return false;
    const row = this.#table.findForWrite(from)!;
    if (row.type === TYPE_STRING) target.putString(to, row.rest(), row.expireAt);
    else copyCollection(this.#collections, row, target, to);
    return true;
  }

  /** `copy` of a collection in slices; its `choose` answers null when there is none, or it is short. */
  copyBuild(
    from: Bytes,
    target: { readonly table: KeyTable; readonly key: Bytes; readonly replace: boolean },
    builds: Builds,
  ): CopyBuild {
    return copyBuild(this.#collections, { table: this.#table, key: from }, target, builds);
  }

  /** A page of keys in key order; see KeyWalk.page. */
  page(after: Bytes | null, filter: KeyFilter, rowsMax: number): KeyPage {
    return this.#walk.page(after, filter, rowsMax);
  }

  /** A key chosen by chance; null when there is none. */
  random(): Bytes | null {
    return this.#random.choose();
  }

  /** What Redis would call the key's representation; null when there is no such key. */
  encoding(key: Bytes): string | null {
    const row = this.#table.find(key);
    if (row === null) return null;
    if (row.type !== TYPE_STRING) {
      const size = readU48(row.buffer, row.start + ID_BYTES);
      return collectionEncoding(this.#collections, row.type, row.id, size);
    }
    if (parseInt64(row.buffer, row.start, row.end) !== null) return "int";
    return row.length <= EMBEDDED_BYTES_MAX ? "embstr" : "raw";
  }

  #rename(from: Bytes, to: Bytes, replace: boolean): boolean {
    const same = Buffer.compare(from, to) === 0;
    if (this.#table.findForWrite(from) === null) throw new CommandError(errors.noSuchKey);
    if (same) return replace;
    if (this.#table.findForWrite(to) !== null && !replace) return false;
    const row = this.#table.findForWrite(from)!;
    this.#table.move(from, row, this.#table, to);
    return true;
  }
}

function holds(conditions: TtlConditions, current: number, at: number): boolean {
  const { NX, XX, GT, LT } = conditions;
  if (current === 0) return !XX && !GT;
  return !NX && !(GT && at <= current) && !(LT && at >= current);
}
