/** Cuts a stretch of log between turns, so that no iteration of the event loop has to take in all of it. */
import {
  COMMAND_TURN_END,
  EVENT_COMMAND,
  EVENT_HEADER_BYTES,
  readU32,
  TURN_END_BYTES,
} from "../binlog/event.ts";
import type { Bytes } from "../bytes/bytes.ts";

/**
 * Pieces of `bytes` in order, each of whole turns: about `bytesMax` bytes, but at least one turn. Bytes that are no
 * events come as they are, for whoever checks them to find.
 */
export function* turnSlices(bytes: Bytes, bytesMax: number): Generator<Bytes, void> {
  let start = 0;
  let at = 0;
  while (at + TURN_END_BYTES <= bytes.length) {
    const end = at + EVENT_HEADER_BYTES + readU32(bytes, at + 4);
    const payload = at + EVENT_HEADER_BYTES;
    const isTurnEnd = bytes[payload] === EVENT_COMMAND && bytes[payload + 1] === COMMAND_TURN_END;
    if (isTurnEnd && end - start >= bytesMax && end < bytes.length) {
      yield bytes.subarray(start, end);
      start = end;
    }
    at = end;
  }
  if (start < bytes.length) yield bytes.subarray(start);
}
