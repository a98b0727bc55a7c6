/** The sorted-set family: members and their scores one by one, what is popped, what chance chooses. */
import { type Bytes, mapKey } from "../../bytes/bytes.ts";
import { formatDouble } from "../../bytes/double.ts";
import { CommandError, errors } from "../../errors.ts";
import { TYPE_ZSET } from "../../keyspace/rows/key-row.ts";
import { NULL_ARRAY, type Reply } from "../../resp/reply.ts";
import { type Arg, bytes, deferred, key, optional, options, some } from "../args.ts";
import { type Command, command } from "../command.ts";
import type { Context } from "../context.ts";
import { ledisKeyCommands } from "../keys/ledis-keys.ts";
import { cursor, scanCursor, scanOptions, scanPosition, scanRows } from "../keys/scan-words.ts";
import { atLeast } from "../lists/list-words.ts";
import { flatReply, membersReply, pairsReply, scoreReply } from "./scored-reply.ts";
import { addition, increment, type MultiPop, multiPop, randomCount } from "./zset-words.ts";

/** Members that ZRANDMEMBER answers at once with repeats; Redis tries whatever it is asked for. */
const REPEATS_MAX = 1 << 20;
/** Beyond this count, scores would not fit, Redis thinks. */
const SCORED_COUNT_MAX = 2 ** 62;

const popCount = atLeast(0, "count", errors.notPositive);

export const zsetCommands: readonly Command[] = [
  command("sorted-set", {
    name: "ZADD",
    summary: "Adds members with scores, or gives them other ones; answers how many are new.",
    since: "1.2.0",
    flags: ["write", "denyoom", "fast"],
    args: [key(), addition],
    run({ db }, key, { members, options, countsChanged }) {
      const { added, changed, score } = db.zsets.add(key, members, options);
      if (options.increments) return scoreReply(score);
      return countsChanged ? added + changed : added;
    },
  }),
  command("sorted-set", {
    name: "ZINCRBY",
    summary: "Adds to a member's score, 0 if it is missing; answers the sum.",
    since: "1.2.0",
    flags: ["write", "denyoom", "fast"],
    args: [key(), increment],
    run: ({ db }, key, { members, options }) =>
      scoreReply(db.zsets.add(key, members, options).score),
  }),
  command("sorted-set", {
    name: "ZREM",
    summary: "Removes members; answers how many there were.",
    since: "1.2.0",
    flags: ["write", "fast"],
    args: [key(), some(bytes("member"))],
    run: ({ db }, key, members) => db.zsets.remove(key, members),
  }),
  command("sorted-set", {
    name: "ZCARD",
    summary: "Answers how many members a sorted set has.",
    since: "1.2.0",
    flags: ["readonly", "fast"],
    args: [key()],
    run: ({ db }, key) => db.zsets.size(key),
  }),
  command("sorted-set", {
    name: "ZSCORE",
    summary: "Answers a member's score.",
    since: "1.2.0",
    flags: ["readonly", "fast"],
    args: [key(), bytes("member")],
    run: ({ db }, key, member) => scoreReply(db.zsets.score(key, member)),
  }),
  command("sorted-set", {
    name: "ZMSCORE",
    summary: "Answers the scores of several members.",
    since: "6.2.0",
    flags: ["readonly", "fast"],
    args: [key(), some(bytes("member"))],
    run: ({ db }, key, members) => db.zsets.scores(key, members).map(scoreReply),
  }),
  command("sorted-set", {
    name: "ZRANK",
    summary: "Answers how many members stand before one, and if asked its score.",
    since: "2.0.0",
    flags: ["readonly", "fast"],
    args: [key(), bytes("member"), optional(bytes("withscore"))],
    run: (context, key, member, option) => rankReply(context, key, member, option, false),
  }),
  command("sorted-set", {
    name: "ZREVRANK",
    summary: "As ZRANK, counted from the highest score.",
    since: "2.0.0",
    flags: ["readonly", "fast"],
    args: [key(), bytes("member"), optional(bytes("withscore"))],
    run: (context, key, member, option) => rankReply(context, key, member, option, true),
  }),
  command("sorted-set", {
    name: "ZPOPMIN",
    summary: "Removes the members with the lowest scores, one or several, and answers them.",
    since: "5.0.0",
    flags: ["write", "fast"],
    args: [key(), lastWord(popCount)],
    run: (context, key, count) => popReply(context, key, count, false),
  }),
  command("sorted-set", {
    name: "ZPOPMAX",
    summary: "Removes the members with the highest scores, one or several, and answers them.",
    since: "5.0.0",
    flags: ["write", "fast"],
    args: [key(), lastWord(popCount)],
    run: (context, key, count) => popReply(context, key, count, true),
  }),
  command("sorted-set", {
    name: "ZMPOP",
    summary: "Removes members at an end of the first of several sorted sets that is there.",
    since: "7.0.0",
    flags: ["write"],
    args: [multiPop],
    run: ({ db }, what) => popFirst(db, what) ?? NULL_ARRAY,
  }),
  command("sorted-set", {
    name: "ZRANDMEMBER",
    summary: "Answers members chosen by chance: different ones, or with a negative count any.",
    since: "6.2.0",
    flags: ["readonly"],
    args: [key(), randomOptions()],
    run: (context, key, what) => randomReply(context, key, what),
  }),
  command("sorted-set", {
    name: "ZSCAN",
    summary:
      "Answers some members with their scores, and the cursor to go on with; 0 begins and ends.",
    since: "2.8.0",
    flags: ["readonly"],
    args: [key(), cursor(), deferred(options(scanOptions))],
    run({ db, ledis }, key, cursor, readOptions) {
      const set = db.zsets.find(key);
      if (set === null) return ["0", []];
      const { match, count } = readOptions();
      const after = scanPosition(ledis.cursors, cursor);
      const { members, last } = db.zsets.page(set, after, match, scanRows(count));
      const items = members.flatMap(({ member, score }) => [member, formatDouble(score)]);
      return [scanCursor(ledis.cursors, last), items];
    },
  }),
  ...ledisKeyCommands(TYPE_ZSET, "a sorted set", {
    clear: "ZCLEAR",
    clearMany: "ZMCLEAR",
    expire: "ZEXPIRE",
    expireAt: "ZEXPIREAT",
    ttl: "ZTTL",
    persist: "ZPERSIST",
    exists: "ZKEYEXISTS",
  }),
];

/** What ZMPOP answers; null when none of the keys is there. Members are views. */
export function popFirst({ zsets }: Context["db"], { keys, reverse, count }: MultiPop): Reply {
  for (const key of keys) {
    const popped = zsets.pop(key, count, reverse);
    if (popped.length > 0) return [key, pairsReply(popped)];
  }
  return null;
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

/** @param option null, or a word that has to be WITHSCORE */
function rankReply(
  { db }: Context,
  key: Bytes,
  member: Bytes,
  option: Bytes | null,
  reverse: boolean,
): Reply {
  const withScore = option !== null;
  if (withScore && mapKey(option).toUpperCase() !== "WITHSCORE") {
    throw new CommandError(errors.syntax);
  }
  const found = db.zsets.rank(key, member, reverse);
  if (found === null) return withScore ? NULL_ARRAY : null;
  return withScore ? [found.rank, scoreReply(found.score)] : found.rank;
}

/** @param count null: one, which is not a list of one in RESP3 */
function popReply(context: Context, key: Bytes, count: number | null, reverse: boolean): Reply {
  const popped = context.db.zsets.pop(key, count ?? 1, reverse);
  return count === null ? flatReply(popped) : membersReply(context, popped, true);
}

interface RandomOptions {
  /** null: one member, and not in a list. */
  readonly count: number | null;
  readonly withScores: boolean;
}

/** `[count [WITHSCORES]]`. */
function randomOptions(): Arg<RandomOptions> {
  return {
    min: 0,
    max: Number.POSITIVE_INFINITY,
    docs: [
      {
        name: "options",
        type: "block",
        optional: true,
        arguments: [
          ...randomCount.docs,
          { name: "withscores", type: "pure-token", token: "WITHSCORES", optional: true },
        ],
      },
    ],
    read(words) {
      if (words.left === 0) return { count: null, withScores: false };
      const count = randomCount.read(words);
      const withScores = words.take("WITHSCORES");
      if (words.left > 0) throw new CommandError(errors.syntax);
      if (withScores && Math.abs(count) >= SCORED_COUNT_MAX) {
        throw new CommandError(errors.outOfRange);
      }
      return { count, withScores };
    },
  };
}

/** @throws {CommandError} more than REPEATS_MAX are asked for */
function randomReply(context: Context, key: Bytes, { count, withScores }: RandomOptions): Reply {
  const { zsets } = context.db;
  if (count === null) return zsets.random(key, 1)[0]?.member ?? null;
  if (count >= 0) return membersReply(context, zsets.random(key, count), withScores);
  if (count < -REPEATS_MAX && zsets.size(key) > 0) throw new CommandError(errors.outOfRange);
  return membersReply(context, zsets.randomWithRepeats(key, -count), withScores);
}
