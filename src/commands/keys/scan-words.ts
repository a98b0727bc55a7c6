/** What SCAN, HSCAN, SSCAN and ZSCAN have in common: the cursor, MATCH and COUNT. */
import { type Bytes, mapKey } from "../../bytes/bytes.ts";
import type { ScanCursors } from "../../database/keys/scan-cursors.ts";
import { CommandError, errors } from "../../errors.ts";
import { type Arg, bytes, index, named, pattern } from "../args.ts";

const UINT64_END = 2n ** 64n;

/** How much is looked at without COUNT. */
const COUNT_DEFAULT = 10;
/** How much is looked at whatever COUNT says: a page of more would keep other clients waiting. */
const COUNT_MAX = 10_000;

/** The options that all of them have, for `options`. */
export const scanOptions = {
  match: named("MATCH", pattern()),
  count: named("COUNT", count()),
};

/** How many rows a call may look at. */
export function scanRows(count: number | null): number {
  return Math.min(count ?? COUNT_DEFAULT, COUNT_MAX);
}

function count(): Arg<number> {
  const whole = index("count");
  return {
    ...whole,
    read(words) {
      const value = whole.read(words);
      if (value < 1) throw new CommandError(errors.syntax);
      return value;
    },
  };
}

/** A cursor as C's strtoul reads it, which Redis does: a sign and leading zeros are fine, so is nothing. */
export function cursor(): Arg<bigint> {
  const word = bytes("cursor", "integer");
  return {
    ...word,
    read(words) {
      const match = /^([+-]?)([0-9]+)$|^$/.exec(mapKey(words.next()));
      const value = match === null ? UINT64_END : BigInt(match[2] ?? 0);
      if (value >= UINT64_END) throw new CommandError(errors.invalidCursor);
      return match?.[1] === "-" ? BigInt.asUintN(64, -value) : value;
    },
  };
}

/**
 * The position that a client's cursor stands for; null: the start.
 *
 * @throws {CommandError} nobody knows the cursor (any more). To start anew would never end, to end would hide
 * keys, so the client has to know
 */
export function scanPosition(cursors: ScanCursors, cursor: bigint): Bytes | null {
  if (cursor === 0n) return null;
  const position = cursors.find(Number(cursor));
  if (position === null) throw new CommandError(errors.invalidCursor);
  return position;
}

/** The cursor that goes on behind a position; null: the end was reached. */
export function scanCursor(cursors: ScanCursors, last: Bytes | null): string {
  return last === null ? "0" : String(cursors.add(last));
}
