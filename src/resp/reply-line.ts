/**
 * One-line replies: statuses and errors. A line end inside the text would be read as the end of
 * the reply, so none gets through.
 */
import type { Bytes } from "../bytes/bytes.ts";

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const QUESTION_MARK = 0x3f;

/** Bytes that a line takes beside its text: prefix, CR, LF. */
export const LINE_FRAME_BYTES = 3;

/**
 * Writes prefix, text, CR LF at `target[at]`; answers where they end. CR and LF are cut at the ends
 * of the text and become spaces inside (as in Redis); each other character is one byte, those above
 * U+00FF a question mark.
 *
 * REQUIRES: room for the text's length and {@link LINE_FRAME_BYTES}.
 *
 * @param prefix one ASCII character
 */
export function writeLine(target: Bytes, at: number, prefix: string, text: string): number {
  let start = 0;
  let end = text.length;
  while (start < end && isLineEnd(text.charCodeAt(start))) start++;
  while (start < end && isLineEnd(text.charCodeAt(end - 1))) end--;
  let to = at;
  target[to++] = prefix.charCodeAt(0);
  for (let index = start; index < end; index++) {
    const unit = text.charCodeAt(index);
    target[to++] = isLineEnd(unit) ? SPACE : unit > 0xff ? QUESTION_MARK : unit;
  }
  target[to++] = CR;
  target[to++] = LF;
  return to;
}

/** {@link writeLine} into bytes of its own. */
export function encodeLine(prefix: string, text: string): Bytes {
  const target = new Uint8Array(text.length + LINE_FRAME_BYTES);
  return target.subarray(0, writeLine(target, 0, prefix, text));
}

function isLineEnd(unit: number): boolean {
  return unit === CR || unit === LF;
}
