/** How long to wait before the next attempt: twice as long after each failure, and never the same twice. */

/** After the first failure, in ms. */
const FIRST_MS = 100;
/** At most, in ms. */
const MOST_MS = 10_000;

export class Backoff {
  readonly #random: () => number;
  #nextMs = FIRST_MS;

  /** @param random answers numbers in [0, 1) */
  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** The wait before the next attempt, in ms: between half of its measure and all of it. */
  next(): number {
    const measure = this.#nextMs;
    this.#nextMs = Math.min(MOST_MS, 2 * measure);
    return Math.round(measure * (0.5 + this.#random() / 2));
  }

  /** An attempt has succeeded. */
  reset(): void {
    this.#nextMs = FIRST_MS;
  }
}
