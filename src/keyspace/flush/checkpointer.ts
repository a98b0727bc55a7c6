/**
 * Moves the WAL's pages into the database file. After a complete checkpoint everything applied so far
 * is durable, whatever happens to the log. Runs in the flush worker, SQLite's only writer, between
 * its transactions: so the WAL always starts anew and its size stays bounded.
 */
import type { Database, Statement } from "bun:sqlite";
import { closeSync, fsyncSync, openSync, statSync } from "node:fs";

interface CheckpointRow {
  busy: number;
  log: number;
  checkpointed: number;
}

/** How long a checkpoint waits for readers that are about to end, in ms; the worker does nothing else meanwhile. */
const PATIENCE_MS = 20;
/** The same for everything else that SQLite may wait for, in ms. */
const BUSY_MS = 1000;

/** Above this size the WAL is written back after the next flush, in bytes. */
const WAL_BYTES_MAX = 32 << 20;

export class Checkpointer {
  readonly #db: Database;
  readonly #walPath: string;
  readonly #truncate: Statement<CheckpointRow>;

  constructor(db: Database, path: string) {
    this.#db = db;
    this.#walPath = `${path}-wal`;
    this.#truncate = db.prepare("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  get walBytes(): number {
    return statSync(this.#walPath, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** True when the WAL has grown enough to be worth a checkpoint. */
  get isDue(): boolean {
    return this.walBytes > WAL_BYTES_MAX;
  }

  /**
   * Makes everything applied so far durable: in the database file, or, while a reader holds on to its past, in the
   * WAL. True when it was the former, and the WAL is empty. @throws disk full, I/O error
   */
  run(): boolean {
    this.#db.run(`PRAGMA busy_timeout = ${PATIENCE_MS}`);
    try {
      if (this.#truncate.get()?.busy === 0) return true;
    } finally {
      this.#db.run(`PRAGMA busy_timeout = ${BUSY_MS}`);
    }
    const file = openSync(this.#walPath, "r");
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    return false;
  }
}
