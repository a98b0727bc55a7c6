/** How much a client may leave unread: up to the hard limit, and more than the soft limit for a time only. */
import type { BufferLimit } from "../config/buffer-limits.ts";

export class UnreadLimit {
  /** Since when more is unread than the soft limit allows, ms; 0: it is not. */
  #overSinceMs = 0;

  /** Whether so many unread bytes are too many, now. To be asked now and then. */
  isExceeded(bytes: number, limit: BufferLimit, nowMs: number): boolean {
    const { hardBytes, softBytes, softSeconds } = limit;
    if (hardBytes > 0 && bytes > hardBytes) return true;
    if (softBytes === 0 || bytes <= softBytes) {
      this.#overSinceMs = 0;
      return false;
    }
    if (this.#overSinceMs === 0) this.#overSinceMs = nowMs;
    return nowMs - this.#overSinceMs >= softSeconds * 1000;
  }
}
