/**
 * Rebuilds generations from the part of the log that SQLite does not hold yet. The log's files are mapped,
 * not read: only the index takes memory, and the flush worker applies the rest while clients are served.
 */
import { eventEnd } from "../binlog/event.ts";
import type { LogPosition } from "../binlog/position.ts";
import { type LogStretch, recoverLog } from "../binlog/recover-log.ts";
import { forEachEvent } from "../binlog/turn-scanner.ts";
import { CHUNK_BYTES, type ChunkPool } from "./chunk-pool.ts";
import type { Frozen } from "./flush-queue.ts";
import { Generation } from "./generation.ts";

/** Log bytes that one recovered generation covers, about. */
const GENERATION_BYTES = 256 << 20;

export interface Recovered {
  /** What has to be applied, oldest first. */
  readonly frozen: Frozen[];
  /** Where the log ends. */
  readonly end: LogPosition;
  readonly turns: number;
}

/** Indexes a stretch's events, a megabyte window of the file at a time. */
function indexStretch(stretch: LogStretch, frozen: Frozen[], pool: ChunkPool): void {
  let generation = new Generation(pool);
  let events: number[] = [];
  const adopt = (end: number) => {
    const from = events[0];
    if (from === undefined) return;
    const place = { file: stretch.file, offset: from };
    const chunk = generation.adopt(stretch.bytes.subarray(from, end), place);
    for (const at of events) generation.index(chunk, at - from);
    events = [];
  };
  let turnEnd = 0;
  for (const turn of stretch.turns) {
    forEachEvent(stretch.bytes, turn.from, turn.to, (at) => {
      const from = events[0] ?? at;
      if (eventEnd(stretch.bytes, at) - from > CHUNK_BYTES) adopt(at);
      events.push(at);
    });
    turnEnd = turn.to;
    if (generation.bytes >= GENERATION_BYTES) {
      adopt(turnEnd);
      frozen.push({ generation, end: { file: stretch.file, offset: turnEnd } });
      generation = new Generation(pool);
    }
  }
  adopt(turnEnd);
  if (generation.rowCount === 0) return;
  frozen.push({ generation, end: { file: stretch.file, offset: turnEnd } });
}

/** @throws {StorageError} the log cannot be trusted to follow from `from`; see recoverLog */
export function recover(directory: string, from: LogPosition, pool: ChunkPool): Recovered {
  const frozen: Frozen[] = [];
  let turns = 0;
  const end = recoverLog(directory, from, (stretch) => {
    turns += stretch.turns.length;
    indexStretch(stretch, frozen, pool);
  });
  return { frozen, end, turns };
}
