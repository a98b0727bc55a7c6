/** Row keys by deadline, the earliest first: a binary heap with a bound. */
import type { Bytes } from "../bytes/bytes.ts";

/** More than these are refused; whoever keeps them knows another way to find them. */
const ENTRIES_MAX = 100_000;

export class DeadlineHeap {
  readonly #deadlines: number[] = [];
  readonly #keys: Bytes[] = [];

  get size(): number {
    return this.#keys.length;
  }

  /** Adds a key; false when the heap is full. */
  push(deadline: number, key: Bytes): boolean {
    if (this.#keys.length >= ENTRIES_MAX) return false;
    let at = this.#keys.length;
    this.#deadlines.push(deadline);
    this.#keys.push(key);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#deadlines[parent]! <= deadline) break;
      this.#swap(at, parent);
      at = parent;
    }
    return true;
  }

  /** Takes out the earliest key if its deadline is not later than `untilMs`; null otherwise. */
  popUntil(untilMs: number): Bytes | null {
    const earliest = this.#deadlines[0];
    if (earliest === undefined || earliest > untilMs) return null;
    const key = this.#keys[0]!;
    const last = this.#keys.length - 1;
    this.#swap(0, last);
    this.#deadlines.pop();
    this.#keys.pop();
    this.#sink();
    return key;
  }

  #sink(): void {
    const count = this.#keys.length;
    let at = 0;
    for (;;) {
      const left = at * 2 + 1;
      if (left >= count) return;
      const right = left + 1;
      const deadlines = this.#deadlines;
      const least = right < count && deadlines[right]! < deadlines[left]! ? right : left;
      if (deadlines[at]! <= deadlines[least]!) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #swap(a: number, b: number): void {
    const deadline = this.#deadlines[a]!;
    this.#deadlines[a] = this.#deadlines[b]!;
    this.#deadlines[b] = deadline;
    const key = this.#keys[a]!;
    this.#keys[a] = this.#keys[b]!;
    this.#keys[b] = key;
  }
}
