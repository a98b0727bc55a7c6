/** Tells the layer above what another server's turns have changed: WATCH and CLIENT TRACKING hang on it. */
import { isPut, keyEnd, keyStart } from "../../binlog/event.ts";
import { type Bytes, equalBytes } from "../../bytes/bytes.ts";
import { collectionId } from "../rows/key-row.ts";
import { META_SPACE } from "../rows/meta-rows.ts";
import { KEY_PREFIX_BYTES, KIND_KEY, KIND_META, numberOf } from "../rows/row-key.ts";

export interface ForeignListener {
  /** Whether the others are worth calling now. */
  wantsKeys(): boolean;
  /** A key row of this space was written or deleted. The bytes are valid during the call. */
  keyChanged(space: number, key: Bytes): void;
  /** Rows of this collection were written or deleted, and no key row that names it was written: it has ended, or did not change. */
  collectionChanged(id: number): void;
  /** The database was flushed or swapped. */
  databaseReplaced(database: number): void;
}

/** The rows of one batch. What does not concern a key row is told when all of them are there. */
export class ForeignRows {
  readonly #listener: ForeignListener | null;
  readonly #wantsKeys: boolean;
  readonly #replaced = new Set<number>();
  /** Collections with rows among them, and those that a key row among them names. */
  readonly #collections = new Set<number>();
  readonly #named = new Set<number>();

  constructor(listener: ForeignListener | null) {
    this.#listener = listener;
    this.#wantsKeys = listener?.wantsKeys() ?? false;
  }

  /** The put or delete event at `at` of `chunk`. */
  readonly note = (chunk: Uint8Array, at: number): void => {
    if (!this.#wantsKeys) return;
    const start = keyStart(chunk, at);
    const number = numberOf(chunk, start);
    const kind = chunk[start]!;
    if (kind > KIND_KEY) {
      this.#collections.add(number);
      return;
    }
    const end = keyEnd(chunk, at);
    const name = chunk.subarray(start + KEY_PREFIX_BYTES, end);
    if (kind === KIND_META) {
      if (equalBytes(name, META_SPACE)) this.#replaced.add(number);
      return;
    }
    if (isPut(chunk, at)) this.#named.add(collectionId(chunk, end));
    this.#listener!.keyChanged(number, name);
  };

  /** All rows are there. */
  end(): void {
    for (const id of this.#collections) {
      if (!this.#named.has(id)) this.#listener!.collectionChanged(id);
    }
    for (const database of this.#replaced) this.#listener!.databaseReplaced(database);
  }
}
