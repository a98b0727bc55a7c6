/**
 * Ends turns. A turn is all that happens in one iteration of the event loop: `setImmediate` runs when its
 * I/O callbacks are done, and then everything they wrote goes to the log with one append.
 */

import { messageOf, StorageError } from "../../errors.ts";
import type { Keyspace } from "../../keyspace/keyspace.ts";
import { log } from "../../log.ts";

export interface TurnListener {
  /** The turn is in the log. `wrote` is false for a turn of reads. */
  committed(wrote: boolean): void;
  /** The turn was undone; nothing that it answered is true. */
  failed(error: StorageError): void;
}

export class TurnLoop {
  readonly #keyspace: Keyspace;
  readonly #beforeEnd: (() => void)[] = [];
  #listeners: TurnListener[] = [];
  #scheduled = false;
  #broken: StorageError | null = null;

  constructor(keyspace: Keyspace) {
    this.#keyspace = keyspace;
    keyspace.onTurnOpen(() => this.schedule());
  }

  /** Makes sure that the turn ends in this iteration of the event loop. */
  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.end());
  }

  /** Calls `work` before every turn's end, while rows may still be written. */
  beforeEnd(work: () => void): void {
    this.#beforeEnd.push(work);
  }

  listen(listener: TurnListener): void {
    this.#listeners.push(listener);
  }

  /** A command failed half-way: the turn will be undone at its end, whatever else happens in it. */
  breakTurn(error: unknown): void {
    if (error instanceof StorageError) {
      this.#broken = error;
      this.schedule();
      return;
    }
    const reason = messageOf(error);
    this.#broken = new StorageError(`ERR internal error: ${reason}`, { cause: error });
    this.schedule();
  }

  /** Ends the turn now. */
  end(): void {
    this.#scheduled = false;
    let wrote = false;
    try {
      for (const work of this.#beforeEnd) work();
      if (this.#broken !== null) {
        this.#keyspace.abortTurn();
        throw this.#broken;
      }
      wrote = this.#keyspace.endTurn();
    } catch (error) {
      this.#broken = null;
      this.#keyspace.abortTurn();
      const failure = asStorageError(error);
      for (const listener of this.#listeners) listener.failed(failure);
      return;
    }
    for (const listener of this.#listeners) listener.committed(wrote);
  }
}

function asStorageError(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  log.error("turn", "a turn was undone", { error });
  return new StorageError(String(error), { cause: error });
}
