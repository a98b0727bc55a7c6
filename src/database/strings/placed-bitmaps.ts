/**
 * Bitmaps written segment by segment, where the tail comes apart from the segments: that is how LedisDB's store keeps
 * them. A bitmap is always long enough for its own bits.
 */
import { readU32, writeU32 } from "../../binlog/event.ts";
import type { Bytes } from "../../bytes/bytes.ts";
import { TYPE_BITMAP } from "../../keyspace/rows/key-row.ts";
import { KIND_BITMAP } from "../../keyspace/rows/row-key.ts";
import type { Collections } from "../collections/collections.ts";
import { SEGMENT_BYTES } from "./bitmaps.ts";

const SEGMENT_BITS = SEGMENT_BYTES * 8;

export class PlacedBitmaps {
  readonly #collections: Collections;
  readonly #rest = new Uint8Array(4);

  constructor(collections: Collections) {
    this.#collections = collections;
  }

  /**
   * Stores a segment; a missing bitmap begins with it.
   *
   * @param bytes as many as a segment has
   * @param tailOfNew tail of the bitmap if it begins now, where its own bits do not reach further
   */
  putSegment(key: Bytes, number: number, bytes: Bytes, tailOfNew: number): void {
    const found = this.#collections.findForWrite(key, TYPE_BITMAP);
    const bitmap = found ?? this.#collections.create(TYPE_BITMAP, new Uint8Array(4));
    if (this.#collections.store(KIND_BITMAP, bitmap.id, this.#restOf(number), bytes)) bitmap.size++;
    const origin = number * SEGMENT_BITS;
    const before = found === null ? Math.max(tailOfNew, origin) : readU32(bitmap.extra, 0);
    writeU32(bitmap.extra, 0, Math.max(before, origin + lastOne(bytes)));
    this.#collections.save(key, bitmap);
  }

  /** Removes a segment; the last one takes the key with it. */
  deleteSegment(key: Bytes, number: number): void {
    const bitmap = this.#collections.findForWrite(key, TYPE_BITMAP);
    if (bitmap === null) return;
    if (!this.#collections.take(KIND_BITMAP, bitmap.id, this.#restOf(number))) return;
    bitmap.size--;
    this.#collections.save(key, bitmap);
  }

  /** Makes a bitmap at least as long as a tail says. */
  extend(key: Bytes, tail: number): void {
    const bitmap = this.#collections.findForWrite(key, TYPE_BITMAP);
    if (bitmap === null || tail <= readU32(bitmap.extra, 0)) return;
    writeU32(bitmap.extra, 0, tail);
    this.#collections.save(key, bitmap);
  }

  /** One buffer, used again and again. */
  #restOf(number: number): Bytes {
    writeU32(this.#rest, 0, number);
    return this.#rest;
  }
}

/** Offset of the last bit that is 1, least significant first; 0 when none is. */
function lastOne(bytes: Bytes): number {
  for (let at = bytes.length - 1; at >= 0; at--) {
    if (bytes[at] !== 0) return at * 8 + 31 - Math.clz32(bytes[at]!);
  }
  return 0;
}
