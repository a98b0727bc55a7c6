/** A run of one collection's elements that are to be read: all fields of a hash, a part of a list. */
import type { RangeWalk } from "../../keyspace/range.ts";
import type { RowSnapshot } from "../../keyspace/snapshots/row-snapshots.ts";
import { type ElementRange, Elements } from "./elements.ts";
import type { Moment } from "./moments.ts";
import { FIRST_ROWS } from "./reading-budget.ts";

export interface Listing {
  readonly kind: number;
  readonly id: number;
  readonly range: ElementRange;
  /** How many elements there are in the range, exactly. */
  readonly count: number;
}

/** A listing's rows as they were at one moment, for as many turns as wanted. */
export class ListedRows {
  readonly #snapshot: RowSnapshot;
  readonly #walk: RangeWalk;
  #left: number;

  private constructor(snapshot: RowSnapshot, { kind, id, range, count }: Listing) {
    this.#snapshot = snapshot;
    this.#left = count;
    const elements = new Elements(snapshot);
    this.#walk = elements.walk(kind, id, { ...range, expected: FIRST_ROWS });
  }

  /** Gets ready in slices. The moment's snapshot is closed with the rows. */
  static async open({ subject, snapshot }: Moment<{ listing: Listing }>): Promise<ListedRows> {
    const { listing } = subject;
    try {
      await snapshot.order(listing.kind, listing.id);
      return new ListedRows(snapshot, listing);
    } catch (error) {
      snapshot.close();
      throw error;
    }
  }

  /** The walk at the next row; null at the end. @throws {Error} there are fewer than the listing has said */
  next(): RangeWalk | null {
    if (this.#left === 0) return null;
    if (!this.#walk.next()) throw new Error(`${this.#left} elements of a collection are missing`);
    this.#left--;
    return this.#walk;
  }

  close(): void {
    this.#snapshot.close();
  }
}
