/** A set of commands: one bit for each, at its number. */
import type { Command } from "../command.ts";

export class CommandSet {
  readonly #words: Uint32Array;

  /** @param size above every number that is asked for */
  constructor(size: number) {
    this.#words = new Uint32Array((size + 31) >>> 5);
  }

  has({ number }: Command): boolean {
    return ((this.#words[number >>> 5]! >>> (number & 31)) & 1) === 1;
  }

  set({ number }: Command, isIn: boolean): void {
    const bit = 1 << (number & 31);
    if (isIn) this.#words[number >>> 5]! |= bit;
    else this.#words[number >>> 5]! &= ~bit;
  }

  /** All commands, or none. */
  fill(areIn: boolean): void {
    this.#words.fill(areIn ? 0xffff_ffff : 0);
  }

  clone(): CommandSet {
    const copy = new CommandSet(this.#words.length << 5);
    copy.#words.set(this.#words);
    return copy;
  }
}
