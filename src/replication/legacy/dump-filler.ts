/**
 * Fills hidden databases with a v0.1 master's dump and puts them in the place of those that clients see, in one turn:
 * until then clients see the old data, and afterwards all of the new; a crash in between leaves the old.
 */
import type { Ledis } from "../../database/ledis.ts";
import { ForeignDatabases } from "../foreign/foreign-databases.ts";
import { beginFilling, writeState } from "../foreign/migration-state.ts";
import { type Progress, writeTurn } from "../foreign/write-turn.ts";
import { LinkError } from "../link-error.ts";
import { DumpReader, type DumpRecord } from "./dump-reader.ts";
import { formatPlace, type LegacyPlace } from "./legacy-answer.ts";
import { RecordWriter } from "./record-writer.ts";

export interface FillOptions extends Progress {
  readonly ledis: Ledis;
  /** Told of each record that makes no sense. */
  onSkip(): void;
  /** Why a dump of so many records must not take the place of the databases; null when it may. */
  refusalOf(records: number): Promise<string | null>;
}

export interface Filled {
  /** Where the master's log goes on. */
  readonly place: LegacyPlace;
  readonly records: number;
}

/**
 * @param path the dump, complete
 * @param master whose it is, as `host:port`
 * @throws {LinkError} it is damaged, refused, or nobody wants it any more
 * @throws {StorageError} the disk refuses
 */
export async function fillDatabases(
  path: string,
  master: string,
  options: FillOptions,
): Promise<Filled> {
  const { ledis } = options;
  let hidden = ForeignDatabases.hidden(ledis);
  await writeTurn(options, () => {
    hidden = beginFilling(ledis);
  });
  const writer = new RecordWriter(hidden, options.onSkip);
  const { place, records } = await eachBatch(path, (batch) =>
    writeTurn(options, () => {
      for (const { key, value } of batch) writer.write(key, value);
    }),
  );
  const refusal = await options.refusalOf(records);
  if (refusal !== null) throw new LinkError(refusal);
  await writeTurn(options, () => {
    writeState(hidden.notes, { master, place: formatPlace(place) });
    hidden.install();
  });
  return { place, records };
}

async function eachBatch(
  path: string,
  take: (batch: readonly DumpRecord[]) => Promise<void>,
): Promise<Filled> {
  const reader = await DumpReader.open(path);
  try {
    let records = 0;
    for (let batch = await reader.next(); batch !== null; batch = await reader.next()) {
      await take(batch);
      records += batch.length;
    }
    return { place: reader.place, records };
  } finally {
    await reader.close();
  }
}
