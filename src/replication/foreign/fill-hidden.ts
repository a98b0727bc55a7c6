/**
 * Fills hidden databases with a master's copy and puts them in the place of those that clients see, in one turn: until
 * then clients see the old data, and afterwards all of the new; a crash in between leaves the old.
 */
import type { Bytes } from "../../bytes/bytes.ts";
import { LinkError } from "../link-error.ts";
import { ForeignDatabases } from "./foreign-databases.ts";
import type { RefuseCopy } from "./foreign-master.ts";
import { beginFilling, writeState } from "./migration-state.ts";
import { type Progress, writeTurn } from "./write-turn.ts";

export interface FillOptions extends Progress {
  /** Whose copy it is, as `host:port`. */
  readonly master: string;
  readonly refusalOf: RefuseCopy;
}

/** What the hidden databases were filled with. */
export interface Filled<Place> {
  /** Where the master's log goes on. */
  readonly place: Place;
  /** Keys, or what the master counts its data in. */
  readonly records: number;
  /** The master's libraries of functions, by name. */
  readonly libraries: ReadonlyMap<string, Bytes>;
}

/**
 * @param fill writes the copy into hidden databases, in turns of its own
 * @param format the place, for the notes
 * @throws {LinkError} the copy is refused, or nobody wants it any more
 * @throws {StorageError} the disk refuses
 */
export async function fillHidden<Place>(
  options: FillOptions,
  fill: (hidden: ForeignDatabases) => Promise<Filled<Place>>,
  format: (place: Place) => string,
): Promise<Filled<Place>> {
  const { ledis, master, refusalOf } = options;
  let hidden = ForeignDatabases.hidden(ledis);
  await writeTurn(options, () => {
    hidden = beginFilling(ledis);
  });
  const filled = await fill(hidden);
  const refusal = await refusalOf(filled.records);
  if (refusal !== null) throw new LinkError(refusal);
  await writeTurn(options, () => {
    writeState(hidden.notes, { master, place: format(filled.place) });
    hidden.install();
    ledis.libraries.replace(filled.libraries);
  });
  return filled;
}
