/** LZF, by which Redis compresses strings of more than 20 bytes. Only the way back. */
import type { Bytes } from "../bytes/bytes.ts";
import { RdbError } from "./rdb-error.ts";

/** A run of three bytes is the most that can be said in few: it stands for so many. */
const RUN_BYTES_MAX = 264;
const RUN_CODE_BYTES = 3;

/** The most that `length` compressed bytes can stand for. */
export function expandedBytesMax(length: number): number {
  return Math.ceil(length / RUN_CODE_BYTES) * RUN_BYTES_MAX;
}

/**
 * What `source[start, end)` stands for.
 *
 * REQUIRES: `length` is not above `expandedBytesMax`, so that no more is allocated than can be filled.
 * @param length how long that has to be
 * @throws {RdbError} damaged, or of another length
 */
export function expandLzf(source: Bytes, start: number, end: number, length: number): Bytes {
  const target = new Uint8Array(length);
  let from = start;
  let to = 0;
  while (from < end) {
    const code = source[from++]!;
    if (code < 32) {
      const literal = code + 1;
      if (from + literal > end || to + literal > length) throw damaged();
      for (let i = 0; i < literal; i++) target[to + i] = source[from + i]!;
      from += literal;
      to += literal;
      continue;
    }
    let run = (code >>> 5) + 2;
    if (run === 9) {
      if (from >= end) throw damaged();
      run += source[from++]!;
    }
    if (from >= end) throw damaged();
    const back = ((code & 0x1f) << 8) + source[from++]! + 1;
    if (back > to || to + run > length) throw damaged();
    // Byte by byte: the run may repeat what it has just written.
    for (let i = 0; i < run; i++) target[to + i] = target[to + i - back]!;
    to += run;
  }
  if (to !== length) throw damaged();
  return target;
}

function damaged(): RdbError {
  return new RdbError("damaged compressed string");
}
