/**
 * Makes the log durable as the policy says: before replies leave, once a second, or only when SQLite is about
 * to be written. After a failure it says so until the keyspace has brought everything to safety elsewhere.
 */
import type { LogWriter } from "../../binlog/log-writer.ts";
import { comparePositions } from "../../binlog/position.ts";
import { messageOf, StorageError } from "../../errors.ts";
import type { SyncPolicy } from "../keyspace-options.ts";

/** Longest time that a turn stays volatile with "everysec", in ms. */
const INTERVAL_MS = 1000;

export class LogSync {
  readonly #log: LogWriter;
  readonly #failed: (reason: string) => void;
  #policy: SyncPolicy;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #isRunning = false;
  #failure: string | null = null;
  /** Told of each attempt's outcome: null, or why it failed. */
  listener: (failure: string | null) => void = () => {};

  /** @param failed called once when a sync has failed, until `recovered` */
  constructor(log: LogWriter, policy: SyncPolicy, failed: (reason: string) => void) {
    this.#log = log;
    this.#policy = policy;
    this.#failed = failed;
  }

  /** Why nothing can be called durable now; null when it can. */
  get failure(): string | null {
    return this.#failure;
  }

  /** True when a reply has to wait until the turn that it belongs to is durable. */
  get isAwaited(): boolean {
    return this.#policy === "always" && this.#failure === null;
  }

  get policy(): SyncPolicy {
    return this.#policy;
  }

  /** Whoever waits for durability under the old policy gets it. */
  set policy(policy: SyncPolicy) {
    if (policy === this.#policy) return;
    this.#policy = policy;
    this.#start();
  }

  /** Something was appended. */
  soon(): void {
    if (this.#policy === "no" || this.#failure !== null) return;
    if (this.#policy === "always") this.#start();
    else {
      this.#timer ??= setTimeout(() => {
        this.#timer = null;
        this.#start();
      }, INTERVAL_MS);
    }
  }

  /** Makes what is in the log's files durable; what a failure has put in doubt is the caller's business. */
  async files(): Promise<void> {
    try {
      await this.#log.sync();
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  /** Resolves when every turn so far is durable. @throws {StorageError} it cannot be made so */
  async turns(): Promise<void> {
    if (this.#failure === null) await this.files();
    if (this.#failure !== null) throw new StorageError(this.#failure);
  }

  /** Everything is durable again, in the log or in SQLite. */
  recovered(): void {
    this.#failure = null;
    this.listener(null);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #start(): void {
    if (!this.#isRunning && this.#failure === null) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      do {
        // A failure is kept in #failure, and told below.
        await this.files().catch(() => {});
        this.listener(this.#failure);
      } while (this.isAwaited && this.#isBehind());
    } finally {
      this.#isRunning = false;
    }
  }

  #isBehind(): boolean {
    return comparePositions(this.#log.syncedPosition, this.#log.position) < 0;
  }

  #fail(error: unknown): void {
    if (this.#failure !== null) return;
    this.#failure = messageOf(error);
    this.#failed(this.#failure);
    // Replies that wait for another attempt than this one learn of it, too.
    if (!this.#isRunning) this.listener(this.#failure);
  }
}
