/**
 * The embeddable database: open a directory, select a database, use its types, close.
 *
 *     const ledis = await Ledis.open({ directory: "./data" });
 *     const db = ledis.select(0);
 *     db.strings.set(fromText("k"), fromText("v"));
 *     await ledis.committed();
 *     await ledis.close();
 *
 * Operations take effect at once for whoever reads; what one iteration of the event loop wrote is one turn,
 * and reaches the log whole when the iteration ends.
 */
import type { Bytes } from "../bytes/bytes.ts";
import { CommandError, errors, type StorageError } from "../errors.ts";
import { Keyspace } from "../keyspace/keyspace.ts";
import type { KeyspaceOptions, SyncPolicy } from "../keyspace/keyspace-options.ts";
import { DB } from "./db.ts";
import { Expiry } from "./expiry.ts";
import { Spaces } from "./spaces.ts";
import { TurnLoop } from "./turn-loop.ts";

export type { Bytes, KeyspaceOptions, SyncPolicy };

const MB = 1 << 20;

export interface LedisOptions extends KeyspaceOptions {
  /** How many databases there are. */
  readonly databases: number;
  /** Longest string that a command may make, in bytes. */
  readonly valueBytesMax: number;
}

/** What a program that embeds the database has not to say. */
export const defaultLedisOptions: Omit<LedisOptions, "directory"> = {
  sync: "everysec",
  writeBufferBytes: 64 * MB,
  cacheBytes: 64 * MB,
  mmapBytes: 256 * MB,
  pageBytes: 4096,
  flushLogBytes: 256 * MB,
  flushIntervalMs: 5000,
  logFileBytesMax: 1024 * MB,
  logFilesMax: 10,
  databases: 16,
  valueBytesMax: 512 * MB,
};

export class Ledis {
  #options: LedisOptions;
  readonly keyspace: Keyspace;
  readonly spaces: Spaces;
  readonly expiry: Expiry;
  readonly turns: TurnLoop;
  readonly #databases: (DB | undefined)[] = [];
  #waiting: { resolve(): void; reject(error: StorageError): void }[] = [];

  private constructor(options: LedisOptions, keyspace: Keyspace) {
    this.#options = options;
    this.keyspace = keyspace;
    this.spaces = new Spaces(keyspace);
    this.turns = new TurnLoop(keyspace);
    this.expiry = new Expiry(keyspace, this.turns);
    this.turns.listen({
      committed: () => {
        for (const waiting of this.#waiting.splice(0)) waiting.resolve();
      },
      failed: (error) => {
        for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
      },
    });
    this.expiry.start();
  }

  /**
   * Opens or creates the database in a directory and recovers what a crash has left.
   *
   * @throws {StorageError} in use by another process, foreign, newer, or damaged beyond recovery
   */
  static async open(
    options: { readonly directory: string } & Partial<LedisOptions>,
  ): Promise<Ledis> {
    const whole = { ...defaultLedisOptions, ...options };
    return new Ledis(whole, await Keyspace.open(whole));
  }

  get options(): LedisOptions {
    return this.#options;
  }

  /** Changes options that may change while the database is open: see Keyspace.configure. */
  configure(options: Partial<LedisOptions>): void {
    this.#options = { ...this.#options, ...options };
    this.keyspace.configure(options);
  }

  /** Database `number`. @throws {CommandError} there is no such database */
  select(number: number): DB {
    let db = this.#databases[number];
    if (db === undefined) {
      if (!Number.isInteger(number) || number < 0 || number >= this.options.databases) {
        throw new CommandError(errors.databaseOutOfRange);
      }
      db = new DB(number, this);
      this.#databases[number] = db;
    }
    return db;
  }

  /**
   * Resolves when everything written so far is in the log (and, with `sync` "always", durable).
   *
   * @throws {StorageError} the disk refused: nothing of this turn was stored
   */
  async committed(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.turns.schedule();
    });
    if (this.options.sync === "always") await this.keyspace.synced();
  }

  /**
   * Ends the turn and closes the files.
   *
   * @param options with `save` false, what is not in SQLite yet is left to the next start's recovery
   */
  async close(options: { readonly save: boolean } = { save: true }): Promise<void> {
    this.expiry.stop();
    this.turns.end();
    await this.keyspace.close(options.save);
  }
}
