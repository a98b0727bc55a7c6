/** Strings: one row each, type and TTL included. Semantics are those of Redis 7. */
import { type Bytes, copyBytes, EMPTY, fromText } from "../../bytes/bytes.ts";
import { addInt64, parseInt64, parseSafeInteger, writeInteger } from "../../bytes/integer.ts";
import { addLongDoubles, formatLongDouble, parseLongDouble } from "../../bytes/long-double.ts";
import type { AnyBytes, Stretch } from "../../bytes/stretch.ts";
import { CommandError, errors } from "../../errors.ts";
import { TYPE_STRING } from "../../keyspace/rows/key-row.ts";
import type { KeyTable } from "../key-table/key-table.ts";

/** What becomes of a key's TTL: ms since 1970, 0 for none, "keep" for the present one. */
export type NewTtl = number | "keep";

export interface SetOptions {
  readonly expireAt: NewTtl;
  /** Store only if the key is missing (NX) or there (XX); null: always. */
  readonly condition: "NX" | "XX" | null;
  /** Whether the caller wants to know the value before. */
  readonly wantsOld: boolean;
}

export interface SetOutcome {
  /** False when the condition did not hold. */
  readonly stored: boolean;
  /** The value before, copied; null when there was none or nobody asked. */
  readonly old: Bytes | null;
}

export class Strings {
  readonly #keys: KeyTable;
  readonly #bytesMax: () => number;
  readonly #digits = new Uint8Array(24);

  /** @param bytesMax longest string that may be made, in bytes */
  constructor(keys: KeyTable, bytesMax: () => number) {
    this.#keys = keys;
    this.#bytesMax = bytesMax;
  }

  /** The value as a view, valid until the key is written or the turn ends; null: no such key. */
  get(key: AnyBytes): Bytes | null {
    return this.#keys.findType(key, TYPE_STRING)?.rest() ?? null;
  }

  /** As `get`, without a view. */
  stretch(key: AnyBytes): Stretch | null {
    return this.#keys.findType(key, TYPE_STRING)?.stretch() ?? null;
  }

  /** The value as `stretch`, or null also when the key holds another type. */
  getIfString(key: AnyBytes): Stretch | null {
    const row = this.#keys.find(key);
    return row !== null && row.type === TYPE_STRING ? row.stretch() : null;
  }

  /** Stores a value, whatever the key held before, TTL included; looks nothing up. */
  set(key: AnyBytes, value: AnyBytes, expireAt = 0): void {
    this.#keys.putString(key, value, expireAt);
  }

  /** Stores a value if there is no such key; false otherwise. */
  setIfFree(key: AnyBytes, value: AnyBytes): boolean {
    if (this.#keys.findForWrite(key) !== null) return false;
    this.#keys.putString(key, value, 0);
    return true;
  }

  /** Stores a value as told. @throws {CommandError} WRONGTYPE when the old value is wanted and no string */
  setWith(key: AnyBytes, value: AnyBytes, options: SetOptions): SetOutcome {
    const { condition, expireAt, wantsOld } = options;
    const row = wantsOld
      ? this.#keys.findType(key, TYPE_STRING)
      : condition !== null || expireAt === "keep"
        ? this.#keys.findForWrite(key)
        : null;
    const old = wantsOld && row !== null ? copyBytes(row.rest()) : null;
    const stored = condition === null || (condition === "XX") === (row !== null);
    if (stored) {
      this.#keys.putString(key, value, expireAt === "keep" ? (row?.expireAt ?? 0) : expireAt);
    }
    return { stored, old };
  }

  /** Stores the pairs (key, value, key, value ...), in order; whatever the keys held, TTLs included, is gone. */
  setPairs(pairs: readonly AnyBytes[]): void {
    for (let i = 0; i < pairs.length; i += 2) this.set(pairs[i]!, pairs[i + 1]!);
  }

  /** As `setPairs`, if none of the keys is there; false otherwise. */
  setPairsIfFree(pairs: readonly AnyBytes[]): boolean {
    for (let i = 0; i < pairs.length; i += 2) {
      if (this.#keys.findForWrite(pairs[i]!) !== null) return false;
    }
    this.setPairs(pairs);
    return true;
  }

  /** Length in bytes, 0 when there is no such key. */
  length(key: Bytes): number {
    return this.#keys.findType(key, TYPE_STRING)?.length ?? 0;
  }

  /** Appends, keeping the TTL; answers the new length. @throws {CommandError} too long */
  append(key: Bytes, suffix: Bytes): number {
    const row = this.#keys.findTypeForWrite(key, TYPE_STRING);
    if (row === null) {
      this.#checkLength(suffix.length);
      this.#keys.putString(key, suffix, 0);
      return suffix.length;
    }
    const length = row.length + suffix.length;
    this.#checkLength(length);
    this.#resize(key, row.rest(), row.expireAt, length, (target, at, old) => {
      target.set(suffix, at + old);
    });
    return length;
  }

  /**
   * Writes `patch` at `offset`, filling a gap with zero bytes and keeping the TTL; answers the new length.
   *
   * @param offset in [0, 2^53)
   * @throws {CommandError} too long
   */
  setRange(key: Bytes, offset: number, patch: Bytes): number {
    const row = this.#keys.findTypeForWrite(key, TYPE_STRING);
    const old = row?.length ?? 0;
    if (patch.length === 0) return old;
    this.#checkLength(offset + patch.length);
    const length = Math.max(old, offset + patch.length);
    this.#resize(key, row?.rest() ?? EMPTY, row?.expireAt ?? 0, length, (target, at) => {
      target.set(patch, at + offset);
    });
    return length;
  }

  /** Bytes from `start` to `end`, both included; negative ones count from the end. A view, as of `get`. */
  getRange(key: Bytes, start: number, end: number): Bytes {
    const value = this.get(key);
    if (value === null) return EMPTY;
    const length = value.length;
    if (start < 0 && end < 0 && start > end) return EMPTY;
    const first = Math.max(0, start < 0 ? length + start : start);
    const last = Math.min(length - 1, Math.max(0, end < 0 ? length + end : end));
    return first > last ? EMPTY : value.subarray(first, last + 1);
  }

  /**
   * Adds to the integer that the value spells, 0 when missing; keeps the TTL and answers the sum.
   *
   * @throws {CommandError} no 64-bit integer, or the sum would be none
   */
  incrementBy(key: AnyBytes, delta: number | bigint): number | bigint {
    const row = this.#keys.findTypeForWrite(key, TYPE_STRING);
    const expireAt = row?.expireAt ?? 0;
    const old = row === null ? 0 : parseSafeInteger(row.buffer, row.start, row.end);
    const sum = typeof delta === "number" ? old + delta : Number.NaN;
    if (Number.isSafeInteger(sum)) {
      const length = writeInteger(this.#digits, 0, sum);
      const target = this.#keys.put(key, TYPE_STRING, expireAt, length);
      for (let i = 0; i < length; i++) target.buffer[target.start + i] = this.#digits[i]!;
      return sum;
    }
    const exact = row === null ? 0n : parseInt64(row.rest());
    if (exact === null) throw new CommandError(errors.notInteger);
    const wide = addInt64(exact, BigInt(delta));
    if (wide === null) throw new CommandError(errors.overflow);
    this.#keys.putString(key, fromText(String(wide)), expireAt);
    return wide;
  }

  /**
   * Adds to the decimal number that the value spells, as Redis does with its 80-bit floats; answers the sum
   * as it is stored.
   *
   * @param increment as text
   * @throws {CommandError} no number, or the sum is not finite
   */
  incrementByFloat(key: Bytes, increment: Bytes): Bytes {
    const row = this.#keys.findTypeForWrite(key, TYPE_STRING);
    const old = parseLongDouble(row?.rest() ?? ZERO);
    const delta = parseLongDouble(increment);
    if (old === null || delta === null) throw new CommandError(errors.notFloat);
    const sum = addLongDoubles(old, delta);
    if (sum === null) throw new CommandError(errors.infiniteIncrement);
    const text = fromText(formatLongDouble(sum));
    this.#keys.putString(key, text, row?.expireAt ?? 0);
    return text;
  }

  /** Takes the value out: the key is gone afterwards. A copy, or null. */
  take(key: Bytes): Bytes | null {
    const value = this.get(key);
    if (value === null) return null;
    const copy = copyBytes(value);
    this.#keys.remove(key);
    return copy;
  }

  /** Replaces the value and drops the TTL; answers the old value, copied, or null. */
  replace(key: Bytes, value: Bytes): Bytes | null {
    const old = this.get(key);
    const copy = old === null ? null : copyBytes(old);
    this.set(key, value);
    return copy;
  }

  #checkLength(length: number): void {
    if (length > this.#bytesMax()) throw new CommandError(errors.stringTooLong);
  }

  /** Writes the old bytes into a row of `length` bytes, zero-filled behind them, and lets `patch` change it. */
  #resize(
    key: Bytes,
    old: Bytes,
    expireAt: number,
    length: number,
    patch: (target: Uint8Array, at: number, oldLength: number) => void,
  ): void {
    const oldLength = old.length;
    const row = this.#keys.put(key, TYPE_STRING, expireAt, length);
    // In a row that is written over in place, `old` is that same memory: copying it is harmless.
    row.buffer.set(old, row.start);
    row.buffer.fill(0, row.start + oldLength, row.start + length);
    patch(row.buffer, row.start, oldLength);
  }
}

const ZERO = fromText("0");
