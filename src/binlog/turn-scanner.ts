/**
 * Reads a stretch of log as turns: which bytes are whole, undamaged turns, and which events they
 * hold. Recovery, the tools and replication all trust a turn only after this has checked it.
 */
import { crc32Range } from "../bytes/crc32.ts";
import {
  COMMAND_FILE_HEADER,
  COMMAND_LONG_PUT,
  COMMAND_TURN_END,
  EVENT_COMMAND,
  EVENT_DELETE,
  EVENT_HEADER_BYTES,
  EVENT_PUT,
  readU32,
  TURN_END_BYTES,
} from "./event.ts";

/** Why a scan stopped before the end of its bytes; null when it did not. */
export type ScanStop = "incomplete" | "damaged" | null;

export interface ScanResult {
  /** Offset behind the last whole turn. */
  readonly end: number;
  readonly turns: number;
  readonly stop: ScanStop;
}

/** Is the event's inside consistent with its length? */
function wellFormed(bytes: Uint8Array, at: number, length: number): boolean {
  const kind = bytes[at + EVENT_HEADER_BYTES];
  if (kind === EVENT_DELETE) return length >= 1;
  if (kind === EVENT_PUT) {
    return length >= 3 && ((bytes[at + 9]! << 8) | bytes[at + 10]!) <= length - 3;
  }
  if (kind !== EVENT_COMMAND || length < 2) return false;
  const command = bytes[at + EVENT_HEADER_BYTES + 1];
  if (command === COMMAND_LONG_PUT) return length >= 6 && readU32(bytes, at + 10) <= length - 6;
  if (command === COMMAND_TURN_END) return length === TURN_END_BYTES - EVENT_HEADER_BYTES;
  return command === COMMAND_FILE_HEADER;
}

/**
 * Walks whole turns from `start` (a turn's first byte) and calls `onTurn(from, to)` for each one whose
 * event count and CRC hold, `to` being the offset behind its turn-end event.
 *
 * Stops at the first turn that is cut short ("incomplete": nothing in it contradicts the format, but
 * bytes are missing) or wrong in itself ("damaged").
 */
export function scanTurns(
  bytes: Uint8Array,
  start: number,
  onTurn: (from: number, to: number) => void,
): ScanResult {
  let turnStart = start;
  let at = start;
  let events = 0;
  let turns = 0;
  for (;;) {
    if (at === bytes.length && at === turnStart) return { end: turnStart, turns, stop: null };
    if (at + EVENT_HEADER_BYTES + 1 > bytes.length) {
      return { end: turnStart, turns, stop: "incomplete" };
    }
    const length = readU32(bytes, at + 4);
    const end = at + EVENT_HEADER_BYTES + length;
    if (end > bytes.length) return { end: turnStart, turns, stop: "incomplete" };
    if (!wellFormed(bytes, at, length)) return { end: turnStart, turns, stop: "damaged" };
    if (bytes[at + 8] !== EVENT_COMMAND || bytes[at + 9] === COMMAND_LONG_PUT) {
      events++;
      at = end;
      continue;
    }
    const whole =
      bytes[at + 9] === COMMAND_TURN_END &&
      readU32(bytes, at + 10) === events &&
      readU32(bytes, end - 4) === crc32Range(bytes, turnStart, end - 4);
    if (!whole) return { end: turnStart, turns, stop: "damaged" };
    onTurn(turnStart, end);
    turns++;
    events = 0;
    at = end;
    turnStart = end;
  }
}

/** What a turn-end event has between its time and its count: length, kind, command. */
const TURN_END_MARK = Uint8Array.of(
  0,
  0,
  0,
  TURN_END_BYTES - EVENT_HEADER_BYTES,
  EVENT_COMMAND,
  COMMAND_TURN_END,
);

/**
 * True when something behind `from` looks like a turn's end. Then a scan that stopped there as
 * "incomplete" may have met a damaged length, and whole turns behind it.
 */
export function showsTurnEnd(bytes: Uint8Array, from: number): boolean {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const at = view.indexOf(TURN_END_MARK, from);
  return at >= 0 && at + TURN_END_BYTES - 4 <= bytes.length;
}

/** Calls `onEvent(at)` for each put and delete event of a checked turn; `at` is where it starts. */
export function forEachEvent(
  bytes: Uint8Array,
  from: number,
  to: number,
  onEvent: (at: number) => void,
): void {
  let at = from;
  while (at < to - TURN_END_BYTES) {
    onEvent(at);
    at += EVENT_HEADER_BYTES + readU32(bytes, at + 4);
  }
}
