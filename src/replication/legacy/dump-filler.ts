/** Fills hidden databases with the dump of a v0.1 master. */
import { type Filled, type FillOptions, fillHidden } from "../foreign/fill-hidden.ts";
import type { ForeignDatabases } from "../foreign/foreign-databases.ts";
import { writeTurn } from "../foreign/write-turn.ts";
import { DumpReader, type DumpRecord } from "./dump-reader.ts";
import { formatPlace, type LegacyPlace } from "./legacy-answer.ts";
import { RecordWriter } from "./record-writer.ts";

export interface DumpFillOptions extends FillOptions {
  /** Told of each record that makes no sense. */
  onSkip(): void;
}

/**
 * Puts a dump in the place of the databases; see fillHidden.
 *
 * @param path the dump, complete
 * @throws {LinkError} it is damaged, refused, or nobody wants it any more
 * @throws {StorageError} the disk refuses
 */
export function fillFromDump(path: string, options: DumpFillOptions): Promise<Filled<LegacyPlace>> {
  const fill = (hidden: ForeignDatabases) => {
    const writer = new RecordWriter(hidden, options.onSkip);
    return eachBatch(path, (batch) =>
      writeTurn(options, () => {
        for (const { key, value } of batch) writer.write(key, value);
      }),
    );
  };
  return fillHidden(options, fill, formatPlace);
}

async function eachBatch(
  path: string,
  take: (batch: readonly DumpRecord[]) => Promise<void>,
): Promise<Filled<LegacyPlace>> {
  const reader = await DumpReader.open(path);
  try {
    let records = 0;
    for (let batch = await reader.next(); batch !== null; batch = await reader.next()) {
      await take(batch);
      records += batch.length;
    }
    return { place: reader.place, records, libraries: new Map() };
  } finally {
    await reader.close();
  }
}
