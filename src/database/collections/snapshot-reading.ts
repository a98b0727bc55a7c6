/** Long looks at collections: they go on over many turns, over a snapshot, while others write. */
import type { RowSnapshot } from "../../keyspace/snapshots/row-snapshots.ts";
import type { BuildSubject } from "./builds.ts";
import { Elements } from "./elements.ts";
import type { Moments } from "./moments.ts";

export class SnapshotReading<T extends BuildSubject> {
  readonly #snapshot: RowSnapshot;
  readonly subject: T;
  /** The rows of what the subject names, as they were; valid until `close`. */
  readonly rows: Elements;

  private constructor(subject: T, snapshot: RowSnapshot) {
    this.subject = subject;
    this.#snapshot = snapshot;
    this.rows = new Elements(snapshot);
  }

  /**
   * Gets ready in slices; null when `choose` answers null.
   *
   * @param choose looks up what is to be read; what it throws ends the promise
   */
  static async open<T extends BuildSubject>(
    moments: Moments,
    choose: () => T | null,
  ): Promise<SnapshotReading<T> | null> {
    const moment = await moments.take(choose);
    if (moment === null) return null;
    const { subject, snapshot } = moment;
    try {
      for (const { id, kinds } of subject.sources) {
        for (const kind of kinds) await snapshot.order(kind, id);
      }
      return new SnapshotReading(subject, snapshot);
    } catch (error) {
      snapshot.close();
      throw error;
    }
  }

  close(): void {
    this.#snapshot.close();
  }
}
