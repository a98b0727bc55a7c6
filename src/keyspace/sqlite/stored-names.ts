/**
 * What SQLite says about names: which database a space belongs to, and which key a collection. For tools that
 * show rows; the server may run.
 */
import type { Database } from "bun:sqlite";
import { readU32 } from "../../binlog/event.ts";
import { collectionId, rowType } from "../rows/key-row.ts";
import { META_SPACE } from "../rows/meta-rows.ts";
import { openForReading } from "./schema.ts";

/** Page cache of the connection, in bytes. */
const CACHE_BYTES = 2 << 20;

/** A key as rows name it. */
export interface NamedKey {
  readonly space: number;
  readonly key: Uint8Array;
}

export class StoredNames {
  readonly #db: Database;

  /** @throws {StorageError} the file cannot be read */
  constructor(path: string) {
    this.#db = openForReading({ path, pageBytes: 0, cacheBytes: CACHE_BYTES, mmapBytes: 0 });
  }

  /** Calls `onSpace` for each database whose space is not its own number. */
  spaces(onSpace: (space: number, database: number) => void): void {
    const rows = this.#db.query<{ number: number; value: Uint8Array }, [Uint8Array]>(
      "SELECT number, value FROM meta WHERE name = ?1",
    );
    for (const { number, value } of rows.all(META_SPACE)) onSpace(readU32(value, 0), number);
  }

  /** Calls `onKey` for each collection until it answers false. Walks all keys. */
  collections(onKey: (id: number, key: NamedKey) => boolean): void {
    const rows = this.#db.query<NamedKey & { head: Uint8Array }, []>(
      "SELECT space, key, ifnull(substr(value, 1, 13), x'') AS head FROM keys",
    );
    for (const { space, key, head } of rows.iterate()) {
      const id = head.length === 0 || rowType(head, 0) === 0 ? 0 : collectionId(head, 0);
      if (id !== 0 && !onKey(id, { space, key })) return;
    }
  }

  close(): void {
    this.#db.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
