/** Requests of a benchmark, encoded once: before each sending only the random numbers change. */
import { type Bytes, fromText } from "../../bytes/bytes.ts";
import { encodeRequest } from "../../resp/request-encoder.ts";

/** Stands for a random number of twelve digits. */
export const RANDOM_WORD = "__rand_int__";

const DIGITS = RANDOM_WORD.length;
const ZERO = 0x30;

/** One client's requests: nobody else writes to their bytes. */
export class RequestBatch {
  /** What is sent, the request as often as it is pipelined. */
  readonly bytes: Buffer;
  /** Where the random numbers stand; empty when nothing is random. */
  readonly #places: readonly number[];
  readonly #keyspace: number;
  /** Digits that can be other than zero. */
  readonly #digits: number;

  /** @param keyspace random numbers lie in [0, keyspace); null leaves {@link RANDOM_WORD} as it is */
  constructor(request: Bytes, pipeline: number, keyspace: number | null) {
    this.bytes = Buffer.concat(new Array<Bytes>(pipeline).fill(request));
    this.#keyspace = keyspace ?? 0;
    this.#digits = String(Math.max(0, this.#keyspace - 1)).length;
    this.#places = keyspace === null ? [] : placesIn(this.bytes);
    for (const place of this.#places) this.bytes.fill(ZERO, place, place + DIGITS);
  }

  /** Makes every random number another one. */
  randomize(): void {
    for (const place of this.#places) {
      let rest = Math.floor(Math.random() * this.#keyspace);
      const stop = place + DIGITS - this.#digits;
      for (let at = place + DIGITS - 1; at >= stop; at--) {
        const next = Math.floor(rest / 10);
        this.bytes[at] = ZERO + rest - next * 10;
        rest = next;
      }
    }
  }
}

function placesIn(bytes: Buffer): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(RANDOM_WORD); at >= 0; at = bytes.indexOf(RANDOM_WORD, at + DIGITS)) {
    places.push(at);
  }
  return places;
}

/** The request of these words; a text alone is sent as an inline request. */
export function encodeTestRequest(words: readonly (Bytes | string)[] | string): Bytes {
  return typeof words === "string" ? fromText(`${words}\r\n`) : encodeRequest(words);
}
