/**
 * Turns that another server wrote, taken into a generation as they are: the same bytes that the log holds now,
 * and an index over them.
 */
import { eventEnd, isRowEvent, keyHash } from "../../binlog/event.ts";
import type { LogPosition } from "../../binlog/position.ts";
import { type ScanStop, scanTurns } from "../../binlog/turn-scanner.ts";
import { StorageError } from "../../errors.ts";
import type { Generation } from "../generations/generation.ts";
import { CHUNK_BYTES } from "../generations/memory-pool.ts";

/** What was to be appended does not continue this log: another place, or bytes that are not whole turns. */
export class LogMismatch extends StorageError {}

/** Events are copied in windows, each within one chunk; a larger event has a window of its own. */
const WINDOW_BYTES = CHUNK_BYTES >> 2;

const WHY: Record<Exclude<ScanStop, null>, string> = {
  incomplete: "a turn is cut short",
  damaged: "a turn is damaged",
};

/** @throws {LogMismatch} `bytes` from `start` on are not whole, undamaged turns */
export function checkTurns(bytes: Uint8Array, start: number): void {
  const { stop } = scanTurns(bytes, start, () => {});
  if (stop !== null) throw new LogMismatch(WHY[stop]);
}

/**
 * Copies and indexes checked turns.
 *
 * @param start where the first turn starts in `bytes`
 * @param place where it stands in the log
 * @param onRow told of each put and delete event: its chunk and offset
 */
export function addTurns(
  generation: Generation,
  bytes: Uint8Array,
  start: number,
  place: LogPosition,
  onRow: (chunk: Uint8Array, at: number) => void,
): void {
  let from = start;
  let rows: number[] = [];
  const copyUpTo = (to: number) => {
    const target = generation.reserve(to - from);
    const number = generation.chunks.length - 1;
    const chunk = generation.chunks[number]!;
    chunk.set(bytes.subarray(from, to), target);
    const shift = target - from;
    generation.places[number] ??= { file: place.file, offset: place.offset - start - shift };
    for (const at of rows) {
      generation.index(number, at + shift, keyHash(chunk, at + shift));
      onRow(chunk, at + shift);
    }
    from = to;
    rows = [];
  };
  let at = start;
  while (at < bytes.length) {
    const end = eventEnd(bytes, at);
    if (end - from > WINDOW_BYTES && at > from) copyUpTo(at);
    if (isRowEvent(bytes, at)) rows.push(at);
    at = end;
  }
  if (at > from) copyUpTo(at);
}
