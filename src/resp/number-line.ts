/**
 * Lines that hold a number: integers, and the heads of everything with a length.
 */
import type { Bytes } from "../bytes/bytes.ts";
import { writeInteger } from "../bytes/integer.ts";

const LF = 0x0a;
const CR = 0x0d;

/** Room for a prefix, any int64, CR LF. */
export const NUMBER_LINE_BYTES_MAX = 23;

/** CR LF. */
export const LINE_END_BYTES = 2;

/**
 * Writes prefix, a safe integer, CR LF at `target[at]`; answers where they end.
 *
 * REQUIRES: room for {@link NUMBER_LINE_BYTES_MAX}, or for exactly what is written.
 */
export function writeNumberLine(target: Bytes, at: number, prefix: number, value: number): number {
  target[at] = prefix;
  return writeLineEnd(target, writeInteger(target, at + 1, value));
}

/** Writes CR LF at `target[at]`; answers where they end. */
export function writeLineEnd(target: Bytes, at: number): number {
  target[at] = CR;
  target[at + 1] = LF;
  return at + LINE_END_BYTES;
}
