/** CLIENT PAUSE: commands wait until a time has passed or CLIENT UNPAUSE. */
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
  #onEnd: () => void;

  /** @param onEnd called when commands may run again */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  /** As in Redis: a second pause never shortens the first, and "all" outweighs "write". */
  begin(untilMs: number, mode: PauseMode): void {
    if (!this.isActive || mode === "all") this.#mode = mode;
    this.#untilMs = Math.max(this.#untilMs, untilMs);
    if (this.#timer !== null) clearTimeout(this.#timer);
    const milliseconds = Math.min(2 ** 31 - 1, Math.max(0, this.#untilMs - clock.nowMs()));
    this.#timer = setTimeout(() => this.end(), milliseconds);
  }

  end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#untilMs = 0;
    this.#onEnd();
  }

  get isActive(): boolean {
    return this.#timer !== null;
  }

  /** True when the command has to wait; in the mode "all" that is any command, as in Redis. */
  holds(command: Command, transaction: QueuedWrites = NOTHING_QUEUED): boolean {
    if (this.#timer === null) return false;
    if (this.#mode === "all" || command.isWrite || command.flags.has("may_replicate")) return true;
    return command.name === "EXEC" && (transaction.hasWrites || transaction.hasMessages);
  }
}
