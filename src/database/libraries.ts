/**
 * Libraries of functions, kept as the server's own rows, one each: so they are in the log, in copies and on slaves as
 * keys are. What is in them is nothing that the database knows.
 */
import { type Bytes, copyBytes, EMPTY, fromMapKey, mapKey, prefixEnd } from "../bytes/bytes.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";
import { libraryRowName, META_LIBRARIES, META_SERVER } from "../keyspace/rows/meta-rows.ts";
import { KEY_PREFIX_BYTES, RowKey, readU48, writeU48 } from "../keyspace/rows/row-key.ts";
import { RowValue } from "../keyspace/rows/row-value.ts";

const VERSION_BYTES = 6;

/** A library as it was loaded. */
export interface StoredLibrary {
  readonly name: string;
  /** A view, valid until the next one. */
  readonly code: Bytes;
}

export class Libraries {
  readonly #keyspace: Keyspace;
  readonly #versionKey = new RowKey();
  readonly #key = new RowKey();
  readonly #value = new RowValue();

  constructor(keyspace: Keyspace) {
    this.#keyspace = keyspace;
  }

  /**
   * Another number whenever the libraries are not what they were, by whomever: it stands in a row of its own, which is
   * undone and replicated with theirs. 0: it has never changed.
   */
  get version(): number {
    const key = this.#versionKey.meta(META_SERVER, META_LIBRARIES);
    if (!this.#keyspace.get(key, this.#value)) return 0;
    return readU48(this.#value.buffer, this.#value.start);
  }

  /** All of them, ordered by name. REQUIRES: nothing else is read meanwhile */
  *all(): Generator<StoredLibrary, void, undefined> {
    const start = libraryRowName(EMPTY);
    const from = copyBytes(this.#key.meta(META_SERVER, start).view());
    const walk = this.#keyspace.range(from, prefixEnd(from));
    while (walk.next()) {
      const name = mapKey(walk.key.subarray(KEY_PREFIX_BYTES + start.length));
      yield { name, code: walk.value };
    }
  }

  /** Stores a library, in the place of one of the same name. @param name of one character per byte */
  put(name: string, code: Bytes): void {
    this.#key.meta(META_SERVER, libraryRowName(fromMapKey(name)));
    const row = this.#keyspace.put(this.#key, code.length);
    row.buffer.set(code, row.start);
    this.#renew();
  }

  delete(name: string): void {
    this.#keyspace.delete(this.#key.meta(META_SERVER, libraryRowName(fromMapKey(name))));
    this.#renew();
  }

  /** Has these and no others. */
  replace(libraries: ReadonlyMap<string, Bytes>): void {
    const names = Array.from(this.all(), ({ name }) => name);
    for (const name of names) if (!libraries.has(name)) this.delete(name);
    for (const [name, code] of libraries) this.put(name, code);
  }

  /** A number that was never there: the same one after an undone turn must not mean other libraries. */
  #renew(): void {
    const key = this.#versionKey.meta(META_SERVER, META_LIBRARIES);
    const row = this.#keyspace.put(key, VERSION_BYTES);
    writeU48(row.buffer, row.start, 1 + Math.floor(Math.random() * (2 ** 48 - 1)));
  }
}
