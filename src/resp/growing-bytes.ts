/**
 * Bytes that arrive in parts: collected into one piece that never is more than twice of what came.
 */
import { type Bytes, EMPTY } from "../bytes/bytes.ts";

const CAPACITY_MIN = 64;

export class GrowingBytes {
  /** How many bytes were appended. */
  length = 0;
  private bytes: Bytes = EMPTY;
  private readonly lengthMax: number;

  /** @param lengthMax the most that will be appended; memory grows with what came, up to this */
  constructor(lengthMax: number = Number.POSITIVE_INFINITY) {
    this.lengthMax = lengthMax;
  }

  /** Appends `source[start, end)`. */
  append(source: Bytes, start: number, end: number): void {
    const needed = this.length + end - start;
    if (needed > this.bytes.length) {
      const roomy = Math.min(Math.max(2 * this.bytes.length, CAPACITY_MIN), this.lengthMax);
      const grown = new Uint8Array(Math.max(needed, roomy));
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
    }
    this.bytes.set(source.subarray(start, end), this.length);
    this.length = needed;
  }

  /** All of it, handed over: a view of memory that is not used here again. Starts anew. */
  take(): Bytes {
    const taken = this.bytes.subarray(0, this.length);
    this.bytes = EMPTY;
    this.length = 0;
    return taken;
  }
}
