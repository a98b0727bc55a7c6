/**
 * The embeddable database: open a directory, select a database, use its types, close.
 *
 *     import { fromText, Ledis, toText } from "ledis";
 *
 *     await using ledis = await Ledis.open({ directory: "./data" });
 *     const db = ledis.select(0);
 *     db.strings.set(fromText("greeting"), fromText("hello"));
 *     await ledis.committed();
 *
 * Keys and values are bytes; `fromText` and `toText` are UTF-8. Operations take effect at once for whoever
 * reads. What one iteration of the event loop wrote is one turn: it reaches the log whole when the iteration
 * ends, without being asked; `committed` tells when and whether. A mistake in the arguments throws a
 * CommandError with Redis's text and changes nothing; a disk that takes no writes throws a StorageError.
 *
 * Bytes that an operation answers may be a view of the database's own memory: valid until the key is written
 * or the turn ends. `toText` reads them; `copyBytes` keeps them.
 *
 * An open database keeps the program running. One process at a time can have a directory open.
 */
import { CommandError, errors, StorageError } from "../errors.ts";
import { Keyspace } from "../keyspace/keyspace.ts";
import type { KeyspaceOptions, SyncPolicy } from "../keyspace/keyspace-options.ts";
import { Builds } from "./collections/builds.ts";
import { ElementPacks } from "./collections/element-packs.ts";
import { Moments } from "./collections/moments.ts";
import { DB } from "./db.ts";
import { Expiry } from "./key-table/expiry.ts";
import type { KeyListener, KeyTable, Lookups } from "./key-table/key-table.ts";
import { Spaces } from "./key-table/spaces.ts";
import { TurnLoop } from "./key-table/turn-loop.ts";
import { Waiters } from "./key-table/waiters.ts";
import { Watches } from "./key-table/watches.ts";
import { ScanCursors } from "./keys/scan-cursors.ts";
import { Libraries } from "./libraries.ts";
import { SortMemory } from "./sorting/sorted-members.ts";
import { ZSetOrder } from "./zsets/zset-entries.ts";

export { type Bytes, copyBytes, fromText, toText } from "../bytes/bytes.ts";
export { CommandError, StorageError } from "../errors.ts";
export { log } from "../log.ts";
export type { BitFieldOperation } from "./strings/bit-overflow.ts";
export type { Bit, BitOperation, BitRange } from "./strings/bit-strings.ts";
export type { SetOptions } from "./strings/strings.ts";
export type { DB, KeyspaceOptions, SyncPolicy };

const MB = 1 << 20;

export interface LedisOptions extends KeyspaceOptions {
  /** How many databases there are. */
  readonly databases: number;
  /** Longest string that a command may make, in bytes. */
  readonly valueBytesMax: number;
  /** Longest HyperLogLog of the sparse encoding, in bytes. */
  readonly hllSparseBytesMax: number;
}

/** What a program that embeds the database has not to say. */
export const defaultLedisOptions: Omit<LedisOptions, "directory"> = {
  sync: "everysec",
  writeBufferBytes: 32 * MB,
  cacheBytes: 64 * MB,
  mmapBytes: 256 * MB,
  pageBytes: 4096,
  flushLogBytes: 256 * MB,
  flushIntervalMs: 5000,
  logFileBytesMax: 1024 * MB,
  logFilesMax: 10,
  logAgeMaxSeconds: 0,
  databases: 16,
  valueBytesMax: 512 * MB,
  hllSparseBytesMax: 3000,
};

export class Ledis {
  #options: LedisOptions;
  readonly keyspace: Keyspace;
  readonly spaces: Spaces;
  readonly expiry: Expiry;
  readonly turns: TurnLoop;
  /** Blocking commands that wait for keys, of all databases. */
  readonly waiters: Waiters;
  /** Keys that must not change unnoticed, of all databases. */
  readonly watches: Watches;
  readonly cursors = new ScanCursors();
  /** Libraries of functions, as the server has loaded them. */
  readonly libraries: Libraries;
  /** Snapshots for long readings. */
  readonly moments: Moments;
  /** Long writes. */
  readonly builds: Builds;
  readonly zsetOrder: ZSetOrder;
  readonly elementPacks = new ElementPacks();
  /** For replies that have to be sorted. */
  readonly sortMemory = new SortMemory();
  /** Of all databases; whoever shows them may set them back. */
  readonly lookups: Lookups = { hits: 0, misses: 0 };
  readonly #databases: (DB | undefined)[] = [];
  #waiting: { resolve(): void; reject(error: StorageError): void }[] = [];
  #betweenTurns: (() => void)[] = [];
  #listeners: readonly KeyListener[] = [];
  #foreignCollections: (id: number) => void = () => {};
  #closing: Promise<void> | null = null;

  private constructor(options: LedisOptions, keyspace: Keyspace) {
    this.#options = options;
    this.keyspace = keyspace;
    this.spaces = new Spaces(keyspace);
    this.libraries = new Libraries(keyspace);
    this.zsetOrder = new ZSetOrder(keyspace);
    keyspace.onUndo(() => this.elementPacks.clear());
    this.turns = new TurnLoop(keyspace);
    this.moments = new Moments(keyspace, (work) => {
      this.#betweenTurns.push(work);
      this.turns.schedule();
    });
    this.builds = new Builds(keyspace, this.spaces, this.moments, () => this.#turnEnd());
    this.builds.recover();
    this.waiters = new Waiters(this.turns);
    this.watches = new Watches(this.turns);
    this.expiry = new Expiry(keyspace, (space) => this.#tableOf(space));
    this.turns.listen({
      committed: () => {
        for (const work of this.#betweenTurns.splice(0)) work();
        for (const waiting of this.#waiting.splice(0)) waiting.resolve();
      },
      failed: (error) => {
        for (const work of this.#betweenTurns.splice(0)) work();
        for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
      },
    });
    keyspace.onForeignKeys({
      wantsKeys: () => this.#databases.some((db) => db?.table.hasListeners),
      keyChanged: (space, key) => this.#tableOf(space)?.changed(key),
      collectionChanged: (id) => this.#foreignCollections(id),
      databaseReplaced: (number) => this.#databases[number]?.table.replaced(),
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

  /** Database `number`, from 0 on. @throws {CommandError} there is no such database */
  select(number: number): DB {
    if (this.#closing !== null) throw new StorageError("the database is closed");
    let db = this.#databases[number];
    if (db === undefined) {
      if (!Number.isInteger(number) || number < 0 || number >= this.options.databases) {
        throw new CommandError(errors.databaseOutOfRange);
      }
      db = new DB(number, this);
      this.#databases[number] = db;
      for (const listener of this.#listeners) db.table.listen(listener);
    }
    return db;
  }

  /** Repeats another server from now on: writes are refused, and keys whose TTL has passed only hidden. */
  follow(): void {
    this.keyspace.follow();
    this.expiry.enabled = false;
  }

  /** As `follow`, of a server whose log has another form: its changes are written as turns of this database's own. */
  translate(): void {
    this.keyspace.lead();
    this.expiry.enabled = false;
  }

  /** Tells `listener` of every change of keys, in all databases; see KeyTable.listen. */
  listen(listener: KeyListener): void {
    this.#listeners = [...this.#listeners, listener];
    for (const db of this.#databases) db?.table.listen(listener);
  }

  unlisten(listener: KeyListener): void {
    this.#listeners = this.#listeners.filter((other) => other !== listener);
    for (const db of this.#databases) db?.table.unlisten(listener);
  }

  /**
   * Has `listener` called for collections of which the followed server has changed elements and no key row, or that have
   * ended; while keys are listened to.
   */
  onForeignCollections(listener: (id: number) => void): void {
    this.#foreignCollections = listener;
  }

  /** Takes writes again; see Keyspace.lead. */
  lead(): void {
    this.keyspace.lead();
    this.expiry.enabled = true;
  }

  /** Exchanges what two databases hold, in constant time. @throws {CommandError} there is no such database */
  swap(first: number, second: number): void {
    const tables = [this.select(first).table, this.select(second).table];
    if (first === second) return;
    this.spaces.swap(first, second);
    for (const table of tables) table.replaced();
  }

  /** Empties all databases, in constant time each. */
  flushAll(): void {
    for (let number = 0; number < this.options.databases; number++) this.select(number).clear();
  }

  /** Moves everything written so far into SQLite, after this turn; keeps trying while SQLite refuses. */
  async flush(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#betweenTurns.push(() => void this.keyspace.flush().then(resolve, reject));
      this.turns.schedule();
    });
  }

  /** `flush`, and makes it durable there. @throws {StorageError} SQLite refused that */
  async checkpoint(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#betweenTurns.push(() => void this.keyspace.checkpoint().then(resolve, reject));
      this.turns.schedule();
    });
  }

  /** `checkpoint`, and forgets what is cached: what is read afterwards comes from SQLite. */
  async reload(): Promise<void> {
    await this.checkpoint();
    await new Promise<void>((resolve) => {
      this.#betweenTurns.push(() => resolve(this.keyspace.cache.clear()));
      this.turns.schedule();
    });
  }

  /**
   * Resolves when everything written so far is in the log (and, with `sync` "always", durable).
   *
   * @throws {StorageError} the disk refused: nothing of this turn was stored; with `sync` "always" also: it
   *   was stored, but may not survive a power cut
   */
  async committed(): Promise<void> {
    if (this.#closing !== null) return this.#closing;
    await this.#turnEnd();
    if (this.options.sync === "always") await this.keyspace.synced();
  }

  /**
   * Ends the turn and closes the files; afterwards nothing of the database keeps the program running. Calls
   * after the first wait for the same end.
   *
   * @param options with `save` false, what is not in SQLite yet is left to the next start's recovery
   * @throws {StorageError} the disk refused this last turn; everything is closed all the same
   */
  close(options: { readonly save: boolean } = { save: true }): Promise<void> {
    this.#closing ??= this.#close(options.save);
    return this.#closing;
  }

  /** As `close`: `await using ledis = await Ledis.open(...)`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #turnEnd(): Promise<void> {
    if (this.#closing !== null) throw new StorageError("the database is closed");
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.turns.schedule();
    });
  }

  async #close(save: boolean): Promise<void> {
    this.expiry.stop();
    const failures: StorageError[] = [];
    this.#waiting.push({ resolve() {}, reject: (error) => failures.push(error) });
    this.turns.end();
    await this.keyspace.close(save);
    const [failure] = failures;
    if (failure !== undefined) throw failure;
  }

  #tableOf(space: number): KeyTable | null {
    for (let number = 0; number < this.options.databases; number++) {
      if (this.spaces.of(number) === space) return this.select(number).table;
    }
    return null;
  }
}
