/** How many bytes a reading at once may collect: what is more is better read in pieces. */

/** So many bytes are answered at once: about a millisecond of copying. */
export const AT_ONCE_BYTES = 1 << 20;

/** Rows that are fetched at first while it is not known how long they are: later pages are cut by their bytes. */
export const FIRST_ROWS = 16;

/** Thrown out of a reading that found more than it may collect. */
export class BudgetSpentError extends Error {
  override readonly name = "BudgetSpentError";
}

export class ReadingBudget {
  #left: number;

  constructor(bytes: number = AT_ONCE_BYTES) {
    this.#left = bytes;
  }

  /** @throws {BudgetSpentError} it is more than was left */
  spend(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) throw new BudgetSpentError("more than is answered at once");
  }
}

/** For who may not wait: whatever there is. */
export const UNLIMITED = new ReadingBudget(Number.POSITIVE_INFINITY);
