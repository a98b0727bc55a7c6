/**
 * Rounding of exact values to a binary float format, to nearest, ties to even: what the hardware
 * and strtod do, for formats that JavaScript lacks.
 */

/** A binary float format: `precision` bits of significand, the last one worth at least 2^`exponentMin`. */
export interface BinaryFormat {
  readonly precision: number;
  readonly exponentMin: number;
  /** Values from 2^`exponentEnd` on are infinite. */
  readonly exponentEnd: number;
}

/** A non-negative value: `significand * 2^exponent`. */
export interface BinaryFloat {
  readonly significand: bigint;
  readonly exponent: number;
}

/** How many bits a non-negative integer takes: 0 for 0. */
export function bitLength(value: bigint): number {
  const hex = value.toString(16);
  return (hex.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(hex.charAt(0), 16)));
}

/** `value / 2^bits` to the nearest integer, ties to even. */
export function shiftRightRounded(value: bigint, bits: number): bigint {
  if (bits <= 0) return value << BigInt(-bits);
  const shift = BigInt(bits);
  const quotient = value >> shift;
  const remainder = value - (quotient << shift);
  const half = 1n << (shift - 1n);
  const up = remainder > half || (remainder === half && (quotient & 1n) === 1n);
  return up ? quotient + 1n : quotient;
}

/** `significand * 2^exponent` in the format; null when that is infinite. */
export function roundBinary(
  significand: bigint,
  exponent: number,
  format: BinaryFormat,
): BinaryFloat | null {
  const bits = bitLength(significand);
  if (bits === 0 || bits + exponent < format.exponentMin) return { significand: 0n, exponent: 0 };
  if (bits + exponent > format.exponentEnd) return null;
  const excess = Math.max(bits - format.precision, format.exponentMin - exponent, 0);
  const rounded = shiftRightRounded(significand, excess);
  // Rounding up may carry into one more bit: only the greatest values become infinite by it.
  const mayOverflow = bits + exponent === format.exponentEnd;
  if (mayOverflow && bitLength(rounded) + exponent + excess > format.exponentEnd) return null;
  return { significand: rounded, exponent: exponent + excess };
}

/**
 * `significand * 10^exponent` in the format; null when that is infinite. Costs time quadratic in
 * the digits of the significand and in the magnitude of the format's exponents, no more.
 */
export function roundDecimal(
  significand: bigint,
  exponent: number,
  format: BinaryFormat,
): BinaryFloat | null {
  if (significand === 0n) return { significand, exponent: 0 };
  const bits = bitLength(significand);
  // Bounds of the value's binary exponent, loose by a few bits: 3.3 < log2(10) < 3.4.
  const leastLog2 = bits - 1 + exponent * (exponent < 0 ? 3.4 : 3.3);
  const greatestLog2 = bits + exponent * (exponent < 0 ? 3.3 : 3.4);
  if (leastLog2 > format.exponentEnd) return null;
  if (greatestLog2 < format.exponentMin - 1) return { significand: 0n, exponent: 0 };

  if (exponent >= 0) return roundBinary(significand * powerOfTen(exponent), 0, format);
  const divisor = powerOfTen(-exponent);
  // Two bits beyond the precision and one that says whether anything follows decide the rounding.
  const scale = Math.max(0, format.precision + 3 + bitLength(divisor) - bits);
  const dividend = significand << BigInt(scale);
  const quotient = dividend / divisor;
  const sticky = quotient * divisor === dividend ? 0n : 1n;
  return roundBinary((quotient << 1n) | sticky, -scale - 1, format);
}

const SMALL_POWERS: readonly bigint[] = Array.from(
  { length: 32 },
  (_, power) => 10n ** BigInt(power),
);

function powerOfTen(power: number): bigint {
  return SMALL_POWERS[power] ?? 10n ** BigInt(power);
}
