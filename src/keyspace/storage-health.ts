/**
 * Whether the disk takes writes. After a failure every write is refused with the reason, and a probe tries
 * at intervals whether it would work again; nobody has to restart anything.
 */
import { closeSync, fdatasyncSync, openSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { log } from "../log.ts";

/** Interval between two probes, in ms. */
const PROBE_MS = 500;
/** A probe writes this much: resuming with room for one command would only fail again. */
const PROBE_BYTES = 256 << 10;

export class StorageHealth {
  readonly #probePath: string;
  #timer: ReturnType<typeof setInterval> | null = null;
  #failure: string | null = null;
  /** What has to succeed, besides the probe, before writes resume. */
  #repair: (() => Promise<void>) | null = null;
  #probing = false;
  #isClosed = false;
  /** Failures since the start. */
  failureCount = 0;

  constructor(directory: string) {
    this.#probePath = join(directory, "probe.tmp");
  }

  /** Why writes are refused; null when they are not. */
  get failure(): string | null {
    return this.#failure;
  }

  /**
   * Refuses writes from now on.
   *
   * @param repair brings the storage back into a state in which an OK is true again
   */
  fail(reason: string, repair: (() => Promise<void>) | null = null): void {
    if (this.#failure === null) log.error("storage", "writes are refused", { reason });
    this.failureCount++;
    this.#failure = reason;
    this.#repair = repair ?? this.#repair;
    if (!this.#isClosed) this.#timer ??= setInterval(() => void this.#probe(), PROBE_MS);
  }

  /** Stops probing for good. */
  close(): void {
    this.#isClosed = true;
    this.#stop();
  }

  #stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  async #probe(): Promise<void> {
    if (this.#probing) return;
    this.#probing = true;
    try {
      this.#tryWriting();
      const repair = this.#repair;
      if (repair !== null) await repair();
      this.#repair = null;
      this.#failure = null;
      this.#stop();
      log.info("storage", "writes are accepted again");
    } catch {
      // Still failing; the reason that clients see stays the first one.
    } finally {
      this.#probing = false;
    }
  }

  #tryWriting(): void {
    const fd = openSync(this.#probePath, "w");
    try {
      const bytes = new Uint8Array(PROBE_BYTES);
      let from = 0;
      while (from < bytes.length) from += writeSync(fd, bytes, from, bytes.length - from, from);
      fdatasyncSync(fd);
    } finally {
      closeSync(fd);
      unlinkSync(this.#probePath);
    }
  }
}
