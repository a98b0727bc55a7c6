/**
 * The output of one turn, of all connections: bytes appended to one growing buffer, and between
 * them large values that stay where they are.
 */
import { type Bytes, copyRange } from "../bytes/bytes.ts";

/** Capacity at the start. */
const INITIAL_BYTES = 64 * 1024;

/** Capacity that outlives a turn: a view of more is never written over. */
export const KEPT_BYTES = 1024 * 1024;

/** From this size on a value is referred to, not copied: the extra `write` is cheaper by then. */
export const EXTERNAL_BYTES_MIN = 256 * 1024;

/** A value that belongs between the arena's bytes, in front of the one at offset `at`. */
interface External {
  readonly at: number;
  readonly bytes: Bytes;
}

/**
 * Append-only memory. Places in it are offsets: growth replaces the buffer. A connection keeps
 * `[start, end)` of what was appended for it, and sends {@link slices} of it at the end of the turn.
 */
export class ReplyArena {
  buffer: Buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  /** How much of the buffer is filled: the offset of the next byte. */
  length = 0;
  private externals: External[] = [];
  private externalBytes = 0;

  /** All that was appended, large values included, in bytes. */
  get size(): number {
    return this.length + this.externalBytes;
  }

  /** Makes room for `bytes` more behind `length`. */
  reserve(bytes: number): void {
    if (this.length + bytes > this.buffer.length) this.grow(this.length + bytes);
  }

  /**
   * Appends `source[start, end)`. A range of {@link EXTERNAL_BYTES_MIN} bytes or more is not
   * copied: it must not change until it is sent.
   */
  append(source: Bytes, start: number, end: number): void {
    const size = end - start;
    if (size >= EXTERNAL_BYTES_MIN) {
      this.externals.push({ at: this.length, bytes: source.subarray(start, end) });
      this.externalBytes += size;
      return;
    }
    this.reserve(size);
    this.length = copyRange(source, start, end, this.buffer, this.length);
  }

  /** Appends copies of what {@link slices} of another arena has answered. */
  appendCopies(parts: readonly Bytes[]): void {
    for (const part of parts) {
      this.reserve(part.length);
      this.length = copyRange(part, 0, part.length, this.buffer, this.length);
    }
  }

  /**
   * What was appended between two offsets, in order: views of the buffer, which hold until
   * {@link reset} or {@link truncate}, and large values themselves. No part is empty.
   *
   * REQUIRES: no large value was appended right at `start` or `end` (a reply begins and ends with
   * bytes of its own).
   */
  slices(start: number, end: number): Bytes[] {
    const parts: Bytes[] = [];
    let from = start;
    for (const external of this.externals) {
      if (external.at <= start || external.at >= end) continue;
      if (external.at > from) parts.push(this.buffer.subarray(from, external.at));
      parts.push(external.bytes);
      from = external.at;
    }
    if (from < end) parts.push(this.buffer.subarray(from, end));
    return parts;
  }

  /** How many bytes {@link slices} of the same offsets hold. */
  sizeOf(start: number, end: number): number {
    let size = end - start;
    for (const external of this.externals) {
      if (external.at > start && external.at < end) size += external.bytes.length;
    }
    return size;
  }

  /** Forgets what was appended from offset `length` on: a command failed half-way. */
  truncate(length: number): void {
    this.length = length;
    while (this.externals.length > 0 && this.externals.at(-1)!.at >= length) {
      this.externalBytes -= this.externals.pop()!.bytes.length;
    }
  }

  /** Forgets everything, and most of the memory that an unusual turn took. */
  reset(): void {
    this.length = 0;
    if (this.externals.length > 0) this.externals = [];
    this.externalBytes = 0;
    if (this.buffer.length > KEPT_BYTES) this.buffer = Buffer.allocUnsafeSlow(KEPT_BYTES);
  }

  private grow(needed: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.buffer.length));
    this.buffer.copy(grown, 0, 0, this.length);
    this.buffer = grown;
  }
}
