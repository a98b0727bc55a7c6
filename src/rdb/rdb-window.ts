/** The part of a file that is in memory: from where it is being read to where it has been received. */
import { type Bytes, EMPTY } from "../bytes/bytes.ts";
import { Crc64 } from "../bytes/crc64.ts";
import { RdbError } from "./rdb-error.ts";

export class RdbWindow {
  readonly #source: AsyncIterator<Bytes>;
  readonly #bytesMax: number;
  readonly #crc = new Crc64();
  #buffer: Bytes = EMPTY;
  #start = 0;
  #end = 0;
  #taken = 0;
  #ended = false;

  /**
   * @param source the file's bytes in pieces of any size; each is copied before the next one is asked for
   * @param bytesMax most that is kept in memory, in bytes, and a piece of the source
   */
  constructor(source: AsyncIterable<Bytes>, bytesMax: number) {
    this.#source = source[Symbol.asyncIterator]();
    this.#bytesMax = bytesMax;
  }

  get buffer(): Bytes {
    return this.#buffer;
  }

  /** What is here is `buffer[start, end)`. */
  get start(): number {
    return this.#start;
  }

  get end(): number {
    return this.#end;
  }

  /** How far the file has been read, in bytes. */
  get position(): number {
    return this.#taken;
  }

  /** Checksum of what has been read. */
  get crc(): Crc64 {
    return this.#crc;
  }

  /** Reads up to `buffer[to]`: what is before is not needed any more. */
  take(to: number): void {
    this.#crc.update(this.#buffer, this.#start, to);
    this.#taken += to - this.#start;
    this.#start = to;
  }

  /**
   * Waits until at least twice as much is here as now, so that a large value is looked at few times while it comes.
   * False when the file has ended and nothing was added. Moves `start`.
   *
   * @throws {RdbError} that is more than may be kept in memory
   */
  async more(): Promise<boolean> {
    const before = this.#end - this.#start;
    if (before >= this.#bytesMax) {
      throw new RdbError(`a value is longer than ${this.#bytesMax} bytes`);
    }
    const target = Math.min(before * 2, this.#bytesMax);
    while (!this.#ended) {
      const next = await this.#source.next();
      if (next.done === true) this.#ended = true;
      else this.#append(next.value);
      const here = this.#end - this.#start;
      if (here > before && here >= target) return true;
    }
    return this.#end - this.#start > before;
  }

  /** Tells the source that no more of it is wanted. */
  async close(): Promise<void> {
    if (!this.#ended) await this.#source.return?.();
  }

  #append(piece: Bytes): void {
    const here = this.#end - this.#start;
    const needed = here + piece.length;
    if (this.#end + piece.length > this.#buffer.length) {
      const isRoomy = needed <= this.#buffer.length / 2;
      const target = isRoomy ? this.#buffer : new Uint8Array(needed * 2);
      target.set(this.#buffer.subarray(this.#start, this.#end), 0);
      this.#buffer = target;
      this.#start = 0;
      this.#end = here;
    }
    this.#buffer.set(piece, this.#end);
    this.#end += piece.length;
  }
}
