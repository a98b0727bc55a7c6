/** WAIT and WAITAOF: clients that wait until slaves have what was written. */
import { CommandError } from "../errors.ts";

/** Longest delay that a timer takes, in ms. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** What a client waits for. */
export interface Wait<T> {
  /** How far it is now. */
  look(): T;
  isEnough(state: T): boolean;
  /** 0: for ever. */
  readonly timeoutMs: number;
  /** Registers what ends the waiting from outside: with an error, or as by the time-out. */
  onCancel(cancel: (error: string | null) => boolean): void;
}

export class Acknowledgements {
  readonly #waiting = new Set<() => void>();

  /** How many wait. */
  get count(): number {
    return this.#waiting.size;
  }

  /** Slaves have more of the log, or a disk has. */
  changed(): void {
    for (const look of [...this.#waiting]) look();
  }

  /** Resolves to how far it is when that is enough, or the time is up. @throws {CommandError} ended from outside */
  wait<T>(wait: Wait<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let timer: ReturnType<typeof setTimeout> | null = null;
    const end = (error: string | null): boolean => {
      if (!this.#waiting.delete(look)) return false;
      if (timer !== null) clearTimeout(timer);
      if (error === null) resolve(wait.look());
      else reject(new CommandError(error));
      return true;
    };
    const look = (): void => {
      if (wait.isEnough(wait.look())) end(null);
    };
    this.#waiting.add(look);
    if (wait.timeoutMs > 0 && wait.timeoutMs <= TIMER_MS_MAX) {
      timer = setTimeout(() => end(null), wait.timeoutMs);
    }
    wait.onCancel(end);
    look();
    return promise;
  }
}
