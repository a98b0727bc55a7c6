/** Ends of ranges over sorted sets, as Redis reads them: scores and members, included or not. */
import { type Bytes, copyBytes, mapKey } from "../../bytes/bytes.ts";
import { parseDouble } from "../../bytes/double.ts";
import { scanFloat } from "../../bytes/float-text.ts";
import type { LexBound, LexRange, ScoreRange } from "../../database/zsets/zset-bounds.ts";
import { CommandError, errors } from "../../errors.ts";

const OPEN = 0x28;
const CLOSED = 0x5b;
const MINUS = 0x2d;
const PLUS = 0x2b;

/** `1`, `(1`, `-inf`, `+inf` ... @throws {CommandError} one of them is no score */
export function parseScoreRange(min: Bytes, max: Bytes): ScoreRange {
  const low = parseScore(min);
  const high = parseScore(max);
  if (low === null || high === null) throw new CommandError(errors.scoreRange);
  return {
    by: "score",
    min: low.score,
    minExclusive: low.exclusive,
    max: high.score,
    maxExclusive: high.exclusive,
  };
}

/** `[member`, `(member`, `-`, `+`. @throws {CommandError} one of them is none of these */
export function parseLexRange(min: Bytes, max: Bytes): LexRange {
  const low = parseLex(min);
  const high = parseLex(max);
  if (low === null || high === null) throw new CommandError(errors.lexRange);
  return { by: "lex", min: low, max: high };
}

function parseScore(text: Bytes): { score: number; exclusive: boolean } | null {
  const exclusive = text[0] === OPEN;
  const score = cDouble(exclusive ? text.subarray(1) : text);
  return Number.isNaN(score) ? null : { score, exclusive };
}

/**
 * What C's strtod makes of a text, all of which it has to take: space before the number is fine, so is nothing
 * at all, for 0; too large is infinite, too small is 0; a NUL ends the text. NaN when it is no number.
 */
function cDouble(whole: Bytes): number {
  const nul = whole.indexOf(0);
  const text = nul < 0 ? whole : whole.subarray(0, nul);
  if (text.length === 0) return 0;
  let start = 0;
  while (isSpace(text[start]!)) start++;
  const value = parseDouble(text, start);
  if (!Number.isNaN(value)) return value;
  return scanFloat(text, start, text.length)?.radix === 10
    ? Number(mapKey(text.subarray(start)))
    : Number.NaN;
}

/** As C's isspace. */
function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

function parseLex(text: Bytes): LexBound | null {
  const isOneCharacter = text.length === 1 || text[1] === 0;
  switch (text[0]) {
    case MINUS:
      return isOneCharacter ? { member: "-", exclusive: false } : null;
    case PLUS:
      return isOneCharacter ? { member: "+", exclusive: false } : null;
    case OPEN:
      return { member: copyBytes(text.subarray(1)), exclusive: true };
    case CLOSED:
      return { member: copyBytes(text.subarray(1)), exclusive: false };
    default:
      return null;
  }
}
