/**
 * The x87 80-bit long double in exact integer arithmetic: what INCRBYFLOAT and HINCRBYFLOAT
 * compute with on x86, so that results agree with Redis to the byte. Errors and their texts are
 * the callers'.
 */
import { type BinaryFloat, roundBinary, roundDecimal, shiftRightRounded } from "./binary-round.ts";
import type { Bytes } from "./bytes.ts";
import { exactValue, isZeroText, scanFloat } from "./float-text.ts";

/** `significand * 2^exponent`; the sign is the significand's, so there is no -0. */
export interface FiniteLongDouble {
  readonly significand: bigint;
  readonly exponent: number;
}

/** A value as Redis parses it. Which infinity does not matter: every sum with one is refused. */
export type LongDouble = FiniteLongDouble | "infinite";

const FORMAT = { precision: 64, exponentMin: -16445, exponentEnd: 16384 } as const;

/** Redis's string2ld refuses longer texts (MAX_LONG_DOUBLE_CHARS less one). */
const TEXT_BYTES_MAX = 5 * 1024 - 1;

/** Digits behind the point in a result (`%.17Lf`). */
const FRACTION_DIGITS = 17;
const FRACTION_SCALE = 10n ** 17n;

/**
 * The long double nearest to the float that `bytes[start, end)` spells, or null when Redis's
 * string2ld refuses it: no float in strtold's grammar, spaces, NaN, more than 5119 bytes,
 * overflow to infinity, underflow to zero. `inf` in all its spellings is accepted.
 */
export function parseLongDouble(bytes: Bytes, start = 0, end = bytes.length): LongDouble | null {
  if (end - start > TEXT_BYTES_MAX) return null;
  const text = scanFloat(bytes, start, end);
  if (text === null) return null;
  if (text.radix === 0) return "infinite";
  const { significand, base, exponent } = exactValue(bytes, text);
  const round = base === 2 ? roundBinary : roundDecimal;
  const rounded = round(significand, exponent, FORMAT);
  if (rounded === null) return null;
  if (rounded.significand === 0n && !isZeroText(bytes, text)) return null;
  return text.negative ? negate(rounded) : rounded;
}

/** The sum, rounded once; null when it would be NaN or infinite. */
export function addLongDoubles(a: LongDouble, b: LongDouble): FiniteLongDouble | null {
  if (a === "infinite" || b === "infinite") return null;
  const exponent = Math.min(a.exponent, b.exponent);
  const sum =
    (a.significand << BigInt(a.exponent - exponent)) +
    (b.significand << BigInt(b.exponent - exponent));
  const rounded = roundBinary(sum < 0n ? -sum : sum, exponent, FORMAT);
  return rounded !== null && sum < 0n ? negate(rounded) : rounded;
}

/** The product with an integer, rounded once; null when it would be infinite. */
export function scaleLongDouble(value: FiniteLongDouble, factor: bigint): FiniteLongDouble | null {
  const product = value.significand * factor;
  const rounded = roundBinary(product < 0n ? -product : product, value.exponent, FORMAT);
  return rounded !== null && product < 0n ? negate(rounded) : rounded;
}

/** The least integer that is not below the value. */
export function ceilLongDouble({ significand, exponent }: FiniteLongDouble): bigint {
  if (exponent >= 0) return significand << BigInt(exponent);
  const unit = 1n << BigInt(-exponent);
  const whole = significand / unit;
  return significand > 0n && whole * unit !== significand ? whole + 1n : whole;
}

/**
 * The text Redis stores and replies: `%.17Lf` without trailing zeros, `0` for what rounds to
 * minus zero (ld2string, human form). Up to 4951 bytes.
 */
export function formatLongDouble(value: FiniteLongDouble): string {
  const magnitude = value.significand < 0n ? -value.significand : value.significand;
  const scaled = shiftRightRounded(magnitude * FRACTION_SCALE, -value.exponent);
  if (scaled === 0n) return "0";
  const digits = scaled.toString().padStart(FRACTION_DIGITS + 1, "0");
  const whole = digits.slice(0, -FRACTION_DIGITS);
  const fraction = digits.slice(-FRACTION_DIGITS).replace(/0+$/, "");
  const sign = value.significand < 0n ? "-" : "";
  return fraction === "" ? sign + whole : `${sign}${whole}.${fraction}`;
}

function negate(value: BinaryFloat): FiniteLongDouble {
  return { significand: -value.significand, exponent: value.exponent };
}
