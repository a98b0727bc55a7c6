/** The names behind the numbers in the log: databases of spaces, keys of collections. */
import { eventEnd, isPut, isRowEvent, keyEnd, keyStart, readU32 } from "../../binlog/event.ts";
import { forEachEvent } from "../../binlog/turn-scanner.ts";
import { copyBytes, equalBytes } from "../../bytes/bytes.ts";
import { FIRST_FREE_SPACE } from "../../database/key-table/spaces.ts";
import { collectionId, rowType } from "../../keyspace/rows/key-row.ts";
import { META_SPACE } from "../../keyspace/rows/meta-rows.ts";
import { KEY_PREFIX_BYTES, KIND_KEY, KIND_META, numberOf } from "../../keyspace/rows/row-key.ts";
import type { NamedKey, StoredNames } from "../../keyspace/sqlite/stored-names.ts";

/** Most collections whose keys are remembered. */
const NAMES_MAX = 1_000_000;

export class LogNames {
  readonly #stored: StoredNames | null;
  readonly #databases = new Map<number, number>();
  readonly #keys = new Map<number, NamedKey>();
  #storedDatabases: Map<number, number> | null = null;
  #storedKeys: Map<number, NamedKey> | null = null;
  readonly #namesMax: number;

  /** @param stored what the log does not say; null: nothing */
  constructor(stored: StoredNames | null, namesMax = NAMES_MAX) {
    this.#stored = stored;
    this.#namesMax = namesMax;
  }

  /** Takes in what a turn says; do that before its rows are shown, for their order has no meaning. */
  learn(bytes: Uint8Array, from: number, to: number): void {
    forEachEvent(bytes, from, to, (at) => {
      if (!isRowEvent(bytes, at) || !isPut(bytes, at)) return;
      const start = keyStart(bytes, at);
      const end = keyEnd(bytes, at);
      const number = numberOf(bytes, start);
      const rest = bytes.subarray(start + KEY_PREFIX_BYTES, end);
      if (bytes[start] === KIND_META && equalBytes(rest, META_SPACE)) {
        this.#databases.set(readU32(bytes, end), number);
      } else if (bytes[start] === KIND_KEY && eventEnd(bytes, at) > end) {
        const id = rowType(bytes, end) === 0 ? 0 : collectionId(bytes, end);
        if (id !== 0) this.#remember(id, { space: number, key: copyBytes(rest) });
      }
    });
  }

  /** The database that a space belongs to; null: nobody says. */
  databaseOf(space: number): number | null {
    const known = this.#databases.get(space) ?? this.#allStoredDatabases().get(space);
    if (known !== undefined) return known;
    return space < FIRST_FREE_SPACE ? space : null;
  }

  /** The key of a collection; null: nobody says. */
  keyOf(id: number): NamedKey | null {
    return this.#keys.get(id) ?? this.#allStoredKeys().get(id) ?? null;
  }

  /** Names that come again move back: those that go are the oldest. */
  #remember(id: number, key: NamedKey): void {
    this.#keys.delete(id);
    this.#keys.set(id, key);
    if (this.#keys.size <= this.#namesMax) return;
    for (const oldest of this.#keys.keys()) {
      this.#keys.delete(oldest);
      return;
    }
  }

  #allStoredDatabases(): ReadonlyMap<number, number> {
    if (this.#storedDatabases === null) {
      const spaces = new Map<number, number>();
      this.#stored?.spaces((space, database) => spaces.set(space, database));
      this.#storedDatabases = spaces;
    }
    return this.#storedDatabases;
  }

  #allStoredKeys(): ReadonlyMap<number, NamedKey> {
    if (this.#storedKeys === null) {
      const keys = new Map<number, NamedKey>();
      this.#stored?.collections((id, key) => keys.set(id, key).size < this.#namesMax);
      this.#storedKeys = keys;
    }
    return this.#storedKeys;
  }
}
