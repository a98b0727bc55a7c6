/**
 * Gives slaves the log: bounded stretches of whole turns. A slave that stands at the end is answered when there is
 * more, or after a while, so that a write is with it about a millisecond after it was committed.
 */
import type { LogPosition } from "../binlog/position.ts";
import type { Bytes } from "../bytes/bytes.ts";
import type { ReadableLog } from "./replicated-log.ts";
import { encodeSyncAnswer, FULL_COPY_NEEDED } from "./sync-answer.ts";

/** About how much of the log one answer holds, in bytes. */
const STRETCH_BYTES = 256 << 10;
/** The same for a slave that is further behind than this. */
const LONG_STRETCH_BYTES = 1 << 20;
/** Longest time that an answer is held back, in ms. */
const HOLD_MS = 1000;
/** The same while somebody waits for slaves' disks, which they report with their next request. */
const HURRIED_HOLD_MS = 10;

/** What is asked. */
export interface LogRequest {
  readonly from: LogPosition;
  /** History that the file of `from` has to have; null: any. */
  readonly historyId: Uint8Array | null;
  /** Whether the answer may be held back. */
  readonly waits: boolean;
  /** True when nobody wants the answer any more. */
  isOver(): boolean;
  /** Told once whether the place is in this log. */
  judged(isHere: boolean): void;
}

export class LogFeed {
  readonly #log: () => ReadableLog;
  readonly #compresses: () => boolean;
  readonly #waiting = new Set<() => void>();
  #growth = 0;
  #hurries = 0;

  constructor(log: () => ReadableLog, compresses: () => boolean) {
    this.#log = log;
    this.#compresses = compresses;
  }

  /** How many wait for more. */
  get waitingCount(): number {
    return this.#waiting.size;
  }

  /** The log has grown, or whoever waits should look again for another reason. */
  grew(): void {
    this.#growth++;
    if (this.#waiting.size === 0) return;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** Until it is called as often with false, slaves at the end are not kept waiting for long. */
  hurry(hurries: boolean): void {
    this.#hurries += hurries ? 1 : -1;
    if (hurries) this.grew();
  }

  /** The answer to SYNC. */
  async answer(request: LogRequest): Promise<Bytes> {
    const { from, historyId } = request;
    const startMs = performance.now();
    let isFirst = true;
    for (;;) {
      const growth = this.#growth;
      const log = this.#log();
      const behind = log.offset - (log.offsetOf(from) ?? 0);
      const bytesMax = behind > LONG_STRETCH_BYTES ? LONG_STRETCH_BYTES : STRETCH_BYTES;
      const stretch = await log.read(from, historyId, bytesMax);
      if (isFirst) request.judged(stretch.kind !== "gone");
      if (stretch.kind === "gone") {
        return encodeSyncAnswer({ file: FULL_COPY_NEEDED, offset: from.offset });
      }
      if (stretch.kind === "turns") {
        return encodeSyncAnswer(stretch.next, stretch.bytes, this.#compresses());
      }
      const isHurried = this.#hurries > 0;
      const leftMs = startMs + (isHurried ? HURRIED_HOLD_MS : HOLD_MS) - performance.now();
      const isTooLate = leftMs <= 0 || (isHurried && !isFirst);
      if (!request.waits || request.isOver() || isTooLate) return encodeSyncAnswer(from);
      isFirst = false;
      if (growth === this.#growth) await this.#more(leftMs);
    }
  }

  /** Resolves when the log has grown, or the time is up. */
  async #more(timeoutMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, timeoutMs);
    this.#waiting.add(resolve);
    await promise;
    clearTimeout(timer);
    this.#waiting.delete(resolve);
  }
}
