/**
 * How far a migration is: which master's data the databases hold, and up to which place in its log. Written in the
 * same turn as the rows, so that a crash leaves both as they were.
 */
import { EMPTY, fromText, toText } from "../../bytes/bytes.ts";
import type { DB } from "../../database/db.ts";
import type { Ledis } from "../../database/ledis.ts";
import { ForeignDatabases } from "./foreign-databases.ts";

const STATE = fromText("state");
/** There while hidden databases are being filled. */
const FILLING = fromText("filling");

export interface MigrationState {
  /** `host:port` */
  readonly master: string;
  /** In the master's log, as its kind of master writes it. */
  readonly place: string;
}

/** Null when the databases are no master's. */
export function readState(notes: DB): MigrationState | null {
  const bytes = notes.strings.get(STATE);
  if (bytes === null) return null;
  const [master, ...place] = toText(bytes).split(" ");
  return { master: master!, place: place.join(" ") };
}

export function writeState(notes: DB, { master, place }: MigrationState): void {
  notes.strings.set(STATE, fromText(`${master} ${place}`));
}

/** Empties the hidden databases, and notes that they are to be filled. */
export function beginFilling(ledis: Ledis): ForeignDatabases {
  const hidden = ForeignDatabases.hidden(ledis);
  hidden.clear();
  ForeignDatabases.seen(ledis).notes.strings.set(FILLING, EMPTY);
  return hidden;
}

/** Removes what a migration has left beside the databases that clients see: they are no master's any more. */
export function forgetMigration(ledis: Ledis): void {
  const { notes } = ForeignDatabases.seen(ledis);
  const isFilling = notes.strings.get(FILLING) !== null;
  if (isFilling) ForeignDatabases.hidden(ledis).clear();
  if (isFilling || notes.strings.get(STATE) !== null) notes.clear();
}
