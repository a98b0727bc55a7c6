/**
 * The text form of a float, as C's strtod and strtold take it: what ZADD and INCRBYFLOAT accept.
 * Finds the parts and the exact value; rounding is `binary-round.ts`, the types are
 * `double.ts` and `long-double.ts`.
 */
import { type Bytes, mapKey } from "./bytes.ts";

/** Where the parts of a float's text stand. */
export interface FloatText {
  readonly negative: boolean;
  /** 0 for infinity: then the other parts say nothing. */
  readonly radix: 0 | 10 | 16;
  /** The digits, with at most one point among them, are `[digitsStart, digitsEnd)`. */
  readonly digitsStart: number;
  readonly digitsEnd: number;
  /** How many of the digits stand behind the point. */
  readonly fractionDigits: number;
  /** The written exponent, of 10 or (radix 16) of 2; its magnitude stops at {@link EXPONENT_MAX}. */
  readonly exponent: number;
}

/** A non-negative value, exactly: `significand * base^exponent`. */
export interface ExactFloat {
  readonly significand: bigint;
  readonly base: 2 | 10;
  readonly exponent: number;
}

/** Exponents are cut here: far beyond every float, far within exact arithmetic. */
export const EXPONENT_MAX = 1_000_000_000;

const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const LOWER_CASE = 0x20;
const LOWER_A = 0x61;
const LOWER_E = 0x65;
const LOWER_P = 0x70;
const LOWER_X = 0x78;

/**
 * The parts of the float that `bytes[start, end)` spells, or null when it spells none. Grammar:
 * an optional sign, then `inf` or `infinity`, or decimal digits with an optional point and `e`
 * exponent, or `0x` and hex digits with an optional point and `p` exponent; letters in either
 * case. No spaces; `nan` is refused, as Redis refuses it.
 */
export function scanFloat(bytes: Bytes, start: number, end: number): FloatText | null {
  const sign = bytes[start];
  const negative = sign === MINUS;
  let at = negative || sign === PLUS ? start + 1 : start;
  if (spells(bytes, at, end, "inf") || spells(bytes, at, end, "infinity")) {
    return { negative, radix: 0, digitsStart: at, digitsEnd: end, fractionDigits: 0, exponent: 0 };
  }
  const hex = at + 2 <= end && bytes[at] === ZERO && lower(bytes[at + 1]!) === LOWER_X;
  const radix = hex ? 16 : 10;
  if (hex) at += 2;

  const digitsStart = at;
  let point = -1;
  for (; at < end; at++) {
    if (bytes[at] === POINT && point < 0) point = at;
    else if (digitValue(bytes[at]!) >= radix) break;
  }
  const digitsEnd = at;
  const digits = digitsEnd - digitsStart - (point < 0 ? 0 : 1);
  if (digits === 0) return null;
  const fractionDigits = point < 0 ? 0 : digitsEnd - point - 1;

  const exponent = at === end ? 0 : scanExponent(bytes, at, end, hex ? LOWER_P : LOWER_E);
  if (Number.isNaN(exponent)) return null;
  return { negative, radix, digitsStart, digitsEnd, fractionDigits, exponent };
}

/** The exponent in `bytes[start, end)`: a letter, an optional sign, digits; NaN otherwise. */
function scanExponent(bytes: Bytes, start: number, end: number, letter: number): number {
  if (lower(bytes[start]!) !== letter) return Number.NaN;
  const sign = start + 1 < end ? bytes[start + 1] : 0;
  const first = sign === MINUS || sign === PLUS ? start + 2 : start + 1;
  if (first >= end) return Number.NaN;
  let value = 0;
  for (let at = first; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = Math.min(value * 10 + digit, EXPONENT_MAX);
  }
  return sign === MINUS ? -value : value;
}

/**
 * The magnitude of a finite text, exactly. Costs time quadratic in the number of digits: callers
 * bound it.
 */
export function exactValue(bytes: Bytes, text: FloatText): ExactFloat {
  const digits = mapKey(bytes.subarray(text.digitsStart, text.digitsEnd)).replace(".", "");
  if (text.radix === 10) {
    const exponent = text.exponent - text.fractionDigits;
    return { significand: BigInt(digits), base: 10, exponent };
  }
  const exponent = text.exponent - 4 * text.fractionDigits;
  return { significand: BigInt(`0x${digits}`), base: 2, exponent };
}

/** Whether every digit is 0: only then may the value be zero. */
export function isZeroText(bytes: Bytes, text: FloatText): boolean {
  for (let at = text.digitsStart; at < text.digitsEnd; at++) {
    if (bytes[at] !== ZERO && bytes[at] !== POINT) return false;
  }
  return true;
}

function spells(bytes: Bytes, start: number, end: number, lowerCaseText: string): boolean {
  if (end - start !== lowerCaseText.length) return false;
  for (let at = 0; at < lowerCaseText.length; at++) {
    if (lower(bytes[start + at]!) !== lowerCaseText.charCodeAt(at)) return false;
  }
  return true;
}

function lower(byte: number): number {
  return byte | LOWER_CASE;
}

/** 0..15 for a hex digit, 16 for any other byte. */
function digitValue(byte: number): number {
  const digit = byte - ZERO;
  if (digit >= 0 && digit <= 9) return digit;
  const letter = lower(byte) - LOWER_A;
  return letter >= 0 && letter <= 5 ? letter + 10 : 16;
}
