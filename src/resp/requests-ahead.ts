/**
 * The requests of a connection, parsed a few at a time before the first of them runs: so the server sees what
 * a pipeline is about to look up, and can fetch it all at once.
 */
import { Request } from "./request.ts";
import type { RequestLimits } from "./request-limits.ts";
import type { RequestParser } from "./request-parser.ts";

/** Requests parsed ahead: as many as a processor can usefully wait for at once. */
const AHEAD_MAX = 32;

export class RequestsAhead {
  readonly #parser: RequestParser;
  readonly #limits: RequestLimits;
  readonly #foresee: (requests: readonly Request[], count: number) => void;
  /** Parsed and not taken: those from `#at` to `#count`. Those behind are spare. */
  readonly #requests: Request[] = [];
  #at = 0;
  #count = 0;
  #error: unknown = null;

  /** @param foresee told of the first `count` requests of an array, before any of them is taken */
  constructor(
    parser: RequestParser,
    limits: RequestLimits,
    foresee: (requests: readonly Request[], count: number) => void,
  ) {
    this.#parser = parser;
    this.#limits = limits;
    this.#foresee = foresee;
  }

  /**
   * The next request, or null when more bytes are needed. It is valid until the next call.
   *
   * @throws {ProtocolError} once, when the requests before it were taken
   */
  next(): Request | null {
    if (this.#at === this.#count && !this.#parse()) return null;
    return this.#requests[this.#at++]!;
  }

  #parse(): boolean {
    const error = this.#error;
    this.#error = null;
    if (error !== null) throw error;
    const parsedBefore = this.#count;
    this.#at = 0;
    this.#count = 0;
    // A password changes what the requests behind it may be.
    const max = this.#limits.authenticated ? AHEAD_MAX : 1;
    try {
      while (this.#count < max && this.#parseOne());
    } catch (error) {
      if (this.#count === 0) throw error;
      this.#error = error;
    }
    if (this.#count > 1) this.#foresee(this.#requests, this.#count);
    for (let i = this.#count; i < parsedBefore; i++) this.#requests[i]!.release();
    return this.#count > 0;
  }

  #parseOne(): boolean {
    const spare = this.#requests[this.#count] ?? new Request();
    const request = this.#parser.take(spare);
    this.#requests[this.#count] = request ?? spare;
    if (request === null) return false;
    this.#count++;
    return true;
  }
}
