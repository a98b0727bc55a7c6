/** Amounts of memory as text, as Redis writes them. */

import { OptionValueError } from "./value-error.ts";

const factors: ReadonlyMap<string, bigint> = new Map([
  ["", 1n],
  ["b", 1n],
  ["k", 1000n],
  ["kb", 1024n],
  ["m", 1000n ** 2n],
  ["mb", 1024n ** 2n],
  ["g", 1000n ** 3n],
  ["gb", 1024n ** 3n],
]);

/**
 * Bytes meant by "1024", "64mb" (binary), "64m" (decimal), case-insensitive.
 *
 * @throws {OptionValueError} a sign, a fraction, a blank or an unknown unit
 */
export function parseByteSize(text: string): bigint {
  const [, digits, unit = ""] = /^(\d+)([a-z]*)$/i.exec(text) ?? [];
  const factor = factors.get(unit.toLowerCase());
  if (digits === undefined || factor === undefined) {
    throw new OptionValueError("argument must be a memory value");
  }
  return BigInt(digits) * factor;
}
