/** Doubles as C's strtod reads a whole string: what SORT weighs by. */
import type { Bytes } from "./bytes.ts";
import { parseDouble } from "./double.ts";

const SPACE = 0x20;
const TAB = 0x09;
const CARRIAGE_RETURN = 0x0d;

/**
 * The number that a C string spells: up to the first NUL, after white space, 0 when nothing is there at all. NaN when
 * it spells none, or one that is too large or too small.
 */
export function parseCDouble(bytes: Bytes): number {
  const nul = bytes.indexOf(0);
  const end = nul < 0 ? bytes.length : nul;
  if (end === 0) return 0;
  let start = 0;
  while (start < end && isSpace(bytes[start]!)) start++;
  return start === end ? Number.NaN : parseDouble(bytes, start, end);
}

function isSpace(byte: number): boolean {
  return byte === SPACE || (byte >= TAB && byte <= CARRIAGE_RETURN);
}
