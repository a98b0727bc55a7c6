/**
 * Doubles as text: scores, in the texts of Redis 7.0. strtod's grammar in, `%.17g` out.
 * Their form as a sortable key is `sortable-double.ts`.
 */
import { roundBinary } from "./binary-round.ts";
import { type Bytes, mapKey } from "./bytes.ts";
import { exactValue, type FloatText, isZeroText, scanFloat } from "./float-text.ts";

const DOUBLE = { precision: 53, exponentMin: -1074, exponentEnd: 1024 } as const;

const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;

/** Up to this many digits, digits and power of ten are both exact and one division rounds once. */
const EXACT_DIGITS_MAX = 15;
const POWERS_OF_TEN = Float64Array.from({ length: EXACT_DIGITS_MAX + 1 }, (_, power) =>
  Number(`1e${power}`),
);

/** Longer hex texts are refused, to bound the exact arithmetic; Redis has no such limit. */
const HEX_DIGITS_MAX = 5119;

/** Enough to tell every double from its neighbours. */
const SIGNIFICANT_DIGITS = 17;

/**
 * A double halfway between two 17-digit decimals has 18 digits k * 5^j / 10^j with j <= 25, so
 * only multiples of 2^-25 can be one.
 */
const TIE_SCALE = 2 ** 25;

/**
 * The double that `bytes[start, end)` spells, or NaN when Redis would answer "value is not a valid
 * float". Accepts decimal and hex floats, signs, exponents, `inf` and `infinity` in any case
 * (Redis's string2d over strtod). Refused: spaces, NaN, and what overflows to infinity or
 * underflows to zero. Allocates nothing for plain decimals of up to 15 digits.
 */
export function parseDouble(bytes: Bytes, start = 0, end = bytes.length): number {
  const plain = parsePlain(bytes, start, end);
  if (!Number.isNaN(plain)) return plain;
  const text = scanFloat(bytes, start, end);
  if (text === null) return Number.NaN;
  if (text.radix === 0) return text.negative ? -Infinity : Infinity;
  const value =
    text.radix === 16 ? parseHex(bytes, text) : Number(mapKey(bytes.subarray(start, end)));
  if (!Number.isFinite(value)) return Number.NaN;
  return value === 0 && !isZeroText(bytes, text) ? Number.NaN : value;
}

/** The value of up to 15 digits with an optional sign and point; NaN for every other text. */
function parsePlain(bytes: Bytes, start: number, end: number): number {
  const sign = bytes[start];
  let at = sign === MINUS || sign === PLUS ? start + 1 : start;
  const length = end - at;
  if (length < 1 || length > EXACT_DIGITS_MAX + 1) return Number.NaN;
  let point = -1;
  let value = 0;
  for (; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit >= 0 && digit <= 9) value = value * 10 + digit;
    else if (bytes[at] === POINT && point < 0) point = at;
    else return Number.NaN;
  }
  const digits = point < 0 ? length : length - 1;
  if (digits < 1 || digits > EXACT_DIGITS_MAX) return Number.NaN;
  if (point >= 0) value /= POWERS_OF_TEN[end - point - 1]!;
  return sign === MINUS ? -value : value;
}

/** The value of a hex text: infinite when it overflows, NaN when it is too long to be meant. */
function parseHex(bytes: Bytes, text: FloatText): number {
  if (text.digitsEnd - text.digitsStart > HEX_DIGITS_MAX) return Number.NaN;
  const exact = exactValue(bytes, text);
  const rounded = roundBinary(exact.significand, exact.exponent, DOUBLE);
  if (rounded === null) return Infinity;
  // Two steps, because 2^exponent alone may be out of range; neither step rounds.
  const half = Math.trunc(rounded.exponent / 2);
  const value = Number(rounded.significand) * 2 ** half * 2 ** (rounded.exponent - half);
  return text.negative ? -value : value;
}

/**
 * The text of a score as Redis 7.0 replies it, C's `%.17g`: 17 significant digits without
 * trailing zeros, an exponent of at least two digits below 1e-4 and from 1e17 on; `inf`, `-inf`,
 * `nan`, `-0`. RESP3 carries the same text.
 */
export function formatDouble(value: number): string {
  if (Number.isSafeInteger(value)) return Object.is(value, -0) ? "-0" : String(value);
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value < 0 ? "-inf" : "inf";
  const magnitude = Math.abs(value);
  // Up to nine digits before the point and six behind: the shortest text is the exact one.
  if (magnitude < 1e9 && Number.isInteger(magnitude * 64)) return String(value);
  const sign = value < 0 ? "-" : "";
  const plain = magnitude >= 1e-4 && magnitude < 1e17;
  if (plain && !mayTie(magnitude)) {
    return sign + withoutTrailingZeros(magnitude.toPrecision(SIGNIFICANT_DIGITS));
  }
  const text = toSeventeenDigits(magnitude);
  return sign + (plain ? layPlain(text) : layScientific(text));
}

function mayTie(magnitude: number): boolean {
  return Number.isInteger(magnitude * TIE_SCALE);
}

/** `d.dddddddddddddddde±x`, 17 digits, rounded to nearest, ties to even. */
function toSeventeenDigits(magnitude: number): string {
  const text = magnitude.toExponential(SIGNIFICANT_DIGITS - 1);
  if (!mayTie(magnitude)) return text;
  // JavaScript rounds ties up. All digits of such a value: at most 16 before the point, 25 behind.
  const all = magnitude.toExponential(41);
  const end = all.indexOf("e");
  const isTie = all[SIGNIFICANT_DIGITS + 1] === "5" && isZeros(all, SIGNIFICANT_DIGITS + 2, end);
  if (!isTie || Number(all[SIGNIFICANT_DIGITS]) % 2 === 1) return text;
  return all.slice(0, SIGNIFICANT_DIGITS + 1) + all.slice(end);
}

/** From the scientific text of a value in [1e-4, 1e17). */
function layPlain(text: string): string {
  const digits = text.charAt(0) + text.slice(2, SIGNIFICANT_DIGITS + 1);
  const exponent = exponentOf(text);
  if (exponent < 0) return withoutTrailingZeros(`0.${"0".repeat(-exponent - 1)}${digits}`);
  return withoutTrailingZeros(`${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`);
}

function layScientific(text: string): string {
  const exponent = exponentOf(text);
  const digits = String(Math.abs(exponent)).padStart(2, "0");
  const mantissa = withoutTrailingZeros(text.slice(0, SIGNIFICANT_DIGITS + 1));
  return `${mantissa}e${exponent < 0 ? "-" : "+"}${digits}`;
}

function exponentOf(text: string): number {
  return Number(text.slice(text.indexOf("e") + 1));
}

/** Drops zeros from the end of a text with a point, and the point if nothing is left behind it. */
export function withoutTrailingZeros(text: string): string {
  let end = text.length;
  while (text.charCodeAt(end - 1) === ZERO) end--;
  if (text.charCodeAt(end - 1) === POINT) end--;
  return text.slice(0, end);
}

function isZeros(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (text.charCodeAt(at) !== ZERO) return false;
  return true;
}
