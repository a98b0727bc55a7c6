/**
 * How far a migration is: which master's data the databases hold, and up to which place in its log. Written in the
 * same turn as the rows, so that a crash leaves both as they were.
 */
import { EMPTY, fromText, toText } from "../../bytes/bytes.ts";
import type { DB } from "../../database/db.ts";
import type { Ledis } from "../../database/ledis.ts";
import type { LegacyPlace } from "./legacy-answer.ts";
import { LegacyDatabases } from "./legacy-databases.ts";

const STATE = fromText("state");
/** There while hidden databases are being filled. */
const FILLING = fromText("filling");

export interface MigrationState {
  /** `host:port` */
  readonly master: string;
  /** Number 0: copied from a master without a log. */
  readonly place: LegacyPlace;
}

/** Null when the databases are no master's. */
export function readState(notes: DB): MigrationState | null {
  const bytes = notes.strings.get(STATE);
  if (bytes === null) return null;
  const [master, number, position] = toText(bytes).split(" ");
  return { master: master!, place: { number: Number(number), position: Number(position) } };
}

export function writeState(notes: DB, { master, place }: MigrationState): void {
  notes.strings.set(STATE, fromText(`${master} ${place.number} ${place.position}`));
}

/** Empties the hidden databases, and notes that they are to be filled. */
export function beginFilling(ledis: Ledis): LegacyDatabases {
  const hidden = LegacyDatabases.hidden(ledis);
  hidden.clear();
  LegacyDatabases.seen(ledis).notes.strings.set(FILLING, EMPTY);
  return hidden;
}

/** Removes what a migration has left beside the databases that clients see: they are no master's any more. */
export function forgetMigration(ledis: Ledis): void {
  const { notes } = LegacyDatabases.seen(ledis);
  const isFilling = notes.strings.get(FILLING) !== null;
  if (isFilling) LegacyDatabases.hidden(ledis).clear();
  if (isFilling || notes.strings.get(STATE) !== null) notes.clear();
}
