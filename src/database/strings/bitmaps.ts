/**
 * LedisDB's bitmaps: sparse, so a far bit costs one segment and not all that lies before it. A row holds a
 * segment of 512 bytes; bit n is bit n % 8 of byte n / 8, counted from the least significant one. The header's
 * extra is the tail, the highest offset ever written, u32: a bitmap is as long as that, and no bit behind it is 1.
 *
 * Negative offsets count from the tail: -1 is the tail itself.
 */
import { readU32, writeU32 } from "../../binlog/event.ts";
import { bitAnd, bitNot, bitOr, bitXor } from "../../bytes/bit-op.ts";
import { popcount } from "../../bytes/bits.ts";
import type { Bytes } from "../../bytes/bytes.ts";
import { CommandError, errors } from "../../errors.ts";
import type { RangeWalk } from "../../keyspace/range.ts";
import { TYPE_BITMAP } from "../../keyspace/rows/key-row.ts";
import { KIND_BITMAP } from "../../keyspace/rows/row-key.ts";
import { endsSlice, type Slices } from "../../rdb/in-slices.ts";
import type { CollectionHeader, Collections } from "../collections/collections.ts";
import type { Bit, BitOperation } from "./bit-strings.ts";

export const SEGMENT_BYTES = 512;
const SEGMENT_BITS = SEGMENT_BYTES * 8;
/** The greatest offset that may be given. */
export const OFFSET_MAX = 2 ** 31 - 1;

const NO_TAIL = -1;

/** A bit to write; one whose value is no bit changes nothing. */
export interface BitWrite {
  /** In [-OFFSET_MAX - 1, OFFSET_MAX]. */
  readonly offset: number;
  readonly value: number;
}

/** A stored part of a bitmap: bytes from SEGMENT_BYTES * number on. */
export interface Segment {
  readonly number: number;
  readonly bytes: Bytes;
}

/** A write with its offset counted from the start. */
interface PlacedWrite {
  readonly at: number;
  readonly value: number;
}

/** All operations throw a CommandError, WRONGTYPE, when the key holds another type. */
export class Bitmaps {
  readonly #collections: Collections;
  readonly #bytesMax: () => number;
  readonly #segment = new Uint8Array(SEGMENT_BYTES);
  readonly #number = new Uint8Array(4);

  /** @param bytesMax longest string that may be answered, in bytes */
  constructor(collections: Collections, bytesMax: () => number) {
    this.#collections = collections;
    this.#bytesMax = bytesMax;
  }

  /** The whole bitmap up to its tail, missing segments as zeros; null: no such key. @throws {CommandError} too long */
  get(key: Bytes): Bytes | null {
    const bitmap = this.#find(key);
    if (bitmap === null) return null;
    const length = Math.floor(tailOf(bitmap) / 8) + 1;
    if (length > this.#bytesMax()) throw new CommandError(errors.stringTooLong);
    const bytes = new Uint8Array(length);
    const walk = this.#walk(bitmap, 0, segmentOf(tailOf(bitmap)));
    while (walk.next()) {
      const at = readU32(walk.rest, 0) * SEGMENT_BYTES;
      bytes.set(walk.value.subarray(0, length - at), at);
    }
    return bytes;
  }

  /** The bit at `offset`; 0 behind the tail and for a missing key. @throws {CommandError} before the start */
  getBit(key: Bytes, offset: number): Bit {
    const bitmap = this.#find(key);
    if (bitmap === null) return 0;
    return this.#bitAt(bitmap, place(offset, tailOf(bitmap)));
  }

  /**
   * Stores a bit, 0 included, which lengthens the bitmap like 1 does; answers the one that stood there.
   *
   * @throws {CommandError} before the start, which any negative offset is when there is no such key
   */
  setBit(key: Bytes, { offset, value }: BitWrite): Bit {
    const bitmap = this.#collections.findForWrite(key, TYPE_BITMAP);
    const at = place(offset, bitmap === null ? NO_TAIL : tailOf(bitmap));
    const old = bitmap === null ? 0 : this.#bitAt(bitmap, at);
    if (isBit(value)) this.#write(key, bitmap ?? this.#create(), [{ at, value }]);
    return old;
  }

  /**
   * Stores several bits; answers how many of the values are bits. Negative offsets count from the tail before.
   *
   * @throws {CommandError} before the start, or two of one place; nothing is written
   */
  setBits(key: Bytes, writes: readonly BitWrite[]): number {
    const bitmap = this.#collections.findForWrite(key, TYPE_BITMAP);
    const tail = bitmap === null ? NO_TAIL : tailOf(bitmap);
    const placed = writes.map(({ offset, value }) => ({ at: place(offset, tail), value }));
    placed.sort((a, b) => a.at - b.at);
    for (let i = 1; i < placed.length; i++) {
      if (placed[i]!.at === placed[i - 1]!.at) throw new CommandError(errors.bitmapDuplicate);
    }
    const valid = placed.filter(({ value }) => isBit(value));
    if (valid.length > 0) this.#write(key, bitmap ?? this.#create(), valid);
    return valid.length;
  }

  /**
   * How many bits between two offsets, both included and in any order, are 1.
   *
   * @throws {CommandError} one of them is before the start; not when there is no such key
   */
  count(key: Bytes, start: number, end: number): number {
    const bitmap = this.#find(key);
    if (bitmap === null) return 0;
    const tail = tailOf(bitmap);
    const [a, b] = [place(start, tail), place(end, tail)];
    const first = Math.min(a, b);
    const last = Math.min(Math.max(a, b), tail);
    if (first > last) return 0;
    const walk = this.#walk(bitmap, segmentOf(first), segmentOf(last));
    let count = 0;
    while (walk.next()) {
      const origin = readU32(walk.rest, 0) * SEGMENT_BITS;
      const from = Math.max(0, first - origin);
      count += countBits(walk.value, from, Math.min(SEGMENT_BITS - 1, last - origin));
    }
    return count;
  }

  /**
   * Stores the outcome of a bitwise operation under `target`, without TTL, whatever that held; it may be one of
   * the sources. Keys that are not there are no sources; shorter ones count as filled up with zeros. Answers how
   * many bits the outcome has, as many as the longest source.
   *
   * Of the outcome those segments are stored that have a bit of 1, and that of the tail. NOT makes ones of
   * all that a source does not hold: it costs as much as the bitmap is long.
   *
   * With fewer than two sources, or for NOT not exactly one, nothing happens and the answer is 0.
   */
  combine(operation: BitOperation, target: Bytes, keys: readonly Bytes[]): number {
    const sources = keys.map((key) => this.#find(key)).filter((bitmap) => bitmap !== null);
    if (operation === "NOT" ? sources.length !== 1 : sources.length < 2) return 0;
    const tail = Math.max(...sources.map(tailOf));
    const outcome = this.#create();
    const store = (number: number, segment: Bytes): void => {
      if (number !== segmentOf(tail) && popcount(segment) === 0) return;
      this.#collections.put(KIND_BITMAP, outcome.id, this.#rest(number), segment);
      outcome.size++;
    };
    if (operation === "NOT") this.#invert(sources[0]!, store);
    else this.#fold(operation, sources, segmentOf(tail), store);
    writeU32(outcome.extra, 0, tail);
    this.#collections.save(target, outcome);
    return tail + 1;
  }

  /**
   * Stores a bitmap in place of what the key held.
   *
   * @param tail greatest offset that was written; no bit behind it is 1
   * @param segments at least one, with different numbers, none of them behind the tail
   * @param expireAt ms since 1970, 0 for no TTL
   */
  *replacing(key: Bytes, tail: number, segments: Iterable<Segment>, expireAt: number): Slices {
    const bitmap = this.#create();
    writeU32(bitmap.extra, 0, tail);
    bitmap.expireAt = expireAt;
    for (const { number, bytes } of segments) {
      this.#collections.put(KIND_BITMAP, bitmap.id, this.#rest(number), bytes);
      if (!endsSlice(++bitmap.size)) continue;
      this.#collections.save(key, bitmap);
      yield;
    }
    this.#collections.save(key, bitmap);
  }

  #find(key: Bytes): CollectionHeader | null {
    return this.#collections.find(key, TYPE_BITMAP);
  }

  #create(): CollectionHeader {
    return this.#collections.create(TYPE_BITMAP, new Uint8Array(4));
  }

  /** A bit of a bitmap. @param at not negative */
  #bitAt({ id }: CollectionHeader, at: number): Bit {
    const segment = this.#collections.get(KIND_BITMAP, id, this.#rest(segmentOf(at)));
    if (segment === null) return 0;
    const bit = at % SEGMENT_BITS;
    return ((segment[bit >> 3]! >> (bit & 7)) & 1) as Bit;
  }

  /** @param writes bits in order of their places, at least one */
  #write(key: Bytes, bitmap: CollectionHeader, writes: readonly PlacedWrite[]): void {
    for (let i = 0; i < writes.length; ) {
      const number = segmentOf(writes[i]!.at);
      const isNew = !this.#load(bitmap, number);
      for (; i < writes.length && segmentOf(writes[i]!.at) === number; i++) {
        const { at, value } = writes[i]!;
        const bit = at % SEGMENT_BITS;
        const mask = 1 << (bit & 7);
        if (value === 1) this.#segment[bit >> 3]! |= mask;
        else this.#segment[bit >> 3]! &= ~mask;
      }
      if (isNew) bitmap.size++;
      this.#collections.put(KIND_BITMAP, bitmap.id, this.#rest(number), this.#segment);
    }
    const last = writes.at(-1)!.at;
    if (!bitmap.isStored || last > tailOf(bitmap)) writeU32(bitmap.extra, 0, last);
    this.#collections.save(key, bitmap);
  }

  /** Copies a segment into `#segment`, zeros when it is not there; false then. */
  #load(bitmap: CollectionHeader, number: number): boolean {
    const stored = bitmap.isStored
      ? this.#collections.get(KIND_BITMAP, bitmap.id, this.#rest(number))
      : null;
    if (stored === null) this.#segment.fill(0);
    else this.#segment.set(stored);
    return stored !== null;
  }

  #invert(source: CollectionHeader, store: (number: number, segment: Bytes) => void): void {
    const tail = tailOf(source);
    const last = segmentOf(tail);
    const stored = new SegmentWalk(this.#walk(source, 0, last));
    const segment = new Uint8Array(SEGMENT_BYTES);
    for (let number = 0; number <= last; number++) {
      segment.fill(0);
      if (stored.number === number) {
        segment.set(stored.bytes);
        stored.advance();
      }
      bitNot(segment);
      if (number === last) clearBehind(segment, tail % SEGMENT_BITS);
      store(number, segment);
    }
  }

  #fold(
    operation: "AND" | "OR" | "XOR",
    sources: readonly CollectionHeader[],
    last: number,
    store: (number: number, segment: Bytes) => void,
  ): void {
    const fold = FOLDS[operation];
    const walks = sources.map((source) => new SegmentWalk(this.#walk(source, 0, last)));
    const segment = new Uint8Array(SEGMENT_BYTES);
    let number = 0;
    while (number <= last) {
      const there = walks.filter((walk) => walk.number === number);
      segment.fill(0);
      if (there.length > 0 && (operation !== "AND" || there.length === walks.length)) {
        segment.set(there[0]!.bytes);
        for (const { bytes } of there.slice(1)) fold(segment, bytes);
      }
      store(number, segment);
      for (const walk of there) walk.advance();
      const next = Math.min(...walks.map((walk) => walk.number));
      number = number < last ? Math.min(next, last) : last + 1;
    }
  }

  /** Walks segments from one number to another, both included. */
  #walk({ id, size }: CollectionHeader, first: number, last: number): RangeWalk {
    const from = new Uint8Array(4);
    const to = new Uint8Array(4);
    writeU32(from, 0, first);
    writeU32(to, 0, last + 1);
    const expected = Math.min(size, last - first + 1);
    return this.#collections.walk(KIND_BITMAP, id, { from, to, expected });
  }

  /** The part of a row key that names a segment; one buffer used again and again. */
  #rest(number: number): Bytes {
    writeU32(this.#number, 0, number);
    return this.#number;
  }
}

/** Stands at a stored segment and moves upwards; its number is Infinity behind the last one. */
class SegmentWalk {
  readonly #walk: RangeWalk;
  number = 0;
  /** As a view until the turn ends. */
  bytes: Bytes = new Uint8Array(0);

  constructor(walk: RangeWalk) {
    this.#walk = walk;
    this.advance();
  }

  advance(): void {
    const more = this.#walk.next();
    this.number = more ? readU32(this.#walk.rest, 0) : Number.POSITIVE_INFINITY;
    this.bytes = this.#walk.value;
  }
}

const FOLDS = { AND: bitAnd, OR: bitOr, XOR: bitXor } as const;

function tailOf({ extra }: CollectionHeader): number {
  return readU32(extra, 0);
}

function segmentOf(at: number): number {
  return Math.floor(at / SEGMENT_BITS);
}

function isBit(value: number): boolean {
  return value === 0 || value === 1;
}

/** The offset counted from the start. @throws {CommandError} it lies before that */
function place(offset: number, tail: number): number {
  const at = offset < 0 ? offset + tail + 1 : offset;
  if (at < 0) throw new CommandError(errors.bitmapOffset);
  return at;
}

/** How many of the bits from `first` to `last`, both included, are 1; least significant bit first. */
function countBits(segment: Bytes, first: number, last: number): number {
  const start = first >> 3;
  const end = last >> 3;
  const before = segment[start]! & ((1 << (first & 7)) - 1);
  const behind = segment[end]! & (0xff << ((last & 7) + 1)) & 0xff;
  return popcount(segment, start, end + 1) - popcount(Uint8Array.of(before, behind));
}

/** Sets all bits behind `last` to 0. */
function clearBehind(segment: Bytes, last: number): void {
  segment[last >> 3]! &= (2 << (last & 7)) - 1;
  segment.fill(0, (last >> 3) + 1);
}
