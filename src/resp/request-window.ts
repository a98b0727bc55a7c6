/**
 * The bytes of a connection that are not parsed yet, always in one piece for the request at hand.
 *
 * A chunk is parsed where it is. Only a request that straddles chunks is copied: into a join,
 * which takes no more than that request needs; behind it the parser goes on in the chunk.
 */
import { type Bytes, EMPTY } from "../bytes/bytes.ts";

/** The least that a join takes at once, and its least capacity. */
const JOIN_BYTES_MIN = 256;

/** A remainder below this share of its chunk is moved off it while the peer is silent. */
const PINNED_SHARE = 4;

export class RequestWindow {
  /** Chunk or join; the unparsed bytes are `[start, end)`. Never changed once a request is taken from it. */
  bytes: Bytes = EMPTY;
  start = 0;
  end = 0;
  /** Whether `bytes` is a join: a copy of the request at hand, by now up to `end`. */
  private joined = false;
  /** The chunk that the join was filled from last, and how much of it is in the join. */
  private source: Bytes = EMPTY;
  private sourceAt = 0;
  /** Chunks behind the source, in order. */
  private queue: Bytes[] = [];
  /** Bytes in neither the window nor the past: rest of the source, and the queue. */
  private waiting = 0;

  /** Bytes pushed and not taken. */
  get bufferedBytes(): number {
    return this.end - this.start + this.waiting;
  }

  /** Appends a chunk, which must not change from now on. */
  push(chunk: Bytes): void {
    if (this.start === this.end && this.waiting === 0) {
      this.bytes = chunk;
      this.start = 0;
      this.end = chunk.length;
    } else if (chunk.length > 0) {
      this.queue.push(chunk);
      this.waiting += chunk.length;
    }
  }

  /** Everything before `at` in [start, end] is parsed. */
  take(at: number): void {
    this.start = at;
    if (this.joined) this.leaveJoin();
  }

  /**
   * Brings more bytes behind the request at hand; false when none were pushed. `start` and `bytes`
   * may change, what lies between `start` and the old `end` does not.
   *
   * Copies each byte of a request at most about twice, however it is cut into chunks.
   *
   * @param missing the bytes known to be needed, at least 1
   * @param last whether the request ends with them
   */
  extend(missing: number, last: boolean): boolean {
    if (this.waiting === 0) {
      this.settle();
      return false;
    }
    if (this.sourceAt === this.source.length) {
      this.source = this.queue.shift()!;
      this.sourceAt = 0;
    }
    if (this.start === this.end) {
      this.enterSource(0);
      return true;
    }
    const size = this.end - this.start;
    const wanted = last ? missing : Math.max(missing, size >> 1, JOIN_BYTES_MIN);
    const length = Math.min(this.source.length - this.sourceAt, wanted);
    this.reserve(size + length, last ? size + missing : Number.POSITIVE_INFINITY);
    copyRange(this.source, this.sourceAt, length, this.bytes, this.end);
    this.sourceAt += length;
    this.end += length;
    this.waiting -= length;
    return true;
  }

  /** Forgets everything. */
  clear(): void {
    this.bytes = EMPTY;
    this.start = 0;
    this.end = 0;
    this.joined = false;
    this.source = EMPTY;
    this.sourceAt = 0;
    this.queue = [];
    this.waiting = 0;
  }

  /** Makes `bytes` a join with room for `needed` bytes, growing geometrically but not past `enough`. */
  private reserve(needed: number, enough: number): void {
    const capacity = this.joined ? this.bytes.length : 0;
    if (needed <= capacity) return;
    const roomy = Math.min(2 * Math.max(capacity, this.end - this.start, JOIN_BYTES_MIN), enough);
    const join = new Uint8Array(Math.max(needed, roomy));
    copyRange(this.bytes, this.start, this.end - this.start, join, 0);
    this.bytes = join;
    this.end -= this.start;
    this.start = 0;
    this.joined = true;
  }

  /** The request at hand is taken: what the join holds behind it is the source's, and so is the rest. */
  private leaveJoin(): void {
    this.joined = false;
    this.enterSource(this.sourceAt - (this.end - this.start));
  }

  /** Goes on in the source itself, from `at`. */
  private enterSource(at: number): void {
    this.waiting -= this.source.length - this.sourceAt;
    this.bytes = this.source;
    this.start = at;
    this.end = this.source.length;
    this.source = EMPTY;
    this.sourceAt = 0;
  }

  /** The peer is silent: keeps no more memory than the unparsed bytes deserve. */
  private settle(): void {
    this.source = EMPTY;
    this.sourceAt = 0;
    const size = this.end - this.start;
    const pinned = this.bytes.length;
    if (size === 0) {
      this.bytes = EMPTY;
      this.start = 0;
      this.end = 0;
    } else if (!this.joined && pinned > JOIN_BYTES_MIN && size * PINNED_SHARE < pinned) {
      this.reserve(size, Number.POSITIVE_INFINITY);
    }
  }
}

function copyRange(source: Bytes, start: number, length: number, target: Bytes, at: number): void {
  target.set(source.subarray(start, start + length), at);
}
