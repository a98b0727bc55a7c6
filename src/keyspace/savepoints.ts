/** Places within the turn under way that one can go back to, and who has to know of what was undone. */
import type { Generation } from "./generations/generation.ts";
import type { Savepoint, Turn } from "./turn.ts";

export class Savepoints {
  readonly #turn: Turn;
  readonly #active: () => Generation;
  readonly #undoListeners: (() => void)[] = [];

  constructor(turn: Turn, active: () => Generation) {
    this.#turn = turn;
    this.#active = active;
  }

  /** The present state of the turn, for `rollback` within the same turn; null: nothing is written yet. */
  take(): Savepoint | null {
    return this.#turn.savepoint(this.#active());
  }

  /** Undoes what the turn has written since; with null, all of it. */
  rollback(savepoint: Savepoint | null): void {
    if (!this.#turn.isOpen) return;
    this.#turn.rollback(this.#active(), savepoint);
    this.tellUndone();
  }

  /** Calls `listener` after something was undone: what was derived from rows must be read again. */
  onUndo(listener: () => void): void {
    this.#undoListeners.push(listener);
  }

  tellUndone(): void {
    for (const listener of this.#undoListeners) listener();
  }
}
