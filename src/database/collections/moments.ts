/**
 * Moments to look at: what a long reading starts with. A collection is looked up and a snapshot of it is taken
 * between two turns, so that its size, its place and its rows belong together.
 */
import type { Keyspace } from "../../keyspace/keyspace.ts";
import type { RowSnapshot } from "../../keyspace/snapshots/row-snapshots.ts";

/** What is to be read. */
export interface Subject {
  /** Collections whose rows the snapshot has to hold. */
  readonly ids: readonly number[];
}

export interface Moment<T> {
  readonly subject: T;
  /** For whoever took it to close. */
  readonly snapshot: RowSnapshot;
}

export class Moments {
  readonly #keyspace: Keyspace;
  readonly #betweenTurns: (work: () => void) => void;

  /** @param betweenTurns calls `work` once, when the present turn has ended and no other has begun */
  constructor(keyspace: Keyspace, betweenTurns: (work: () => void) => void) {
    this.#keyspace = keyspace;
    this.#betweenTurns = betweenTurns;
  }

  /**
   * Takes a snapshot at the end of this turn or of a later one; null when `choose` answers null.
   *
   * @param choose looks at the state then and says what is to be read; what it throws ends the promise
   */
  async take<T extends Subject>(choose: () => T | null): Promise<Moment<T> | null> {
    const { rowSnapshots: snapshots } = this.#keyspace;
    await snapshots.reserve();
    let moment: Moment<T> | null = null;
    try {
      moment = await new Promise<Moment<T> | null>((resolve, reject) => {
        const look = () => {
          try {
            const subject = choose();
            // Looking at an expired key removes it, which begins a turn.
            if (this.#keyspace.isTurnOpen) this.#betweenTurns(look);
            else if (subject === null) resolve(null);
            else resolve({ subject, snapshot: snapshots.take(subject.ids) });
          } catch (error) {
            reject(error);
          }
        };
        this.#betweenTurns(look);
      });
      return moment;
    } finally {
      if (moment === null) snapshots.giveUp();
    }
  }
}
