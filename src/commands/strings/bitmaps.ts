/** LedisDB's bitmaps, a type of their own: the bits of Redis's strings are in bits.ts. */
import { mapKey } from "../../bytes/bytes.ts";
import { OFFSET_MAX } from "../../database/strings/bitmaps.ts";
import { CommandError, errors } from "../../errors.ts";
import { TYPE_BITMAP } from "../../keyspace/rows/key-row.ts";
import { type Arg, any, bytes, choice, key, optional, some, tuple } from "../args.ts";
import { type Command, command } from "../command.ts";
import { ledisKeyCommands } from "../keys/ledis-keys.ts";

const OFFSET_MIN = -OFFSET_MAX - 1;

/** An integer as LedisDB reads it: a sign and leading zeros are fine. @throws {CommandError} none, or beyond */
function ledisInteger(name: string, min: number, max: number, error: string): Arg<number> {
  const word = bytes(name, "integer");
  return {
    ...word,
    read(words) {
      const text = mapKey(words.next());
      const value = /^[+-]?[0-9]+$/.test(text) ? Number(text) : Number.NaN;
      if (!(value >= min && value <= max)) throw new CommandError(error);
      // Not -0: it is no negative offset.
      return value + 0;
    },
  };
}

/** From the start, or, negative, from the tail. */
const offset = (name = "offset"): Arg<number> =>
  ledisInteger(name, OFFSET_MIN, OFFSET_MAX, errors.bitOffset);

const operation = choice("operation", ["AND", "OR", "XOR", "NOT"]);

/** 0 or 1; other numbers change nothing. */
const value = ledisInteger("value", -128, 127, errors.bitValue);

export const bitmapCommands: readonly Command[] = [
  command("ledis", {
    name: "BGET",
    summary: "Answers a bitmap as a string, the least significant bit of each byte first.",
    since: "ledis",
    flags: ["readonly"],
    args: [key()],
    run: ({ db }, key) => db.bitmaps.get(key),
  }),
  command("ledis", {
    name: "BDELETE",
    summary: "Removes a bitmap; answers how many segments of 512 bytes were stored.",
    since: "ledis",
    flags: ["write", "fast"],
    args: [key()],
    run({ db }, key) {
      const bitmap = db.collections.findForWrite(key, TYPE_BITMAP);
      if (bitmap === null) return 0;
      db.collections.remove(key);
      return bitmap.size;
    },
  }),
  command("ledis", {
    name: "BSETBIT",
    summary:
      "Stores a bit of a bitmap; answers the one before. A value that is no bit changes nothing.",
    since: "ledis",
    flags: ["write", "denyoom", "fast"],
    args: [key(), offset(), value],
    run: ({ db }, key, offset, value) => db.bitmaps.setBit(key, { offset, value }),
  }),
  command("ledis", {
    name: "BMSETBIT",
    summary: "Stores several bits of a bitmap; answers how many of the values are bits.",
    since: "ledis",
    flags: ["write", "denyoom"],
    args: [key(), some(tuple(offset(), value))],
    run: ({ db }, key, pairs) =>
      db.bitmaps.setBits(
        key,
        pairs.map(([offset, value]) => ({ offset, value })),
      ),
  }),
  command("ledis", {
    name: "BGETBIT",
    summary:
      "Answers a bit of a bitmap; a negative offset counts from the highest one ever written.",
    since: "ledis",
    flags: ["readonly", "fast"],
    args: [key(), offset()],
    run: ({ db }, key, offset) => db.bitmaps.getBit(key, offset),
  }),
  command("ledis", {
    name: "BCOUNT",
    summary:
      "Answers how many bits of a bitmap are 1, in all or between two offsets, both included.",
    since: "ledis",
    flags: ["readonly"],
    args: [key(), optional(offset("start")), optional(offset("end"))],
    run: ({ db }, key, start, end) => db.bitmaps.count(key, start ?? 0, end ?? -1),
  }),
  command("ledis", {
    name: "BOPT",
    summary:
      "Stores what a bitwise operation makes of several bitmaps; answers its length in bits, or 0 if too few are there.",
    since: "ledis",
    flags: ["write", "denyoom"],
    args: [operation, key("destkey"), any(key())],
    keys: { first: 2, last: -1, step: 1 },
    run: ({ db }, operation, target, keys) => db.bitmaps.combine(operation, target, keys),
  }),
  ...ledisKeyCommands(TYPE_BITMAP, "bitmap", {
    expire: "BEXPIRE",
    expireAt: "BEXPIREAT",
    ttl: "BTTL",
    persist: "BPERSIST",
    exists: "BKEYEXISTS",
  }),
];
