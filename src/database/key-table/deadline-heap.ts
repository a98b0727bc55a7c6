/** Row keys by deadline, the earliest first: a binary heap with a bound. */
import { type Bytes, copyBytes } from "../../bytes/bytes.ts";

export interface DeadlineHeapLimits {
  readonly entriesMax: number;
  /** Bytes of all keys together. */
  readonly bytesMax: number;
}

const LIMITS: DeadlineHeapLimits = { entriesMax: 100_000, bytesMax: 8 << 20 };

export class DeadlineHeap {
  readonly #limits: DeadlineHeapLimits;
  readonly #deadlines: number[] = [];
  readonly #keys: Bytes[] = [];
  #bytes = 0;

  constructor(limits: DeadlineHeapLimits = LIMITS) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#keys.length;
  }

  /** Adds a copy of the key; false when the heap is full: whoever fills it knows another way to find keys. */
  push(deadline: number, key: Bytes): boolean {
    const { entriesMax, bytesMax } = this.#limits;
    if (this.#keys.length >= entriesMax || this.#bytes + key.length > bytesMax) return false;
    let at = this.#keys.length;
    this.#deadlines.push(deadline);
    this.#keys.push(copyBytes(key));
    this.#bytes += key.length;
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
    this.#bytes -= key.length;
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
