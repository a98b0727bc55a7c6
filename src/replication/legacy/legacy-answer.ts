/** LedisDB v0.1's answer to SYNC: where to ask next, and what its log says, event by event. */
import { EVENT_DELETE, EVENT_HEADER_BYTES, EVENT_PUT, readU32 } from "../../binlog/event.ts";
import type { Bytes } from "../../bytes/bytes.ts";
import { unpackSnappy } from "../../bytes/snappy.ts";
import { LinkError } from "../link-error.ts";

/** Bytes of `number i64be · position i64be`, at the start of an answer and of a dump. */
export const PLACE_BYTES = 16;
/** The master keeps no log. */
export const NO_LEGACY_LOG = 0;
/** The master has not the file that was asked for: a full copy is needed. */
export const LEGACY_COPY_NEEDED = -1;
/** Most events of one answer; with so many, a batch may go on in the next one. */
export const LEGACY_EVENTS_MAX = 64;
/** Longest answer that is taken, unpacked: values have up to 10 MB, and list items no limit. */
const ANSWER_BYTES_MAX = 2 ** 31 - 1;

/** A place in the log of v0.1. */
export interface LegacyPlace {
  readonly number: number;
  readonly position: number;
}

export interface LegacyEvent {
  /** Unix seconds; the same for all events of a batch. */
  readonly time: number;
  /** Key in the store. */
  readonly key: Bytes;
  /** null: the record is deleted. */
  readonly value: Bytes | null;
}

export interface LegacyAnswer {
  readonly next: LegacyPlace;
  readonly events: readonly LegacyEvent[];
  /** Of all events together. */
  readonly bytes: number;
}

/** @throws {LinkError} too short, or no place */
export function decodePlace(source: Bytes): LegacyPlace {
  if (source.length < PLACE_BYTES) throw new LinkError("the master's answer is too short");
  const view = new DataView(source.buffer, source.byteOffset, PLACE_BYTES);
  const [number, position] = [Number(view.getBigInt64(0)), Number(view.getBigInt64(8))];
  if (!Number.isSafeInteger(number) || !Number.isSafeInteger(position) || number < -1) {
    throw new LinkError("the master's answer names no place in a log");
  }
  return { number, position };
}

/** As it stands in the notes of a migration: `number position`. */
export function formatPlace({ number, position }: LegacyPlace): string {
  return `${number} ${position}`;
}

/** Null when it is a place of another kind of master. */
export function parsePlace(text: string): LegacyPlace | null {
  const match = /^(\d+) (\d+)$/.exec(text);
  return match === null ? null : { number: Number(match[1]), position: Number(match[2]) };
}

/** @param block snappy's raw form, as it came @throws {LinkError} damaged, or cut off within an event */
export function decodeLegacyAnswer(block: Bytes): LegacyAnswer {
  const bytes = unpackSnappy(block, ANSWER_BYTES_MAX);
  if (bytes === null) throw new LinkError("the answer to SYNC is damaged");
  const next = decodePlace(bytes);
  const events: LegacyEvent[] = [];
  for (let at = PLACE_BYTES; at < bytes.length; ) {
    const start = at + EVENT_HEADER_BYTES;
    const end = start > bytes.length ? Number.NaN : start + readU32(bytes, at + 4);
    if (!(end <= bytes.length)) throw new LinkError("the answer to SYNC ends within an event");
    events.push(decodeEvent(readU32(bytes, at), bytes.subarray(start, end)));
    at = end;
  }
  return { next, events, bytes: bytes.length - PLACE_BYTES };
}

function decodeEvent(time: number, payload: Bytes): LegacyEvent {
  const [kind] = payload;
  if (kind === EVENT_DELETE) return { time, key: payload.subarray(1), value: null };
  const start = 3;
  const end = payload.length < start ? Number.NaN : start + ((payload[1]! << 8) | payload[2]!);
  if (kind !== EVENT_PUT || !(end <= payload.length)) {
    throw new LinkError(`the master's log has an event of unknown form`);
  }
  return { time, key: payload.subarray(start, end), value: payload.subarray(end) };
}
