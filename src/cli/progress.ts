/** How far long work is: one line on stderr, written over again and again, and only on a terminal. */

/** Between two lines, in ms. */
const PAUSE_MS = 100;
const MB = 1 << 20;

export interface ProgressTarget {
  readonly isTTY: boolean;
  write(text: string): unknown;
}

export class Progress {
  readonly #target: ProgressTarget;
  readonly #what: string;
  #shownAt = 0;
  #isShown = false;

  /** @param what is being done: "dump" */
  constructor(what: string, target: ProgressTarget = process.stderr) {
    this.#what = what;
    this.#target = target;
  }

  /** @param total null: unknown */
  bytes(done: number, total: number | null = null): void {
    const share = total === null || total === 0 ? "" : ` (${Math.floor((done / total) * 100)}%)`;
    this.show(`${(done / MB).toFixed(1)} MB${share}`);
  }

  show(text: string): void {
    if (!this.#target.isTTY) return;
    const now = performance.now();
    if (this.#isShown && now - this.#shownAt < PAUSE_MS) return;
    this.#shownAt = now;
    this.#isShown = true;
    this.#target.write(`\r\x1b[K${this.#what}: ${text}`);
  }

  /** Removes the line. */
  end(): void {
    if (this.#isShown) this.#target.write("\r\x1b[K");
    this.#isShown = false;
  }
}
