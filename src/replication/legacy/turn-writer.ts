/** Writes the events of a v0.1 master as turns of this server's own log: in one turn where that is not too much. */

import { ForeignDatabases } from "../foreign/foreign-databases.ts";
import { type MigrationState, writeState } from "../foreign/migration-state.ts";
import { type Progress, writeTurn } from "../foreign/write-turn.ts";
import type { LegacyEvent } from "./legacy-answer.ts";
import type { RecordWriter } from "./record-writer.ts";

/** Bytes of records after which a turn ends, where what comes is longer than `WHOLE_BYTES_MAX`. */
const SLICE_BYTES = 256 * 1024;
/** Up to so many bytes of records are one turn. */
const WHOLE_BYTES_MAX = 2 << 20;

/**
 * Writes events and, with the last of them, how far the migration is: what is cut short by a crash is written again,
 * which changes nothing.
 *
 * @throws {LinkError | StorageError} see `writeTurn`; the turns before are kept
 */
export async function writeTurns(
  progress: Progress,
  writer: RecordWriter,
  events: readonly LegacyEvent[],
  state: MigrationState,
): Promise<void> {
  const sizes = events.map(({ key, value }) => key.length + (value?.length ?? 0));
  const isWhole = sizes.reduce((sum, size) => sum + size, 0) <= WHOLE_BYTES_MAX;
  let at = 0;
  do {
    await writeTurn(progress, () => {
      for (let bytes = 0; at < events.length && (isWhole || bytes < SLICE_BYTES); at++) {
        const { key, value } = events[at]!;
        writer.write(key, value);
        bytes += sizes[at]!;
      }
      if (at === events.length) writeState(ForeignDatabases.seen(progress.ledis).notes, state);
    });
  } while (at < events.length);
}
