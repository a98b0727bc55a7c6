/**
 * Bits of strings: SETBIT, BITCOUNT, BITPOS, BITOP, BITFIELD. A string is a row of bits, bit 0 the top bit of
 * byte 0; beyond its end all bits are 0. Writing grows the string and keeps the TTL. A changed string is
 * stored whole, so one bit costs as much as its string is long, except in a row that the same turn has
 * written before.
 */
import { getBits, setBits } from "../../bytes/bit-field.ts";
import { bitAnd, bitNot, bitOr, bitXor } from "../../bytes/bit-op.ts";
import { findBit, popcount } from "../../bytes/bits.ts";
import { type Bytes, EMPTY } from "../../bytes/bytes.ts";
import { CommandError, errors } from "../../errors.ts";
import { TYPE_STRING } from "../../keyspace/rows/key-row.ts";
import type { RowValue } from "../../keyspace/rows/row-value.ts";
import type { KeyTable } from "../key-table/key-table.ts";
import { type BitFieldOperation, overflowed } from "./bit-overflow.ts";

export type Bit = 0 | 1;

/** Part of a string, both ends included; negative ones count from its end. */
export interface BitRange {
  readonly start: number;
  /** null: to the end. */
  readonly end: number | null;
  /** What `start` and `end` count. */
  readonly unit: "BYTE" | "BIT";
}

/** AND, OR and XOR take any number of strings, NOT one. */
export type BitOperation = "AND" | "OR" | "XOR" | "NOT";

export class BitStrings {
  readonly #keys: KeyTable;
  readonly #bytesMax: () => number;

  /** @param bytesMax longest string that may be made, in bytes */
  constructor(keys: KeyTable, bytesMax: () => number) {
    this.#keys = keys;
    this.#bytesMax = bytesMax;
  }

  /** True when a bit may stand there. */
  allows(offset: number): boolean {
    return offset >= 0 && Math.floor(offset / 8) < this.#bytesMax();
  }

  /** The bit at `offset`; 0 beyond the end and for a missing key. @throws {CommandError} WRONGTYPE */
  get(key: Bytes, offset: number): Bit {
    this.#require(offset);
    const row = this.#keys.findType(key, TYPE_STRING);
    const byte = Math.floor(offset / 8);
    if (row === null || byte >= row.length) return 0;
    return ((row.buffer[row.start + byte]! >> (7 - (offset % 8))) & 1) as Bit;
  }

  /** Stores a bit; answers the one that stood there. @throws {CommandError} WRONGTYPE, beyond the limit */
  set(key: Bytes, offset: number, bit: Bit): Bit {
    this.#require(offset);
    const row = this.#keys.findTypeForWrite(key, TYPE_STRING);
    const byte = Math.floor(offset / 8);
    const mask = 0x80 >> (offset % 8);
    const inside = row !== null && byte < row.length;
    const old: Bit = inside && (row.buffer[row.start + byte]! & mask) !== 0 ? 1 : 0;
    if (inside && old === bit) return old;
    const value = row?.rest() ?? EMPTY;
    const length = Math.max(value.length, byte + 1);
    const { buffer, start } = this.#resize(key, value, row?.expireAt ?? 0, length);
    const at = start + byte;
    buffer[at] = bit === 1 ? buffer[at]! | mask : buffer[at]! & ~mask;
    return old;
  }

  /** How many bits are 1, in a part of the string or in all of it (null). @throws {CommandError} WRONGTYPE */
  count(key: Bytes, range: BitRange | null): number {
    const row = this.#keys.findType(key, TYPE_STRING);
    if (row === null) return 0;
    if (range === null) return popcount(row.buffer, row.start, row.end);
    if (isBackward(range)) return 0;
    const bits = bitsOf(range, row.length);
    return bits === null ? 0 : countBits(row.rest(), bits.start, bits.end);
  }

  /**
   * Position of the first bit equal to `bit`, counted from the string's start; -1: none. A search for 0 that
   * names no end goes on beyond the string, where there are only zeros, unless its range is empty.
   *
   * @param range null for the whole string
   * @throws {CommandError} WRONGTYPE
   */
  position(key: Bytes, bit: Bit, range: BitRange | null): number {
    const row = this.#keys.findType(key, TYPE_STRING);
    if (row === null) return bit === 1 ? -1 : 0;
    const bits = bitsOf(range ?? WHOLE, row.length);
    if (bits === null) return -1;
    const found = findBit(row.rest(), bit, bits.start, bits.end);
    const openEnd = range === null || range.end === null;
    return found === -1 && bit === 0 && openEnd ? row.length * 8 : found;
  }

  /**
   * Stores the outcome of a bitwise operation, without TTL, whatever `target` held before; shorter strings
   * count as filled up with zeros. Answers the outcome's length, that of the longest source; an empty outcome
   * removes the key.
   *
   * @param sources at least one; exactly one for NOT
   * @throws {CommandError} WRONGTYPE
   */
  combine(operation: BitOperation, target: Bytes, sources: readonly Bytes[]): number {
    const values = sources.map((key) => this.#keys.findType(key, TYPE_STRING)?.rest() ?? EMPTY);
    let length = 0;
    for (const value of values) length = Math.max(length, value.length);
    if (length === 0) {
      if (this.#keys.findForWrite(target) !== null) this.#keys.remove(target);
      return 0;
    }
    // In memory of its own: the target's row may be one of the sources, written over in place.
    const outcome = new Uint8Array(length);
    outcome.set(values[0]!);
    const fold = FOLDS[operation];
    if (operation === "NOT") bitNot(outcome);
    else for (let i = 1; i < values.length; i++) fold(outcome, values[i]!);
    this.#keys.putString(target, outcome, 0);
    return length;
  }

  /**
   * Reads and writes integers in a string, one after the other. Answers for each: the value read, the value
   * replaced, the sum stored, or null when it overflowed and was told to fail. A string that is written to
   * reaches to the end of the last field written, even if every write failed.
   *
   * @throws {CommandError} WRONGTYPE, or a field that starts beyond the limit; nothing is written
   */
  fields(key: Bytes, operations: readonly BitFieldOperation[]): (bigint | null)[] {
    for (const operation of operations) this.#require(operation.offset);
    const readsOnly = operations.every(({ kind }) => kind === "GET");
    const row = readsOnly
      ? this.#keys.findType(key, TYPE_STRING)
      : this.#keys.findTypeForWrite(key, TYPE_STRING);
    const value = row?.rest() ?? EMPTY;
    const window = new FieldWindow(value, operations);
    const answers = operations.map((operation) => window.run(operation));
    if (!window.isChanged) return answers;
    const length = Math.max(value.length, window.writtenBytes);
    const target = this.#resize(key, value, row?.expireAt ?? 0, length);
    target.buffer.set(window.bytes, target.start + window.start);
    return answers;
  }

  #require(offset: number): void {
    if (!this.allows(offset)) throw new CommandError(errors.bitOffset);
  }

  /** Stores `old` in a row of `length` bytes, at least its own, filled up with zeros. */
  #resize(key: Bytes, old: Bytes, expireAt: number, length: number): RowValue {
    const row = this.#keys.put(key, TYPE_STRING, expireAt, length);
    // A row that is written over in place holds the old bytes already: they are this very memory.
    const at = row.buffer.byteOffset + row.start;
    const inPlace = row.buffer.buffer === old.buffer && at === old.byteOffset;
    if (!inPlace) row.buffer.set(old, row.start);
    row.buffer.fill(0, row.start + old.length, row.start + length);
    return row;
  }
}

const WHOLE: BitRange = { start: 0, end: null, unit: "BYTE" };

const FOLDS = { AND: bitAnd, OR: bitOr, XOR: bitXor, NOT: bitNot } as const;

/** Both ends counted from the string's end, the first behind the last; either may lie before its start. */
function isBackward({ start, end }: BitRange): boolean {
  return start < 0 && end !== null && end < 0 && start > end;
}

/** The bits `[start, end)` of a range in a string of `length` bytes; null when there are none. */
function bitsOf(range: BitRange, length: number): { start: number; end: number } | null {
  const scale = range.unit === "BIT" ? 1 : 8;
  const total = (length * 8) / scale;
  const { start, end } = range;
  const first = Math.max(0, start < 0 ? total + start : start);
  const last = end === null ? total - 1 : Math.max(0, end < 0 ? total + end : end);
  const until = Math.min(last, total - 1);
  return first > until ? null : { start: first * scale, end: (until + 1) * scale };
}

/** How many of the bits `[start, end)` are 1; the range is not empty. */
function countBits(bytes: Bytes, start: number, end: number): number {
  const firstByte = Math.floor(start / 8);
  const lastByte = Math.floor((end - 1) / 8);
  let count = popcount(bytes, firstByte, lastByte + 1);
  const before = start % 8;
  if (before > 0) count -= popcount(Uint8Array.of(bytes[firstByte]! & ~(0xff >> before)));
  const behind = (8 - (end % 8)) % 8;
  if (behind > 0) count -= popcount(Uint8Array.of(bytes[lastByte]! & ((1 << behind) - 1)));
  return count;
}

/** A copy of those bytes of a string that some fields lie in. */
class FieldWindow {
  /** Index in the string of the first byte. */
  readonly start: number;
  readonly bytes: Bytes;
  /** Bytes that the string has at least when the fields are written; 0 when none is. */
  readonly writtenBytes: number;
  /** True when the string has to be stored: a field has changed, or it has grown. */
  isChanged: boolean;

  constructor(value: Bytes, operations: readonly BitFieldOperation[]) {
    let start = Number.POSITIVE_INFINITY;
    let end = 0;
    let writtenBytes = 0;
    for (const { kind, type, offset } of operations) {
      const fieldEnd = Math.floor((offset + type.widthBits - 1) / 8) + 1;
      start = Math.min(start, Math.floor(offset / 8));
      if (kind === "GET") end = Math.max(end, Math.min(fieldEnd, value.length));
      else writtenBytes = Math.max(writtenBytes, fieldEnd);
    }
    this.start = start;
    this.writtenBytes = writtenBytes;
    this.isChanged = writtenBytes > value.length;
    this.bytes = new Uint8Array(Math.max(0, Math.max(end, writtenBytes) - start));
    this.bytes.set(value.subarray(start, start + this.bytes.length));
  }

  run({ kind, type, offset, operand, overflow }: BitFieldOperation): bigint | null {
    const at = offset - this.start * 8;
    const old = getBits(this.bytes, at, type.widthBits, type.signed);
    if (kind === "GET") return old;
    const [base, increment] = kind === "SET" ? [operand, 0n] : [old, operand];
    const stored = overflowed(type, base, increment, overflow);
    if (stored === null) return null;
    setBits(this.bytes, at, type.widthBits, stored);
    if (stored !== old) this.isChanged = true;
    return kind === "SET" ? old : stored;
  }
}
