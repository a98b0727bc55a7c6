/** The bitmap family: bits of strings. */
import { type Bytes, equalsIgnoreCase } from "../../bytes/bytes.ts";
import { parseInt64, parseSafeInteger } from "../../bytes/integer.ts";
import type {
  Bit,
  BitOperation,
  BitRange,
  BitStrings,
} from "../../database/strings/bit-strings.ts";
import { CommandError, errors } from "../../errors.ts";
import { type Arg, type ArgumentDoc, choice, key, some } from "../args.ts";
import { type Command, command } from "../command.ts";
import { readOperations } from "./bit-field-words.ts";

/** A word that `run` reads: Redis looks at other things first, or its limits are not known here. */
function raw(name: string): Arg<Bytes> {
  return { min: 1, max: 1, read: (words) => words.next(), docs: [{ name, type: "integer" }] };
}

/** All words that are left, for `run` to read. */
function rest(...docs: readonly ArgumentDoc[]): Arg<Bytes[]> {
  return {
    min: 0,
    max: Number.POSITIVE_INFINITY,
    read(words) {
      const left: Bytes[] = [];
      while (words.left > 0) left.push(words.next());
      return left;
    },
    docs,
  };
}

/** @throws {CommandError} no bit may stand there */
function readOffset(word: Bytes, bits: BitStrings): number {
  const offset = parseSafeInteger(word);
  if (!bits.allows(offset)) throw new CommandError(errors.bitOffset);
  return offset;
}

/** @throws {CommandError} no 64-bit integer: `notInteger`; neither 0 nor 1: `notBit` */
function readBit(word: Bytes, notInteger: string, notBit: string): Bit {
  const bit = parseSafeInteger(word);
  if (bit === 0 || bit === 1) return bit;
  throw new CommandError(parseInt64(word) === null ? notInteger : notBit);
}

/** A place in a string; one beyond ±2^53 lies outside of every string, and so does 2^53. */
function readIndex(word: Bytes): number {
  const index = parseInt64(word);
  if (index === null) throw new CommandError(errors.notInteger);
  return Number(index);
}

function readUnit(word: Bytes): "BYTE" | "BIT" {
  if (equalsIgnoreCase(word, "BIT")) return "BIT";
  if (equalsIgnoreCase(word, "BYTE")) return "BYTE";
  throw new CommandError(errors.syntax);
}

/** `start end [BYTE|BIT]`, checked in Redis's order. @throws {CommandError} anything else */
function readCountRange([from, to, unit, ...more]: readonly Bytes[]): BitRange {
  if (from === undefined || to === undefined || more.length > 0) {
    throw new CommandError(errors.syntax);
  }
  const start = readIndex(from);
  const end = readIndex(to);
  // Redis knows such a range to be empty before it looks at the unit.
  const isBackward = start < 0 && end < 0 && start > end;
  return { start, end, unit: unit === undefined || isBackward ? "BYTE" : readUnit(unit) };
}

/** `start [end [BYTE|BIT]]`, checked in Redis's order. @throws {CommandError} anything else */
function readPositionRange([start, end, unit, ...more]: readonly Bytes[]): BitRange {
  if (start === undefined || more.length > 0) throw new CommandError(errors.syntax);
  const first = readIndex(start);
  const counted = unit === undefined ? "BYTE" : readUnit(unit);
  return { start: first, end: end === undefined ? null : readIndex(end), unit: counted };
}

const unitDoc: ArgumentDoc = {
  name: "index_unit",
  type: "oneof",
  optional: true,
  arguments: [
    { name: "byte", type: "pure-token", token: "BYTE" },
    { name: "bit", type: "pure-token", token: "BIT" },
  ],
};

const startDoc: ArgumentDoc = { name: "start", type: "integer" };
const endDoc: ArgumentDoc = { name: "end", type: "integer" };

const countRange = rest({
  name: "index",
  type: "block",
  optional: true,
  arguments: [startDoc, endDoc, unitDoc],
});

const positionRange = rest({
  name: "index",
  type: "block",
  optional: true,
  arguments: [
    startDoc,
    { name: "end_index", type: "block", optional: true, arguments: [endDoc, unitDoc] },
  ],
});

const encodingDoc: ArgumentDoc = { name: "encoding", type: "string" };
const offsetDoc: ArgumentDoc = { name: "offset", type: "integer" };

const getDoc: ArgumentDoc = {
  name: "encoding_offset",
  type: "block",
  token: "GET",
  arguments: [encodingDoc, offsetDoc],
};

const overflowDoc: ArgumentDoc = {
  name: "wrap_sat_fail",
  type: "oneof",
  token: "OVERFLOW",
  optional: true,
  arguments: [
    { name: "wrap", type: "pure-token", token: "WRAP" },
    { name: "sat", type: "pure-token", token: "SAT" },
    { name: "fail", type: "pure-token", token: "FAIL" },
  ],
};

const writeDoc: ArgumentDoc = {
  name: "write_operation",
  type: "oneof",
  arguments: [
    {
      name: "encoding_offset_value",
      type: "block",
      token: "SET",
      arguments: [encodingDoc, offsetDoc, { name: "value", type: "integer" }],
    },
    {
      name: "encoding_offset_increment",
      type: "block",
      token: "INCRBY",
      arguments: [encodingDoc, offsetDoc, { name: "increment", type: "integer" }],
    },
  ],
};

const operations = rest({
  name: "operation",
  type: "oneof",
  optional: true,
  multiple: true,
  arguments: [getDoc, { name: "write", type: "block", arguments: [overflowDoc, writeDoc] }],
});

export const bitCommands: readonly Command[] = [
  command("bitmap", {
    name: "SETBIT",
    summary: "Sets or clears one bit of a string, which grows as needed; answers the old bit.",
    since: "2.2.0",
    flags: ["write", "denyoom"],
    args: [key(), raw("offset"), raw("value")],
    run: ({ db }, key, offsetWord, bitWord) => {
      const offset = readOffset(offsetWord, db.bitStrings);
      const bit = readBit(bitWord, errors.bitValue, errors.bitValue);
      return db.bitStrings.set(key, offset, bit);
    },
  }),
  command("bitmap", {
    name: "GETBIT",
    summary: "Answers one bit of a string, 0 beyond its end.",
    since: "2.2.0",
    flags: ["readonly", "fast"],
    args: [key(), raw("offset")],
    run: ({ db }, key, offset) => db.bitStrings.get(key, readOffset(offset, db.bitStrings)),
  }),
  command("bitmap", {
    name: "BITCOUNT",
    summary: "Counts the bits that are 1, in a string or in a part of it.",
    since: "2.6.0",
    flags: ["readonly"],
    args: [key(), countRange],
    run: ({ db }, key, words) => {
      if (words.length === 0) return db.bitStrings.count(key, null);
      // Of a missing key Redis answers 0 whatever the range says.
      if (db.strings.get(key) === null) return 0;
      return db.bitStrings.count(key, readCountRange(words));
    },
  }),
  command("bitmap", {
    name: "BITPOS",
    summary:
      "Finds the first bit that is 0 or 1, in a string or in a part of it; -1 if there is none.",
    since: "2.8.7",
    flags: ["readonly"],
    args: [key(), raw("bit"), positionRange],
    run: ({ db }, key, bitWord, words) => {
      const bit = readBit(bitWord, errors.notInteger, errors.bitSought);
      // For a missing key Redis does not look at the range.
      if (words.length === 0 || db.strings.get(key) === null) {
        return db.bitStrings.position(key, bit, null);
      }
      return db.bitStrings.position(key, bit, readPositionRange(words));
    },
  }),
  command("bitmap", {
    name: "BITOP",
    summary: "Stores the bitwise AND, OR, XOR or NOT of strings; answers its length in bytes.",
    since: "2.6.0",
    flags: ["write", "denyoom"],
    args: [
      choice<BitOperation>("operation", ["AND", "OR", "XOR", "NOT"]),
      key("destkey"),
      some(key()),
    ],
    keys: { first: 2, last: -1, step: 1 },
    run: ({ db }, operation, target, sources) => {
      if (operation === "NOT" && sources.length > 1) throw new CommandError(errors.bitNotOneSource);
      return db.bitStrings.combine(operation, target, sources);
    },
  }),
  command("bitmap", {
    name: "BITFIELD",
    summary: "Reads, stores and increments integers of any width at any bit of a string.",
    since: "3.2.0",
    flags: ["write", "denyoom"],
    args: [key(), operations],
    run: ({ db }, key, words) => db.bitStrings.fields(key, readOperations(words, db.bitStrings)),
  }),
  command("bitmap", {
    name: "BITFIELD_RO",
    summary: "Reads integers of any width at any bit of a string.",
    since: "6.0.0",
    flags: ["readonly", "fast"],
    args: [key(), rest({ ...getDoc, optional: true, multiple: true })],
    run: ({ db }, key, words) => {
      const reads = readOperations(words, db.bitStrings);
      if (reads.some(({ kind }) => kind !== "GET")) throw new CommandError(errors.bitFieldReadOnly);
      return db.bitStrings.fields(key, reads);
    },
  }),
];
