/**
 * Requests as a client sends them.
 */
import { type Bytes, fromText } from "../bytes/bytes.ts";
import { integerLength } from "../bytes/integer.ts";
import { LINE_END_BYTES, writeLineEnd, writeNumberLine } from "./number-line.ts";

const DOLLAR = 0x24;
const ASTERISK = 0x2a;

/** Bytes of a length line beside its digits: prefix, CR, LF. */
const LINE_FRAME_BYTES = 1 + LINE_END_BYTES;

/** An array of bulk strings: texts in UTF-8, numbers in decimal as JavaScript writes them. */
export function encodeRequest(args: readonly (Bytes | string | number)[]): Buffer {
  const parts = args.map((arg) => (arg instanceof Uint8Array ? arg : fromText(String(arg))));
  let size = LINE_FRAME_BYTES + integerLength(parts.length);
  for (const part of parts) {
    size += LINE_FRAME_BYTES + integerLength(part.length) + part.length + LINE_END_BYTES;
  }
  const target = Buffer.allocUnsafe(size);
  let at = writeNumberLine(target, 0, ASTERISK, parts.length);
  for (const part of parts) {
    at = writeNumberLine(target, at, DOLLAR, part.length);
    target.set(part, at);
    at = writeLineEnd(target, at + part.length);
  }
  return target;
}
