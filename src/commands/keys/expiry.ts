/** TTLs: EXPIRE and TTL in all their units, and PERSIST. */
import type { Bytes } from "../../bytes/bytes.ts";
import { mapKey } from "../../bytes/bytes.ts";
import { clock } from "../../clock.ts";
import type { DB } from "../../database/db.ts";
import type { TtlConditions } from "../../database/keys/keys.ts";
import { CommandError, errors } from "../../errors.ts";
import { type Arg, key } from "../args.ts";
import { type Command, command } from "../command.ts";
import { type ExpireForm, parseExpireAt, time } from "./expire-time.ts";

/** What TTL and its kin answer for a key that is not there, and for one without a TTL. */
const NO_KEY = -2;
const NO_TTL = -1;

const CONDITIONS = ["NX", "XX", "GT", "LT"] as const;

/** NX, XX, GT, LT; null: none of them. Its error texts are its own. */
const conditions: Arg<TtlConditions | null> = {
  min: 0,
  max: Number.POSITIVE_INFINITY,
  read(words) {
    if (words.left === 0) return null;
    const given = { NX: false, XX: false, GT: false, LT: false };
    while (words.left > 0) {
      const word = CONDITIONS.find((name) => words.take(name));
      if (word === undefined) {
        throw new CommandError(`ERR Unsupported option ${mapKey(words.next())}`);
      }
      given[word] = true;
    }
    const { NX, XX, GT, LT } = given;
    if (NX && (XX || GT || LT)) throw new CommandError(errors.expireConditions);
    if (GT && LT) throw new CommandError(errors.expireBounds);
    return given;
  },
  docs: [
    {
      name: "condition",
      type: "oneof",
      optional: true,
      arguments: CONDITIONS.map((token) => ({
        name: token.toLowerCase(),
        type: "pure-token",
        token,
      })),
    },
  ],
};

export const expiryCommands: readonly Command[] = [
  command("generic", {
    name: "EXPIRE",
    summary: "Has a key end after some seconds.",
    flags: ["write", "fast"],
    args: [key(), time("seconds", "EX"), conditions],
    run: ({ db }, key, time, conditions) => expire(db, key, time, conditions, "EX", "expire"),
  }),
  command("generic", {
    name: "PEXPIRE",
    summary: "Has a key end after some milliseconds.",
    since: "2.6.0",
    flags: ["write", "fast"],
    args: [key(), time("milliseconds", "PX"), conditions],
    run: ({ db }, key, time, conditions) => expire(db, key, time, conditions, "PX", "pexpire"),
  }),
  command("generic", {
    name: "EXPIREAT",
    summary: "Has a key end at a Unix time in seconds.",
    since: "1.2.0",
    flags: ["write", "fast"],
    args: [key(), time("unix-time-seconds", "EXAT"), conditions],
    run: ({ db }, key, time, conditions) => expire(db, key, time, conditions, "EXAT", "expireat"),
  }),
  command("generic", {
    name: "PEXPIREAT",
    summary: "Has a key end at a Unix time in milliseconds.",
    since: "2.6.0",
    flags: ["write", "fast"],
    args: [key(), time("unix-time-milliseconds", "PXAT"), conditions],
    run: ({ db }, key, time, conditions) => expire(db, key, time, conditions, "PXAT", "pexpireat"),
  }),
  command("generic", {
    name: "TTL",
    summary: "Answers how many seconds a key has left; -1: no TTL, -2: no such key.",
    flags: ["readonly", "fast"],
    args: [key()],
    run: ({ db }, key) => timeOf(db, key, (at) => toSeconds(at - clock.nowMs())),
  }),
  command("generic", {
    name: "PTTL",
    summary: "Answers how many milliseconds a key has left; -1: no TTL, -2: no such key.",
    since: "2.6.0",
    flags: ["readonly", "fast"],
    args: [key()],
    run: ({ db }, key) => timeOf(db, key, (at) => at - clock.nowMs()),
  }),
  command("generic", {
    name: "EXPIRETIME",
    summary: "Answers the Unix time in seconds at which a key ends; -1: no TTL, -2: no such key.",
    since: "7.0.0",
    flags: ["readonly", "fast"],
    args: [key()],
    run: ({ db }, key) => timeOf(db, key, toSeconds),
  }),
  command("generic", {
    name: "PEXPIRETIME",
    summary:
      "Answers the Unix time in milliseconds at which a key ends; -1: no TTL, -2: no such key.",
    since: "7.0.0",
    flags: ["readonly", "fast"],
    args: [key()],
    run: ({ db }, key) => timeOf(db, key, (at) => at),
  }),
  command("generic", {
    name: "PERSIST",
    summary: "Takes a key's TTL away.",
    since: "2.2.0",
    flags: ["write", "fast"],
    args: [key()],
    run: ({ db }, key) => (db.keys.persist(key) ? 1 : 0),
  }),
];

function expire(
  db: DB,
  key: Bytes,
  time: Bytes,
  conditions: TtlConditions | null,
  form: ExpireForm,
  command: string,
): number {
  return db.keys.expire(key, parseExpireAt(time, form, command), conditions) ? 1 : 0;
}

function timeOf(db: DB, key: Bytes, read: (expireAt: number) => number): number {
  const expireAt = db.keys.expireAt(key);
  if (expireAt === null) return NO_KEY;
  return expireAt === 0 ? NO_TTL : read(expireAt);
}

/** Rounded as Redis does. */
function toSeconds(milliseconds: number): number {
  return Math.floor((milliseconds + 500) / 1000);
}
