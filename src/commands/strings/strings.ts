/** The string family. */
import { type Bytes, copyBytes } from "../../bytes/bytes.ts";
import { INT64_MIN } from "../../bytes/integer.ts";
import type { DB } from "../../database/db.ts";
import type { NewTtl } from "../../database/strings/strings.ts";
import { CommandError, errors } from "../../errors.ts";
import { OK, type Reply } from "../../resp/reply.ts";
import {
  bytes,
  type Chosen,
  exactInt,
  flag,
  index,
  key,
  keyStretch,
  oneOf,
  options,
  pairs,
  some,
  stretch,
} from "../args.ts";
import { type Command, command } from "../command.ts";
import { expireOptions, optionExpireAt, parseNewExpireAt, time } from "../keys/expire-time.ts";
import { lcsCommand } from "./lcs.ts";

const setOptions = {
  condition: oneOf(flag("NX"), flag("XX")),
  get: flag("GET"),
  ttl: expireOptions("KEEPTTL"),
};

export const stringCommands: readonly Command[] = [
  command("string", {
    name: "GET",
    summary: "Answers the string value of a key.",
    flags: ["readonly", "fast"],
    args: [keyStretch()],
    run: ({ db }, key) => db.strings.stretch(key),
  }),
  command("string", {
    name: "SET",
    summary:
      "Stores a string under a key, whatever the key held, and drops its TTL unless told otherwise.",
    flags: ["write", "denyoom", "blind"],
    args: [keyStretch(), stretch("value"), options(setOptions)],
    run: ({ db }, key, value, { condition, get, ttl }) => {
      if (condition === null && get === null && ttl === null) {
        db.strings.set(key, value);
        return OK;
      }
      const outcome = db.strings.setWith(key, value, {
        expireAt: newTtl(ttl),
        condition: condition === null ? null : (condition.token as "NX" | "XX"),
        wantsOld: get !== null,
      });
      if (get !== null) return outcome.old;
      return outcome.stored ? OK : null;
    },
  }),
  command("string", {
    name: "SETNX",
    summary: "Stores a string if there is no such key.",
    flags: ["write", "denyoom", "fast"],
    args: [keyStretch(), stretch("value")],
    run: ({ db }, key, value) => (db.strings.setIfFree(key, value) ? 1 : 0),
  }),
  command("string", {
    name: "SETEX",
    summary: "Stores a string that ends after some seconds.",
    since: "2.0.0",
    flags: ["write", "denyoom", "blind"],
    args: [key(), time("seconds", "EX"), bytes("value")],
    run: ({ db }, key, seconds, value) => {
      db.strings.set(key, value, parseNewExpireAt(seconds, "EX", "setex"));
      return OK;
    },
  }),
  command("string", {
    name: "PSETEX",
    summary: "Stores a string that ends after some milliseconds.",
    since: "2.6.0",
    flags: ["write", "denyoom", "blind"],
    args: [key(), time("milliseconds", "PX"), bytes("value")],
    run: ({ db }, key, milliseconds, value) => {
      db.strings.set(key, value, parseNewExpireAt(milliseconds, "PX", "psetex"));
      return OK;
    },
  }),
  command("string", {
    name: "GETSET",
    summary: "Stores a string and answers the one before.",
    flags: ["write", "denyoom", "fast"],
    args: [key(), bytes("value")],
    run: ({ db }, key, value) => db.strings.replace(key, value),
  }),
  command("string", {
    name: "GETDEL",
    summary: "Answers the string of a key and removes the key.",
    since: "6.2.0",
    flags: ["write", "fast"],
    args: [key()],
    run: ({ db }, key) => db.strings.take(key),
  }),
  command("string", {
    name: "GETEX",
    summary: "Answers the string of a key and sets when the key ends.",
    since: "6.2.0",
    flags: ["write", "fast"],
    args: [key(), options({ ttl: expireOptions("PERSIST") })],
    run: ({ db }, key, { ttl }) => getAndExpire(db, key, ttl),
  }),
  command("string", {
    name: "MGET",
    summary: "Answers the strings of several keys; null for those that have none.",
    flags: ["readonly", "fast"],
    args: [some(keyStretch())],
    run: ({ db }, keys) => keys.map((key) => db.strings.getIfString(key)),
  }),
  command("string", {
    name: "MSET",
    summary: "Stores several strings.",
    since: "1.0.1",
    flags: ["write", "denyoom", "blind"],
    args: [pairs(keyStretch(), stretch("value"))],
    run: ({ db }, pairs) => {
      db.strings.setPairs(pairs);
      return OK;
    },
  }),
  command("string", {
    name: "MSETNX",
    summary: "Stores several strings if none of the keys is there.",
    since: "1.0.1",
    flags: ["write", "denyoom"],
    args: [pairs(keyStretch(), stretch("value"))],
    run: ({ db }, pairs) => (db.strings.setPairsIfFree(pairs) ? 1 : 0),
  }),
  command("string", {
    name: "APPEND",
    summary: "Appends to a string and answers its new length.",
    since: "2.0.0",
    flags: ["write", "denyoom", "fast"],
    args: [key(), bytes("value")],
    run: ({ db }, key, value) => db.strings.append(key, value),
  }),
  command("string", {
    name: "STRLEN",
    summary: "Answers the length of a string in bytes.",
    since: "2.2.0",
    flags: ["readonly", "fast"],
    args: [key()],
    run: ({ db }, key) => db.strings.length(key),
  }),
  command("string", {
    name: "SETRANGE",
    summary: "Overwrites part of a string, filling a gap with zero bytes; answers its new length.",
    since: "2.2.0",
    flags: ["write", "denyoom"],
    args: [key(), index("offset"), bytes("value")],
    run: ({ db }, key, offset, value) => {
      if (offset < 0) throw new CommandError(errors.offsetOutOfRange);
      return db.strings.setRange(key, offset, value);
    },
  }),
  command("string", {
    name: "GETRANGE",
    summary: "Answers part of a string; negative indexes count from its end.",
    since: "2.4.0",
    flags: ["readonly"],
    args: [key(), index("start"), index("end")],
    run: ({ db }, key, start, end) => db.strings.getRange(key, start, end),
  }),
  command("string", {
    name: "SUBSTR",
    summary: "The same as GETRANGE.",
    flags: ["readonly"],
    args: [key(), index("start"), index("end")],
    run: ({ db }, key, start, end) => db.strings.getRange(key, start, end),
  }),
  command("string", {
    name: "INCR",
    summary: "Adds 1 to the integer that a string spells.",
    flags: ["write", "denyoom", "fast"],
    args: [keyStretch()],
    run: ({ db }, key) => db.strings.incrementBy(key, 1),
  }),
  command("string", {
    name: "DECR",
    summary: "Subtracts 1 from the integer that a string spells.",
    flags: ["write", "denyoom", "fast"],
    args: [keyStretch()],
    run: ({ db }, key) => db.strings.incrementBy(key, -1),
  }),
  command("string", {
    name: "INCRBY",
    summary: "Adds to the integer that a string spells.",
    flags: ["write", "denyoom", "fast"],
    args: [keyStretch(), exactInt("increment")],
    run: ({ db }, key, increment) => db.strings.incrementBy(key, increment),
  }),
  command("string", {
    name: "DECRBY",
    summary: "Subtracts from the integer that a string spells.",
    flags: ["write", "denyoom", "fast"],
    args: [keyStretch(), exactInt("decrement")],
    run: ({ db }, key, decrement) => {
      if (decrement === INT64_MIN) throw new CommandError(errors.decrementOverflow);
      return db.strings.incrementBy(key, -decrement);
    },
  }),
  command("string", {
    name: "INCRBYFLOAT",
    summary: "Adds to the decimal number that a string spells.",
    since: "2.6.0",
    flags: ["write", "denyoom", "fast"],
    args: [key(), bytes("increment", "double")],
    run: ({ db }, key, increment) => db.strings.incrementByFloat(key, increment),
  }),
  lcsCommand,
];

function newTtl(ttl: Chosen<Bytes | true> | null): NewTtl {
  if (ttl === null) return 0;
  return optionExpireAt(ttl, "set") ?? "keep";
}

/** As in Redis, a time is looked at only when there is a string to give it to. */
function getAndExpire(db: DB, key: Bytes, ttl: Chosen<Bytes | true> | null): Reply {
  const value = db.strings.get(key);
  if (value === null || ttl === null) return value;
  const expireAt = optionExpireAt(ttl, "getex");
  const copy = copyBytes(value);
  if (expireAt === null) db.keys.persist(key);
  else db.keys.expire(key, expireAt);
  return copy;
}
