/** The stream of a Redis master, taken apart into commands, and how far in it their doing has come. */
import type { Bytes } from "../../bytes/bytes.ts";
import { defaultRequestLimits } from "../../resp/request-limits.ts";
import { RequestParser } from "../../resp/request-parser.ts";
import type { CommandApplier } from "./command-applier.ts";
import type { PsyncPlace } from "./psync-place.ts";

/** Longest command. */
const COMMAND_BYTES_MAX = 2 ** 31 - 1;

export class StreamApplier {
  readonly #applier: CommandApplier;
  readonly #parser = new RequestParser({
    ...defaultRequestLimits(),
    bulkBytesMax: COMMAND_BYTES_MAX,
    queryBytesMax: COMMAND_BYTES_MAX,
  });
  #pushed: number;
  /** Everything before it is done: between two commands, and not within a transaction. */
  place: PsyncPlace;

  constructor(from: PsyncPlace, applier: CommandApplier) {
    this.#applier = applier;
    this.#pushed = from.offset;
    this.place = from;
  }

  /** Appends what has come. */
  push(bytes: Bytes): void {
    this.#pushed += bytes.length;
    this.#parser.push(bytes);
  }

  /**
   * Does what the commands say that have come, about `bytesMax` of them; false when there were not so many.
   *
   * @throws {ProtocolError | LinkError} the stream cannot be followed
   * @throws {StorageError} the disk refuses
   */
  run(bytesMax: number): boolean {
    const applier = this.#applier;
    const start = this.#taken;
    let done = this.place.offset;
    let hasMore = false;
    for (let request = this.#parser.next(); request !== null; request = this.#parser.next()) {
      applier.take(request);
      const taken = this.#taken;
      if (applier.isWhole) done = taken;
      hasMore = taken - start >= bytesMax;
      if (hasMore) break;
    }
    if (done !== this.place.offset) {
      this.place = { ...this.place, offset: done, database: applier.database };
    }
    return hasMore;
  }

  /** Bytes of the stream whose commands were taken. */
  get #taken(): number {
    return this.#pushed - this.#parser.bufferedBytes;
  }
}
