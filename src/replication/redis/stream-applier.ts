/** The stream of a Redis master, taken apart into commands, and how far in it their doing has come. */
import type { Bytes } from "../../bytes/bytes.ts";
import { ProtocolError } from "../../resp/protocol-error.ts";
import { defaultRequestLimits } from "../../resp/request-limits.ts";
import { RequestParser } from "../../resp/request-parser.ts";
import { LinkError } from "../link-error.ts";
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
  #done: number;
  /** Everything before it is done: between two commands, and not within a transaction. */
  place: PsyncPlace;
  /** Why the stream cannot be followed beyond the place; null: it can. */
  failure: Error | null = null;

  constructor(from: PsyncPlace, applier: CommandApplier) {
    this.#applier = applier;
    this.#pushed = from.offset;
    this.#done = from.offset;
    this.place = from;
  }

  /** Appends what has come. */
  push(bytes: Bytes): void {
    this.#pushed += bytes.length;
    this.#parser.push(bytes);
  }

  /**
   * Does what the commands say that have come, about `bytesMax` of them; false when there were not so many. What cannot
   * be followed ends it: the place is before that, and `failure` tells why.
   *
   * @throws {StorageError} the disk refuses
   */
  run(bytesMax: number): boolean {
    const start = this.#taken;
    let hasMore = false;
    try {
      for (let request = this.#parser.next(); request !== null; request = this.#parser.next()) {
        this.#applier.take(request);
        this.#done = this.#applier.isWhole ? this.#taken : this.#done;
        hasMore = this.#taken - start >= bytesMax;
        if (hasMore) break;
      }
    } catch (error) {
      if (!(error instanceof LinkError || error instanceof ProtocolError)) throw error;
      this.failure = error;
    }
    this.#reach();
    return hasMore;
  }

  #reach(): void {
    if (this.#done === this.place.offset) return;
    const { database, skipped } = this.#applier;
    this.place = { ...this.place, offset: this.#done, database, skipped };
  }

  /** Bytes of the stream whose commands were taken. */
  get #taken(): number {
    return this.#pushed - this.#parser.bufferedBytes;
  }
}
