/** Repeats a stretch of the log on rows without a server over them: for tools that rebuild databases. */
import {
  eventEnd,
  FILE_HEADER_BYTES,
  isPut,
  isRowEvent,
  keyEnd,
  keyStart,
} from "../../binlog/event.ts";
import { LogFileWalk } from "../../binlog/log-file-walk.ts";
import { logFilePath } from "../../binlog/log-files.ts";
import type { LogPosition } from "../../binlog/position.ts";
import { forEachEvent } from "../../binlog/turn-scanner.ts";
import { equalBytes } from "../../bytes/bytes.ts";
import { META_DEAD_SPACE } from "../rows/meta-rows.ts";
import { KIND_META, numberOf, prefixBytes } from "../rows/row-key.ts";
import type { StoredRows } from "./stored-rows.ts";

/** Log bytes of one transaction, about. */
const BATCH_BYTES = 16 << 20;

function applyRow(rows: StoredRows, bytes: Uint8Array, at: number): void {
  if (!isRowEvent(bytes, at)) return;
  const start = keyStart(bytes, at);
  const end = keyEnd(bytes, at);
  const kind = bytes[start]!;
  const number = numberOf(bytes, start);
  const rest = bytes.subarray(start + prefixBytes(kind), end);
  if (kind === KIND_META && equalBytes(rest, META_DEAD_SPACE)) return;
  if (isPut(bytes, at)) rows.put(kind, number, rest, bytes.subarray(end, eventEnd(bytes, at)));
  else rows.delete(kind, number, rest);
}

/**
 * Puts and deletes every row from `from` up to `to`. The rows may be those of any later moment: what counts in
 * the end is the last event of each.
 *
 * @param directory holds the log's files, all of them whole from `from` to `to`
 * @param onBytes told of each stretch that was repeated
 * @returns how many turns there were
 */
export function replayLog(
  directory: string,
  from: LogPosition,
  to: LogPosition,
  rows: StoredRows,
  onBytes: (bytes: number) => void = () => {},
): number {
  let turns = 0;
  for (let file = from.file; file <= to.file; file++) {
    using walk = new LogFileWalk(logFilePath(directory, file));
    const start = file === from.file ? Math.max(from.offset, FILE_HEADER_BYTES) : undefined;
    const walked = walk.turns(start);
    let isDone = false;
    while (!isDone) {
      rows.transaction(() => {
        for (let bytes = 0; bytes < BATCH_BYTES; ) {
          const next = walked.next();
          isDone = next.done === true || (file === to.file && next.value.offset >= to.offset);
          if (isDone || next.done === true) return;
          const { value: turn } = next;
          forEachEvent(turn.bytes, turn.from, turn.to, (at) => applyRow(rows, turn.bytes, at));
          turns++;
          bytes += turn.to - turn.from;
          onBytes(turn.to - turn.from);
        }
      });
    }
  }
  return turns;
}
