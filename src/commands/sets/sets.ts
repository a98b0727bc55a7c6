/** The set family, and what LedisDB's naming would add for sets. */
import type { Bytes } from "../../bytes/bytes.ts";
import { INT64_MIN, parseInt64 } from "../../bytes/integer.ts";
import {
  BudgetSpentError,
  ReadingBudget,
  UNLIMITED,
} from "../../database/collections/reading-budget.ts";
import type { SetOperation } from "../../database/sets/set-algebra.ts";
import { CommandError, errors } from "../../errors.ts";
import { TYPE_SET } from "../../keyspace/rows/key-row.ts";
import { type Reply, SetReply } from "../../resp/reply.ts";
import { type Arg, bytes, deferred, key, named, options, some } from "../args.ts";
import { type Command, type CommandGroup, command } from "../command.ts";
import type { Answer, Context } from "../context.ts";
import { countedKeys } from "../counted-keys.ts";
import { answerFromSnapshot, answerMembers } from "../from-snapshots.ts";
import { inTurns } from "../in-turns.ts";
import { ledisKeyCommands } from "../keys/ledis-keys.ts";
import { cursor, scanCursor, scanOptions, scanPosition, scanRows } from "../keys/scan-words.ts";
import { AT_ONCE_MAX, answerListing, type ListingForm } from "../pieces.ts";

/** Members that SRANDMEMBER answers at once with repeats; Redis tries whatever it is asked for. */
const REPEATS_MAX = 1 << 20;

const SET: CommandGroup = "set";

/** An integer of 64 bits as a number that only has to be right below 2^53; `check` throws for bad ones. */
function count(name: string, check: (value: bigint | null) => void): Arg<number> {
  const word = bytes(name, "integer");
  return {
    ...word,
    read(words) {
      const value = parseInt64(words.next());
      check(value);
      return Number(value);
    },
  };
}

/** One word more or none; two are a syntax error, not a wrong number of words. */
function lastWord<T>(arg: Arg<T>): Arg<T | null> {
  return {
    min: 0,
    max: Number.POSITIVE_INFINITY,
    read(words) {
      if (words.left > 1) throw new CommandError(errors.syntax);
      return words.left === 0 ? null : arg.read(words);
    },
    docs: arg.docs.map((doc) => ({ ...doc, optional: true })),
  };
}

const MEMBERS: ListingForm = {
  kind: "set",
  repliesPerElement: 1,
  take: (walk, take) => take(walk.rest),
};

const popCount = count("count", (value) => {
  if (value === null || value < 0n) throw new CommandError(errors.notPositive);
});

const randomCount = count("count", (value) => {
  if (value === null) throw new CommandError(errors.notInteger);
  if (value === INT64_MIN) throw new CommandError(errors.notSymmetricInt64);
});

const limit = count("limit", (value) => {
  if (value === null || value < 0n) throw new CommandError(errors.negativeLimit);
});

export const setCommands: readonly Command[] = [
  command(SET, {
    name: "SADD",
    summary: "Adds members to a set; answers how many are new.",
    flags: ["write", "denyoom", "fast"],
    args: [key(), some(bytes("member"))],
    run: ({ db }, key, members) => db.sets.add(key, members),
  }),
  command(SET, {
    name: "SREM",
    summary: "Removes members from a set; answers how many there were.",
    flags: ["write", "fast"],
    args: [key(), some(bytes("member"))],
    run: ({ db }, key, members) => db.sets.remove(key, members),
  }),
  command(SET, {
    name: "SMEMBERS",
    summary: "Answers all members of a set.",
    flags: ["readonly"],
    args: [key()],
    run: (context, key) =>
      answerListing(
        context,
        MEMBERS,
        () => context.db.sets.listing(key),
        (budget) => new SetReply(context.db.sets.members(key, budget)),
      ),
  }),
  command(SET, {
    name: "SISMEMBER",
    summary: "Answers whether a set has a member.",
    flags: ["readonly", "fast"],
    args: [key(), bytes("member")],
    run: ({ db }, key, member) => (db.sets.has(key, member) ? 1 : 0),
  }),
  command(SET, {
    name: "SMISMEMBER",
    summary: "Answers for each of several members whether a set has it.",
    since: "6.2.0",
    flags: ["readonly", "fast"],
    args: [key(), some(bytes("member"))],
    run: ({ db }, key, members) => db.sets.hasEach(key, members).map((has) => (has ? 1 : 0)),
  }),
  command(SET, {
    name: "SCARD",
    summary: "Answers how many members a set has.",
    flags: ["readonly", "fast"],
    args: [key()],
    run: ({ db }, key) => db.sets.size(key),
  }),
  command(SET, {
    name: "SPOP",
    summary: "Removes members chosen by chance and answers them.",
    flags: ["write", "fast"],
    args: [key(), lastWord(popCount)],
    run: ({ db }, key, count) =>
      count === null ? db.sets.pop(key) : new SetReply(db.sets.popSome(key, count)),
  }),
  command(SET, {
    name: "SRANDMEMBER",
    summary: "Answers members chosen by chance: different ones, or with a negative count any.",
    flags: ["readonly"],
    args: [key(), lastWord(randomCount)],
    run: (context, key, count) => randomMembers(context, key, count),
  }),
  command(SET, {
    name: "SMOVE",
    summary: "Moves a member from one set to another.",
    flags: ["write", "fast"],
    args: [key("source"), key("destination"), bytes("member")],
    run: ({ db }, from, to, member) => (db.sets.move(from, to, member) ? 1 : 0),
  }),
  combination("SINTER", "intersection", "Answers the members that all of several sets share."),
  combination("SUNION", "union", "Answers the members of several sets, each once."),
  combination("SDIFF", "difference", "Answers the members of a set that several others lack."),
  storage("SINTERSTORE", "intersection", "Stores the members that all of several sets share."),
  storage("SUNIONSTORE", "union", "Stores the members of several sets."),
  storage("SDIFFSTORE", "difference", "Stores the members of a set that several others lack."),
  command(SET, {
    name: "SINTERCARD",
    summary: "Answers how many members several sets share, counting up to a limit.",
    since: "7.0.0",
    flags: ["readonly"],
    args: [
      countedKeys({ notPositive: errors.keyCount, tooMany: errors.keyCountTooLarge }),
      options({ limit: named("LIMIT", limit) }),
    ],
    run: (context, keys, { limit }) => sharedCount(context, keys, limit ?? 0),
  }),
  command(SET, {
    name: "SSCAN",
    summary: "Answers some of a set's members, and the cursor to go on with; 0 begins and ends.",
    since: "2.8.0",
    flags: ["readonly"],
    args: [key(), cursor(), deferred(options(scanOptions))],
    run({ db, ledis }, key, cursor, readOptions) {
      const set = db.sets.find(key);
      if (set === null) return ["0", []];
      const { match, count } = readOptions();
      const after = scanPosition(ledis.cursors, cursor);
      const { members, last } = db.sets.page(set, after, match, scanRows(count));
      return [scanCursor(ledis.cursors, last), members];
    },
  }),
  ...ledisKeyCommands(TYPE_SET, "set", {
    clear: "SCLEAR",
    clearMany: "SMCLEAR",
    expire: "SEXPIRE",
    expireAt: "SEXPIREAT",
    ttl: "STTL",
    persist: "SPERSIST",
    exists: "SKEYEXISTS",
  }),
];

function combination(name: string, operation: SetOperation, summary: string): Command {
  return command(SET, {
    name,
    summary,
    flags: ["readonly"],
    args: [some(key())],
    run: (context, keys) => combine(context, operation, keys),
  });
}

function combine(context: Context, operation: SetOperation, keys: readonly Bytes[]): Answer {
  const { sets } = context.db;
  const choose = () => sets.inputs(operation, keys);
  const { mayWait } = context.client;
  if (!mayWait || choose().cost <= AT_ONCE_MAX) {
    try {
      const budget = mayWait ? new ReadingBudget() : UNLIMITED;
      return new SetReply(sets.combine(operation, keys, budget));
    } catch (error) {
      if (!(error instanceof BudgetSpentError)) throw error;
    }
  }
  return answerMembers(context, choose, (inputs, rows) => sets.combined(operation, inputs, rows));
}

function sharedCount(context: Context, keys: readonly Bytes[], limit: number): Answer {
  const { sets } = context.db;
  const choose = () => sets.inputs("intersection", keys);
  if (!context.client.mayWait || choose().cost <= AT_ONCE_MAX) {
    return sets.intersectionSize(keys, limit);
  }
  return answerFromSnapshot(context, choose, (inputs, rows) =>
    sets.sharedCount(inputs, rows, limit),
  );
}

function storage(name: string, operation: SetOperation, summary: string): Command {
  return command(SET, {
    name,
    summary,
    flags: ["write", "denyoom"],
    args: [key("destination"), some(key())],
    keys: { first: 1, last: -1, step: 1 },
    run({ client, db, ledis }, target, keys) {
      const atOnce = () => db.sets.store(operation, target, keys);
      const build = db.sets.build(operation, target, keys, ledis.builds);
      return inTurns(client, ledis, build, () => build.size, atOnce);
    },
  });
}

/** @throws {CommandError} more than REPEATS_MAX are asked for */
function randomMembers({ db }: Context, key: Bytes, count: number | null): Reply {
  if (count === null) return db.sets.random(key);
  if (count >= 0) return db.sets.randomSome(key, count);
  if (count < -REPEATS_MAX && db.sets.size(key) > 0) throw new CommandError(errors.outOfRange);
  return db.sets.randomWithRepeats(key, -count);
}
