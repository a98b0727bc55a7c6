/**
 * Doubles as text with a fixed number of digits behind the point, without an exponent: C's `%.nf`, in which Redis writes
 * coordinates, and its own form for distances.
 */
import { formatDouble, withoutTrailingZeros } from "./double.ts";

/** From here on JavaScript writes an exponent; all such doubles are integers. */
const EXPONENT_MIN = 1e21;
/** Digits behind the point of a coordinate. */
const PLAIN_DIGITS = 17;

/**
 * The text of `%.nf`, rounded to nearest, ties to even; `inf`, `-inf`, `nan`, `-0.00`.
 *
 * @param digits from 1 to 99
 */
export function formatFixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return formatDouble(value);
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const magnitude = Math.abs(value);
  if (magnitude >= EXPONENT_MIN) return `${sign}${BigInt(magnitude)}.${"0".repeat(digits)}`;
  return sign + (roundedToEven(magnitude, digits) ?? magnitude.toFixed(digits));
}

/** The text of a value that stands halfway between two of them, if the even one is below it; else null. */
function roundedToEven(magnitude: number, digits: number): string | null {
  // Only multiples of 2^-(n+1) can be halfway; n + 1 digits write them exactly if they are.
  if (!Number.isInteger(magnitude * 2 ** (digits + 1))) return null;
  const exact = magnitude.toFixed(digits + 1);
  const isHalfway = exact.endsWith("5");
  return isHalfway && Number(exact.at(-2)) % 2 === 0 ? exact.slice(0, -1) : null;
}

/** The text of a coordinate: `%.17f` without zeros at the end, `0` for what rounds to minus zero. */
export function formatPlain(value: number): string {
  const text = withoutTrailingZeros(formatFixed(value, PLAIN_DIGITS));
  return text === "-0" ? "0" : text;
}

/**
 * The text of a distance: the value times 10^digits, itself a double, rounded to an integer, ties to even. That may be
 * another one than `%.nf` writes.
 *
 * @param value from 0; times 10^digits less than 2^53
 * @param digits from 1
 */
export function formatScaled(value: number, digits: number): string {
  const text = String(roundToEven(value * 10 ** digits)).padStart(digits + 1, "0");
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
