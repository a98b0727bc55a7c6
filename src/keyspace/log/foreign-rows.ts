/** Tells the layer above which keys another server's turns have written: WATCH hangs on it. */
import { keyEnd, keyStart } from "../../binlog/event.ts";
import type { Bytes } from "../../bytes/bytes.ts";
import { KEY_PREFIX_BYTES, KIND_KEY, numberOf } from "../rows/row-key.ts";

export interface ForeignListener {
  /** Whether `keyChanged` is worth calling now. */
  wantsKeys(): boolean;
  /** A key row of this space was written or deleted. The bytes are valid during the call. */
  keyChanged(space: number, key: Bytes): void;
}

/** The rows of one batch. */
export class ForeignRows {
  readonly #listener: ForeignListener | null;
  readonly #wantsKeys: boolean;

  constructor(listener: ForeignListener | null) {
    this.#listener = listener;
    this.#wantsKeys = listener?.wantsKeys() ?? false;
  }

  /** The put or delete event at `at` of `chunk`. */
  note(chunk: Uint8Array, at: number): void {
    if (!this.#wantsKeys) return;
    const start = keyStart(chunk, at);
    if (chunk[start] !== KIND_KEY) return;
    const key = chunk.subarray(start + KEY_PREFIX_BYTES, keyEnd(chunk, at));
    this.#listener!.keyChanged(numberOf(chunk, start), key);
  }
}
