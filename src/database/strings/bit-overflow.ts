/** What BITFIELD stores when a value does not fit its field, exactly as Redis 7 reckons it. */

/** `i1` to `i64` and `u1` to `u63`. */
export interface FieldType {
  readonly signed: boolean;
  readonly widthBits: number;
}

/** What happens to a value that does not fit: its low bits, the nearest that fits, or nothing. */
export type Overflow = "WRAP" | "SAT" | "FAIL";

/** One operation of BITFIELD. */
export interface BitFieldOperation {
  readonly kind: "GET" | "SET" | "INCRBY";
  readonly type: FieldType;
  /** Where the field starts, in bits. */
  readonly offset: number;
  /** An int64: what SET stores and INCRBY adds; 0 for GET. */
  readonly operand: bigint;
  readonly overflow: Overflow;
}

/**
 * What is stored for `base + increment`; null: nothing. As the field reads it: in [-2^(w-1), 2^(w-1)) when
 * signed, in [0, 2^w) when not.
 *
 * @param base any int64 when `increment` is 0, else a value that fits the field
 */
export function overflowed(
  type: FieldType,
  base: bigint,
  increment: bigint,
  overflow: Overflow,
): bigint | null {
  const { signed, widthBits } = type;
  const max = 2n ** BigInt(signed ? widthBits - 1 : widthBits) - 1n;
  const min = signed ? -max - 1n : 0n;
  const sum = base + increment;
  if (sum >= min && sum <= max) return sum;
  if (overflow === "FAIL") return null;
  if (overflow === "WRAP") {
    return signed ? BigInt.asIntN(widthBits, sum) : BigInt.asUintN(widthBits, sum);
  }
  return sum > max || looksTooLarge(type, base, max) ? max : min;
}

/**
 * Whether Redis takes a value that is too small for one too large: unsigned, it reads a negative value's 64
 * bits as unsigned; signed, its subtraction `max - base` runs over, which it disregards only for i64.
 */
function looksTooLarge(type: FieldType, base: bigint, max: bigint): boolean {
  if (!type.signed) return base < 0n;
  return type.widthBits < 64 && BigInt.asIntN(64, max - base) < 0n;
}
