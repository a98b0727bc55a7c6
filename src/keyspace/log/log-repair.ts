/**
 * What to do after a failed fsync of the log. Nobody knows then what of it is on disk, and asking again proves
 * nothing. But the rows are in memory: once SQLite holds them, durably, together with a position in a new log
 * file, the files before that one are not needed any more, and an OK is true again.
 */
import { randomBytes } from "node:crypto";
import { HISTORY_ID_BYTES } from "../../binlog/event.ts";
import type { LogWriter } from "../../binlog/log-writer.ts";
import { comparePositions, type LogPosition } from "../../binlog/position.ts";
import { isLogWhole } from "../../binlog/recover-log.ts";
import { StorageError } from "../../errors.ts";
import type { FlushQueue } from "../flush/flush-queue.ts";
import type { Flusher } from "../flush/flusher.ts";

/** What the repair needs of the keyspace. */
export interface RepairHost {
  /** False within a turn. */
  canFreeze(): boolean;
  /** Freezes the active generation, even an empty one: SQLite has to learn the new position. */
  freeze(): void;
}

export class LogRepair {
  readonly #log: LogWriter;
  readonly #queue: FlushQueue;
  readonly #flusher: Flusher;
  readonly #host: RepairHost;
  /** SQLite holds the log's state up to here, durably. */
  durable: LogPosition;
  /** Where the log was started over. */
  #start: LogPosition | null = null;

  constructor(
    log: LogWriter,
    queue: FlushQueue,
    flusher: Flusher,
    durable: LogPosition,
    host: RepairHost,
  ) {
    this.#log = log;
    this.#queue = queue;
    this.#flusher = flusher;
    this.durable = durable;
    this.#host = host;
  }

  /**
   * Does what can be done now; resolves when nothing is in doubt any more. Call it again after a while if it
   * throws: it waits for nothing that may last.
   *
   * @throws {StorageError} not yet
   */
  async step(directory: string): Promise<void> {
    if (this.#log.syncFailure !== null) await this.#startOver(directory);
    if (this.#queue.frozen.length > 0) throw new StorageError("SQLite does not hold the rows yet");
    await this.#flusher.checkpoint();
    if (this.#start !== null && comparePositions(this.durable, this.#start) < 0) {
      throw new StorageError("SQLite does not hold the rows durably yet");
    }
    this.#start = null;
  }

  async #startOver(directory: string): Promise<void> {
    if (!this.#host.canFreeze()) throw new StorageError("a turn is under way");
    this.#checkSpilled(directory);
    // Of its own: nobody who has read the file before can mistake this one for what follows there.
    const started = this.#log.startOver(randomBytes(HISTORY_ID_BYTES));
    const isNew = this.#start === null || comparePositions(this.#start, this.#log.position) !== 0;
    this.#start = this.#log.position;
    if (isNew) this.#host.freeze();
    await started;
  }

  /** Rows that were spilled are read from the log's files, and only as good as these. */
  #checkSpilled(directory: string): void {
    const spilled = this.#queue.frozen.some(({ generation }) => generation.isSpilled);
    if (spilled && !isLogWhole(directory, this.durable, this.#log.position.file)) {
      throw new StorageError("the log's files are damaged, and some rows are nowhere else");
    }
  }
}
