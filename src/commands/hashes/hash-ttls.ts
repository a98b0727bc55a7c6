/**
 * TTLs of fields of hashes, as in Redis 7.4 and 8. HEXPIRE, HEXPIREAT, HTTL and HPERSIST have LedisDB's form as well,
 * which is for the whole hash: it has no words behind the time.
 */
import type { Bytes } from "../../bytes/bytes.ts";
import { clock } from "../../clock.ts";
import { NO_FIELD, NO_FIELD_TTL } from "../../database/hashes/hash-ttls.ts";
import { CommandError, errors, wrongArity } from "../../errors.ts";
import { TYPE_HASH } from "../../keyspace/rows/key-row.ts";
import type { Reply } from "../../resp/reply.ts";
import { type Arg, type ArgumentDoc, key } from "../args.ts";
import { type Command, command } from "../command.ts";
import type { Context } from "../context.ts";
import type { ExpireForm } from "../keys/expire-time.ts";
import { expireAtTime, expireIn, persistTyped, ttlSeconds } from "../keys/ledis-keys.ts";
import type { Words } from "../words.ts";
import {
  parseDeadline,
  readFieldStore,
  readFields,
  takeCondition,
  takeForm,
} from "./field-words.ts";

/** How a time is answered. */
interface TimeForm {
  readonly unit: "seconds" | "milliseconds";
  /** From now, or since 1970. */
  readonly from: "now" | "1970";
}

/** LedisDB's form of a command: what runs when there are no words behind `words` first ones. */
interface HashForm {
  readonly words: number;
  run(context: Context, key: Bytes, words: Words): Reply;
}

export const hashTtlCommands: readonly Command[] = [
  expireCommand("HEXPIRE", "EX", "Has fields end after some seconds; without FIELDS the hash.", {
    words: 1,
    run: ({ db }, key, words) => expireIn(db, key, TYPE_HASH, words.next(), "HEXPIRE"),
  }),
  expireCommand("HEXPIREAT", "EXAT", "Has fields end at a Unix time; without FIELDS the hash.", {
    words: 1,
    run: ({ db }, key, words) => expireAtTime(db, key, TYPE_HASH, words.next(), "HEXPIREAT"),
  }),
  expireCommand("HPEXPIRE", "PX", "Has fields end after some milliseconds.", null),
  expireCommand("HPEXPIREAT", "PXAT", "Has fields end at a Unix time in milliseconds.", null),
  timeCommand(
    "HTTL",
    { unit: "seconds", from: "now" },
    "Answers how many seconds fields have left; without FIELDS the hash.",
    { words: 0, run: ({ db }, key) => ttlSeconds(db, key, TYPE_HASH) },
  ),
  timeCommand(
    "HPTTL",
    { unit: "milliseconds", from: "now" },
    "Answers how many milliseconds fields have left.",
    null,
  ),
  timeCommand(
    "HEXPIRETIME",
    { unit: "seconds", from: "1970" },
    "Answers the Unix times in seconds at which fields end.",
    null,
  ),
  timeCommand(
    "HPEXPIRETIME",
    { unit: "milliseconds", from: "1970" },
    "Answers the Unix times in milliseconds at which fields end.",
    null,
  ),
  command("hash", {
    name: "HPERSIST",
    summary: "Takes the TTLs of fields away; without FIELDS that of the hash.",
    since: "7.4.0",
    flags: ["write", "fast"],
    args: [key(), rest([], 0)],
    run(context, key, words) {
      if (words.left === 0) return persistTyped(context.db, key, TYPE_HASH);
      requireWords(words, 3, "hpersist");
      requireHash(context, key);
      const fields = readFields(words, errors.fieldCountNotPositive, "hpersist");
      return context.db.hashTtls.persist(key, fields);
    },
  }),
  command("hash", {
    name: "HGETDEL",
    summary: "Answers the values of fields and removes these.",
    since: "8.0.0",
    flags: ["write", "fast"],
    args: [key(), rest([], 3)],
    run(context, key, words) {
      requireHash(context, key);
      const fields = readFields(words, errors.fieldCountNotPositive, "hgetdel");
      return context.db.hashTtls.take(key, fields);
    },
  }),
  command("hash", {
    name: "HGETEX",
    summary: "Answers the values of fields and sets or takes away their TTLs.",
    since: "8.0.0",
    flags: ["write", "fast"],
    args: [key(), rest(ttlDocs("PERSIST"), 3)],
    run(context, key, words) {
      const { db } = context;
      requireHash(context, key);
      const form = takeForm(words);
      const persists = form === null && words.take("PERSIST");
      const atMs = form === null ? 0 : parseDeadline(words.next(), form, "hgetex");
      const fields = readFields(words, errors.fieldCountNotPositive, "hgetex");
      if (form === null && !persists) return db.hashes.getEach(key, fields);
      return db.hashTtls.getAndExpire(key, fields, atMs);
    },
  }),
  command("hash", {
    name: "HSETEX",
    summary:
      "Stores fields with a TTL, if none of them is there, or all are; answers whether it did.",
    since: "8.0.0",
    flags: ["write", "denyoom", "fast"],
    args: [key(), rest([...conditionDocs(["FNX", "FXX"]), ...ttlDocs("KEEPTTL")], 4, true)],
    run({ db }, key, words) {
      const { pairs, ...options } = readFieldStore(words, "hsetex");
      return db.hashTtls.store(key, pairs, options) ? 1 : 0;
    },
  }),
];

function expireCommand(
  name: string,
  form: ExpireForm,
  summary: string,
  hashForm: HashForm | null,
): Command {
  const lowerName = name.toLowerCase();
  return command("hash", {
    name,
    summary,
    since: "7.4.0",
    flags: ["write", "denyoom", "fast"],
    args: [
      key(),
      rest([timeDoc(form), ...conditionDocs(["NX", "XX", "GT", "LT"])], hashForm?.words ?? 4),
    ],
    run(context, key, words) {
      if (hashForm?.words === words.left) return hashForm.run(context, key, words);
      requireWords(words, 4, lowerName);
      requireHash(context, key);
      const atMs = parseDeadline(words.next(), form, lowerName);
      const condition = takeCondition(words);
      const fields = readFields(words, errors.fieldCountTooSmall, lowerName);
      return context.db.hashTtls.expire(key, fields, atMs, condition);
    },
  });
}

function timeCommand(
  name: string,
  form: TimeForm,
  summary: string,
  hashForm: HashForm | null,
): Command {
  const lowerName = name.toLowerCase();
  return command("hash", {
    name,
    summary,
    since: "7.4.0",
    flags: ["readonly", "fast"],
    args: [key(), rest([], hashForm?.words ?? 3)],
    run(context, key, words) {
      if (hashForm?.words === words.left) return hashForm.run(context, key, words);
      requireWords(words, 3, lowerName);
      context.db.table.findType(key, TYPE_HASH);
      const fields = readFields(words, errors.fieldCountNotPositive, lowerName);
      return context.db.hashTtls
        .deadlines(key, fields)
        .map((deadline) => (deadline === null ? NO_FIELD : timeReply(deadline, form)));
    },
  });
}

/** Seconds are rounded up. */
function timeReply(deadline: number, { unit, from }: TimeForm): number {
  if (deadline === 0) return NO_FIELD_TTL;
  const ms = from === "now" ? deadline - clock.nowMs() : deadline;
  return unit === "seconds" ? Math.ceil(ms / 1000) : ms;
}

/** @throws {CommandError} the key holds another type, which is found out before the words are looked at */
function requireHash({ db }: Context, key: Bytes): void {
  db.table.findTypeForWrite(key, TYPE_HASH);
}

/** @throws {CommandError} fewer than `count` words are left */
function requireWords(words: Words, count: number, command: string): void {
  if (words.left < count) throw new CommandError(wrongArity(command));
}

/** The words behind the key, for `run` to read, and it has to do that before it runs anything else. */
function rest(docs: readonly ArgumentDoc[], min: number, isPairs = false): Arg<Words> {
  return {
    min,
    max: Number.POSITIVE_INFINITY,
    read: (words) => words,
    docs: [...docs, fieldsDoc(isPairs)],
  };
}

function fieldsDoc(isPairs: boolean): ArgumentDoc {
  const field: ArgumentDoc = { name: "field", type: "string" };
  const pair: ArgumentDoc = {
    name: "data",
    type: "block",
    multiple: true,
    arguments: [field, { name: "value", type: "string" }],
  };
  const items = isPairs ? pair : { ...field, multiple: true };
  return {
    name: "fields",
    type: "block",
    token: "FIELDS",
    arguments: [{ name: "numfields", type: "integer" }, items],
  };
}

function conditionDocs(tokens: readonly string[]): ArgumentDoc[] {
  const choices = tokens.map(
    (token): ArgumentDoc => ({ name: token.toLowerCase(), type: "pure-token", token }),
  );
  return [{ name: "condition", type: "oneof", optional: true, arguments: choices }];
}

function timeDoc(form: ExpireForm): ArgumentDoc {
  const names = {
    EX: "seconds",
    PX: "milliseconds",
    EXAT: "unix-time-seconds",
    PXAT: "unix-time-milliseconds",
  };
  return { name: names[form], type: form === "EX" || form === "PX" ? "integer" : "unix-time" };
}

/** EX, PX, EXAT, PXAT and one word more. */
function ttlDocs(lastWord: string): ArgumentDoc[] {
  const forms: readonly ExpireForm[] = ["EX", "PX", "EXAT", "PXAT"];
  const times = forms.map((token): ArgumentDoc => ({ ...timeDoc(token), token }));
  const last: ArgumentDoc = { name: lastWord.toLowerCase(), type: "pure-token", token: lastWord };
  return [{ name: "expiration", type: "oneof", optional: true, arguments: [...times, last] }];
}
