/**
 * Moves the WAL's pages into the database file. After a complete checkpoint everything applied so far
 * is durable there, whatever happens to the log. Runs in the flush worker, SQLite's only writer, between
 * its transactions: so the WAL always starts anew and its size stays bounded.
 */
import type { Database, Statement } from "bun:sqlite";
import { statSync } from "node:fs";

interface CheckpointRow {
  busy: number;
  log: number;
  checkpointed: number;
}

/** Above this size the WAL is written back after the next flush, in bytes. */
const WAL_BYTES_MAX = 32 << 20;

export class Checkpointer {
  readonly #walPath: string;
  readonly #truncate: Statement<CheckpointRow>;

  constructor(db: Database, path: string) {
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

  /** Runs a checkpoint; false when a reader kept it from completing. @throws disk full, I/O error */
  run(): boolean {
    return this.#truncate.get()?.busy === 0;
  }
}
