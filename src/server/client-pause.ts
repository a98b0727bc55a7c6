/** Commands wait: by CLIENT PAUSE, until a time has passed or CLIENT UNPAUSE, and by FAILOVER, until it is over. */
import { clock } from "../clock.ts";
import type { Command } from "../commands/command.ts";
import type { PauseMode } from "../commands/context.ts";

/** What EXEC would do. */
export interface QueuedWrites {
  readonly hasWrites: boolean;
  readonly hasMessages: boolean;
}

const NOTHING_QUEUED: QueuedWrites = { hasWrites: false, hasMessages: false };

export class ClientPause {
  #untilMs = 0;
  #mode: PauseMode = "all";
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** Writes wait whatever clients ask for. */
  #holdsWrites = false;
  /** What waits now; null: nothing. */
  #held: PauseMode | null = null;
  readonly #onEnd: () => void;

  /** @param onEnd called when commands may run again: all, or all but those that wait for another reason */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  /** CLIENT PAUSE. As in Redis: a second pause never shortens the first, and "all" outweighs "write". */
  begin(untilMs: number, mode: PauseMode): void {
    if (this.#timer === null || mode === "all") this.#mode = mode;
    this.#untilMs = Math.max(this.#untilMs, untilMs);
    if (this.#timer !== null) clearTimeout(this.#timer);
    const milliseconds = Math.min(2 ** 31 - 1, Math.max(0, this.#untilMs - clock.nowMs()));
    this.#timer = setTimeout(() => this.end(), milliseconds);
    this.#judge();
  }

  /** CLIENT UNPAUSE, or the time has passed. */
  end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#untilMs = 0;
    this.#judge();
    this.#onEnd();
  }

  /** Writes wait until `releaseWrites`, beside what clients ask for. */
  holdWrites(): void {
    this.#holdsWrites = true;
    this.#judge();
  }

  releaseWrites(): void {
    this.#holdsWrites = false;
    this.#judge();
    this.#onEnd();
  }

  get isActive(): boolean {
    return this.#held !== null;
  }

  /** True when the command has to wait; in the mode "all" that is any command, as in Redis. */
  holds(command: Command, transaction: QueuedWrites = NOTHING_QUEUED): boolean {
    if (this.#held === null) return false;
    if (this.#held === "all" || command.isWrite || command.flags.has("may_replicate")) return true;
    return command.name === "EXEC" && (transaction.hasWrites || transaction.hasMessages);
  }

  #judge(): void {
    const byClients = this.#timer === null ? null : this.#mode;
    this.#held = byClients ?? (this.#holdsWrites ? "write" : null);
  }
}
