/**
 * Keys that are about to be looked up, of a pipeline or of one command: what the look-ups will read is fetched for
 * all of them together. Each look-up alone waits for memory several times, and a big memtable is in no cache.
 */
import type { Bytes } from "../../bytes/bytes.ts";
import { FETCH_MAX } from "../../keyspace/generations/row-fetch.ts";
import type { Keyspace } from "../../keyspace/keyspace.ts";
import { RowKey } from "../../keyspace/rows/row-key.ts";

export class UpcomingKeys {
  readonly #keyspace: Keyspace;
  readonly #spaceOf: () => number;
  readonly #key = new RowKey();
  readonly #hashes = new Int32Array(FETCH_MAX);
  #count = 0;

  constructor(keyspace: Keyspace, spaceOf: () => number) {
    this.#keyspace = keyspace;
    this.#spaceOf = spaceOf;
  }

  /** Notes the key `source[start, end)`; whether it is there does not matter. */
  add(source: Bytes, start: number, end: number): void {
    if (this.#count === FETCH_MAX) this.fetch();
    this.#hashes[this.#count++] = this.#key.key(this.#spaceOf(), source, start, end).hash;
  }

  /**
   * Fetches what the keys noted will need, and forgets them.
   *
   * @param isBlind they are to be written without being read
   */
  fetch(isBlind = false): void {
    if (this.#count > 1) this.#keyspace.fetch(this.#hashes, this.#count, isBlind);
    this.#count = 0;
  }
}
