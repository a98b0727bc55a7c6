/** What can be told of a slave's link: when the master was heard, when the link was up, how much of a copy has come. */
import { clock } from "../clock.ts";
import type { MasterStatus } from "../commands/replication.ts";

export class LinkProgress {
  #heardMs: number | null = null;
  #upMs: number | null = null;
  #caughtUpMs: number | null = null;
  #bytes = 0;
  #skipped = 0;

  /** So many bytes have come. */
  heard(bytes: number): void {
    this.#heardMs = clock.nowMs();
    this.#bytes += bytes;
  }

  /** The link is up, or was until now. */
  up(): void {
    this.#upMs = clock.nowMs();
  }

  /** Everything was here that the master had at this time. */
  caughtUp(atMs: number): void {
    this.#caughtUpMs = atMs;
  }

  /** A full copy begins. */
  beginCopy(): void {
    this.#bytes = 0;
  }

  /** So many changes of the master were left out. */
  leftOut(count: number): void {
    this.#skipped = count;
  }

  /** @param state of the link, now */
  status(
    state: MasterStatus["state"],
  ): Pick<MasterStatus, "lastIoSeconds" | "downSeconds" | "lagSeconds" | "syncBytes" | "skipped"> {
    const nowMs = clock.nowMs();
    const since = (ms: number | null) =>
      ms === null ? -1 : Math.max(0, Math.floor((nowMs - ms) / 1000));
    return {
      lastIoSeconds: since(this.#heardMs),
      downSeconds: state === "connected" ? 0 : since(this.#upMs),
      lagSeconds: since(this.#caughtUpMs),
      syncBytes: state === "sync" ? this.#bytes : 0,
      skipped: this.#skipped,
    };
  }
}
