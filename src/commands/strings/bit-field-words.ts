/** The operations of BITFIELD, from the words behind its key. */
import { type Bytes, equalsIgnoreCase } from "../../bytes/bytes.ts";
import { parseInt64, parseSafeInteger } from "../../bytes/integer.ts";
import type {
  BitFieldOperation,
  FieldType,
  Overflow,
} from "../../database/strings/bit-overflow.ts";
import type { BitStrings } from "../../database/strings/bit-strings.ts";
import { CommandError, errors } from "../../errors.ts";

const LOWER_I = 0x69;
const LOWER_U = 0x75;
const NUMBER_SIGN = 0x23;

const KINDS = ["GET", "SET", "INCRBY"] as const;
const OVERFLOWS = ["WRAP", "SAT", "FAIL"] as const;

/**
 * Reads `GET type offset`, `SET type offset value`, `INCRBY type offset increment` and
 * `OVERFLOW WRAP|SAT|FAIL`, in any order; the last holds for the writes behind it.
 *
 * @param bits says how far a string may reach
 * @throws {CommandError} anything else; the first mistake, in Redis's order
 */
export function readOperations(
  words: readonly Bytes[],
  bits: Pick<BitStrings, "allows">,
): BitFieldOperation[] {
  const operations: BitFieldOperation[] = [];
  let overflow: Overflow = "WRAP";
  let at = 0;
  while (at < words.length) {
    const word = words[at]!;
    const behind = words.length - at - 1;
    if (behind >= 1 && equalsIgnoreCase(word, "OVERFLOW")) {
      overflow = readOverflow(words[at + 1]!);
      at += 2;
      continue;
    }
    const kind = KINDS.find((name) => equalsIgnoreCase(word, name));
    const wordCount = kind === "GET" ? 2 : 3;
    if (kind === undefined || behind < wordCount) throw new CommandError(errors.syntax);
    const type = readType(words[at + 1]!);
    const offset = readFieldOffset(words[at + 2]!, type, bits);
    const operand = kind === "GET" ? 0n : readOperand(words[at + 3]!);
    operations.push({ kind, type, offset, operand, overflow });
    at += 1 + wordCount;
  }
  return operations;
}

function readOverflow(word: Bytes): Overflow {
  const overflow = OVERFLOWS.find((name) => equalsIgnoreCase(word, name));
  if (overflow === undefined) throw new CommandError(errors.bitFieldOverflow);
  return overflow;
}

/** `i1` to `i64`, `u1` to `u63`. */
function readType(word: Bytes): FieldType {
  const signed = word[0] === LOWER_I;
  const widthBits = parseSafeInteger(word, 1);
  const known = signed || word[0] === LOWER_U;
  if (!known || !(widthBits >= 1 && widthBits <= (signed ? 64 : 63))) {
    throw new CommandError(errors.bitFieldType);
  }
  return { signed, widthBits };
}

/** A number of bits, or `#` and a number of fields of this width. */
function readFieldOffset(word: Bytes, type: FieldType, bits: Pick<BitStrings, "allows">): number {
  const inFields = word[0] === NUMBER_SIGN;
  const number = parseSafeInteger(word, inFields ? 1 : 0);
  const offset = inFields ? number * type.widthBits : number;
  if (!bits.allows(offset)) throw new CommandError(errors.bitOffset);
  return offset;
}

function readOperand(word: Bytes): bigint {
  const operand = parseInt64(word);
  if (operand === null) throw new CommandError(errors.notInteger);
  return operand;
}
