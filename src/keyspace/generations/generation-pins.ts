/** Generations that somebody still reads: their memory is given back when the last reader lets go. */
import type { Generation } from "./generation.ts";

export class GenerationPins {
  readonly #counts = new Map<Generation, number>();
  readonly #released = new Set<Generation>();

  /** Keeps the generation readable until `unpin` was called as often. */
  pin(generation: Generation): void {
    this.#counts.set(generation, (this.#counts.get(generation) ?? 0) + 1);
  }

  unpin(generation: Generation): void {
    const count = this.#counts.get(generation) ?? 0;
    if (count > 1) {
      this.#counts.set(generation, count - 1);
      return;
    }
    this.#counts.delete(generation);
    if (this.#released.delete(generation)) generation.release();
  }

  /** Gives the generation's memory back, now or when nobody reads it any more. */
  release(generation: Generation): void {
    if (this.#counts.has(generation)) this.#released.add(generation);
    else generation.release();
  }
}
