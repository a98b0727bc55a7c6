/** Strict UTF-8, one character at a time, for quoting; whole texts go through `bytes.ts`. */
import type { Bytes } from "./bytes.ts";

/**
 * The code point whose UTF-8 form starts at `bytes[at]`, or -1 when none does: a stray or missing
 * continuation byte, an overlong form, a surrogate, beyond U+10FFFF.
 */
export function readRune(bytes: Bytes, at: number): number {
  const first = bytes[at] ?? 0xff;
  if (first < 0x80) return first;
  if (first < 0xc2 || first > 0xf4) return -1;
  const count = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
  let rune = first & (0x3f >> count);
  for (let index = 1; index <= count; index++) {
    const byte = bytes[at + index] ?? 0;
    if ((byte & 0xc0) !== 0x80) return -1;
    rune = (rune << 6) | (byte & 0x3f);
  }
  const least = count === 1 ? 0x80 : count === 2 ? 0x800 : 0x10000;
  if (rune < least || rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff)) return -1;
  return rune;
}
