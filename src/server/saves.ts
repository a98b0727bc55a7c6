/** SAVE and BGSAVE: everything written so far moves into SQLite and is made durable there, one save at a time. */
import { clock } from "../clock.ts";
import type { SaveStatus } from "../commands/context.ts";
import { CommandError, errors } from "../errors.ts";
import { log } from "../log.ts";

export class Saves implements SaveStatus {
  readonly #checkpoint: () => Promise<void>;
  #startedUs: number | null = null;
  count = 0;
  lastSucceeded = true;
  lastTime = Math.floor(clock.nowMs() / 1000);
  lastSeconds = -1;

  /** @param checkpoint does the work; it settles when that is durable, or cannot be done */
  constructor(checkpoint: () => Promise<void>) {
    this.#checkpoint = checkpoint;
  }

  get inProgress(): boolean {
    return this.#startedUs !== null;
  }

  get currentSeconds(): number {
    return this.#startedUs === null ? -1 : secondsSince(this.#startedUs);
  }

  /** @throws {CommandError} one is under way; afterwards: {StorageError} SQLite refused */
  async run(): Promise<void> {
    if (this.#startedUs !== null) throw new CommandError(errors.saveInProgress);
    const startedUs = clock.monotonicUs();
    this.#startedUs = startedUs;
    try {
      await this.#checkpoint();
      this.count++;
      this.lastSucceeded = true;
      this.lastTime = Math.floor(clock.nowMs() / 1000);
    } catch (error) {
      this.lastSucceeded = false;
      log.error("save", "saving failed", { error });
      throw error;
    } finally {
      this.lastSeconds = secondsSince(startedUs);
      this.#startedUs = null;
    }
  }
}

function secondsSince(startUs: number): number {
  return Math.floor((clock.monotonicUs() - startUs) / 1e6);
}
