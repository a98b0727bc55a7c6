/** Sorted-set commands on ranges: by rank, by score, by member. */
import type { Bytes } from "../../bytes/bytes.ts";
import { parseInt64, parseSafeInteger } from "../../bytes/integer.ts";
import type { RankRange, ZSetRange } from "../../database/zsets/zset-bounds.ts";
import { memberOf, scoreOf } from "../../database/zsets/zset-entry.ts";
import type { Piece } from "../../database/zsets/zset-ranges.ts";
import { CommandError, errors } from "../../errors.ts";
import { Double } from "../../resp/reply.ts";
import { type Arg, type ArgumentDoc, bytes, index, key, tuple } from "../args.ts";
import { type Command, command } from "../command.ts";
import type { Answer, Context } from "../context.ts";
import { inTurns } from "../in-turns.ts";
import { answerListing, type ListingForm } from "../pieces.ts";
import type { Words } from "../words.ts";
import { parseLexRange, parseScoreRange } from "./score-words.ts";
import { membersReply } from "./scored-reply.ts";

/** What a command says of its range before its options do. */
interface RangeForm {
  /** null: BYSCORE or BYLEX say it, or else it is by rank. */
  readonly by: ZSetRange["by"] | null;
  /** null: REV says it. */
  readonly reverse: boolean | null;
  readonly scores: boolean;
}

interface RangeRequest {
  readonly range: ZSetRange;
  readonly piece: Piece;
  readonly withScores: boolean;
}

const LIMIT: ArgumentDoc = {
  name: "limit",
  type: "block",
  token: "LIMIT",
  optional: true,
  arguments: tuple(index("offset"), index("count")).docs[0]!.arguments!,
};

export const zsetRangeCommands: readonly Command[] = [
  command("sorted-set", {
    name: "ZRANGE",
    summary: "Answers a range of members, by rank, score or bytes.",
    since: "1.2.0",
    flags: ["readonly"],
    args: [key(), range({ by: null, reverse: null, scores: true })],
    run: (context, key, request) => rangeReply(context, key, request),
  }),
  command("sorted-set", {
    name: "ZREVRANGE",
    summary: "Answers a range of members by rank, from the highest score on.",
    since: "1.2.0",
    flags: ["readonly"],
    args: [key(), range({ by: "rank", reverse: true, scores: true })],
    run: (context, key, request) => rangeReply(context, key, request),
  }),
  command("sorted-set", {
    name: "ZRANGEBYSCORE",
    summary: "Answers the members with scores in a range.",
    since: "1.0.5",
    flags: ["readonly"],
    args: [key(), range({ by: "score", reverse: false, scores: true })],
    run: (context, key, request) => rangeReply(context, key, request),
  }),
  command("sorted-set", {
    name: "ZREVRANGEBYSCORE",
    summary: "As ZRANGEBYSCORE, from the highest score on.",
    since: "2.2.0",
    flags: ["readonly"],
    args: [key(), range({ by: "score", reverse: true, scores: true })],
    run: (context, key, request) => rangeReply(context, key, request),
  }),
  command("sorted-set", {
    name: "ZRANGEBYLEX",
    summary: "Answers the members in a range of bytes; all have to have the same score.",
    since: "2.8.9",
    flags: ["readonly"],
    args: [key(), range({ by: "lex", reverse: false, scores: true })],
    run: (context, key, request) => rangeReply(context, key, request),
  }),
  command("sorted-set", {
    name: "ZREVRANGEBYLEX",
    summary: "As ZRANGEBYLEX, from the last member on.",
    since: "2.8.9",
    flags: ["readonly"],
    args: [key(), range({ by: "lex", reverse: true, scores: true })],
    run: (context, key, request) => rangeReply(context, key, request),
  }),
  command("sorted-set", {
    name: "ZRANGESTORE",
    summary: "Stores a range of a sorted set as another one; answers its size.",
    since: "6.2.0",
    flags: ["write", "denyoom"],
    args: [key("dst"), key("src"), range({ by: null, reverse: null, scores: false })],
    run({ client, db, ledis }, target, source, { range, piece }) {
      const { zsets } = db;
      const build = zsets.buildRange(target, source, range, piece, ledis.builds);
      const atOnce = () => zsets.replace(target, zsets.range(source, range, piece));
      return inTurns(client, ledis, build, () => build.size, atOnce);
    },
  }),
  command("sorted-set", {
    name: "ZCOUNT",
    summary: "Answers how many members have scores in a range.",
    since: "2.0.0",
    flags: ["readonly", "fast"],
    args: [key(), ends("score")],
    run: ({ db }, key, range) => db.zsets.count(key, range),
  }),
  command("sorted-set", {
    name: "ZLEXCOUNT",
    summary: "Answers how many members a range of bytes has; all have to have the same score.",
    since: "2.8.9",
    flags: ["readonly", "fast"],
    args: [key(), ends("lex")],
    run: ({ db }, key, range) => db.zsets.count(key, range),
  }),
  command("sorted-set", {
    name: "ZREMRANGEBYRANK",
    summary: "Removes a range of members by rank; answers how many.",
    since: "2.0.0",
    flags: ["write"],
    args: [key(), ends("rank")],
    run: (context, key, range) => removeRange(context, key, range),
  }),
  command("sorted-set", {
    name: "ZREMRANGEBYSCORE",
    summary: "Removes the members with scores in a range; answers how many.",
    since: "1.2.0",
    flags: ["write"],
    args: [key(), ends("score")],
    run: (context, key, range) => removeRange(context, key, range),
  }),
  command("sorted-set", {
    name: "ZREMRANGEBYLEX",
    summary: "Removes the members in a range of bytes; answers how many.",
    since: "2.8.9",
    flags: ["write"],
    args: [key(), ends("lex")],
    run: (context, key, range) => removeRange(context, key, range),
  }),
];

function removeRange({ client, db, ledis }: Context, key: Bytes, range: ZSetRange): Answer {
  const build = db.zsets.buildRemoval(key, range, ledis.builds);
  const atOnce = () => db.zsets.removeRange(key, range);
  return inTurns(client, ledis, build, () => build.removed, atOnce);
}

function rangeReply(context: Context, key: Bytes, request: RangeRequest): Answer {
  const { db, client } = context;
  const { range, piece, withScores } = request;
  return answerListing(
    context,
    withScores ? (client.protocol === 2 ? FLAT : PAIRS) : MEMBERS,
    () => db.zsets.listing(key, range, piece),
    (budget) => membersReply(context, db.zsets.stretches(key, range, piece, budget), withScores),
  );
}

const MEMBERS: ListingForm = {
  kind: "array",
  repliesPerElement: 1,
  take: (walk, take) => take(memberOf(walk.rest)),
};

const FLAT: ListingForm = {
  kind: "array",
  repliesPerElement: 2,
  take(walk, take) {
    const entry = walk.rest;
    take(memberOf(entry));
    take(new Double(scoreOf(entry)));
  },
};

const PAIRS: ListingForm = {
  kind: "array",
  repliesPerElement: 1,
  take(walk, take) {
    const entry = walk.rest;
    take([memberOf(entry), new Double(scoreOf(entry))]);
  },
};

/** The names of a range's ends. */
function endDocs(by: ZSetRange["by"]): ArgumentDoc[] {
  if (by === "rank") return [index("start").docs[0]!, index("stop").docs[0]!];
  const type = by === "score" ? "double" : "string";
  return [
    { name: "min", type },
    { name: "max", type },
  ];
}

/** `min max`. */
function ends(by: ZSetRange["by"]): Arg<ZSetRange> {
  return {
    min: 2,
    max: 2,
    docs: endDocs(by),
    read(words) {
      const min = words.next();
      return parseRange(by, min, words.next());
    },
  };
}

function token(word: string): ArgumentDoc {
  return { name: word.toLowerCase(), type: "pure-token", token: word };
}

/** `min max`, or `max min` in reverse, and the options that the form leaves. */
function range(form: RangeForm): Arg<RangeRequest> {
  const by = [token("BYSCORE"), token("BYLEX")];
  const ends =
    form.by === null
      ? [...bytes("start").docs, ...bytes("stop").docs]
      : form.reverse && form.by !== "rank"
        ? endDocs(form.by).reverse()
        : endDocs(form.by);
  return {
    min: 2,
    max: Number.POSITIVE_INFINITY,
    docs: [
      ...ends,
      ...(form.by === null
        ? [{ name: "sortby", type: "oneof", optional: true, arguments: by } as const]
        : []),
      ...(form.reverse === null ? [{ ...token("REV"), optional: true }] : []),
      ...(form.by === "rank" ? [] : [LIMIT]),
      ...(form.scores && form.by !== "lex" ? [{ ...token("WITHSCORES"), optional: true }] : []),
    ],
    read: (words) => readRange(words, form),
  };
}

function readRange(words: Words, form: RangeForm): RangeRequest {
  const first = words.next();
  const second = words.next();
  let { by, reverse } = form;
  let withScores = false;
  let offset = 0;
  let limit = -1;
  while (words.left > 0) {
    if (form.scores && words.take("WITHSCORES")) withScores = true;
    else if (words.left > 2 && words.take("LIMIT")) {
      offset = int64(words.next());
      limit = int64(words.next());
    } else if (form.reverse === null && words.take("REV")) reverse = true;
    else if (by === null && words.take("BYLEX")) by = "lex";
    else if (by === null && words.take("BYSCORE")) by = "score";
    else throw new CommandError(errors.syntax);
  }
  by ??= "rank";
  reverse ??= false;
  if (limit !== -1 && by === "rank") throw new CommandError(errors.rankRangeLimit);
  if (withScores && by === "lex") throw new CommandError(errors.lexRangeScores);
  const isSwapped = reverse && by !== "rank";
  const range = isSwapped ? parseRange(by, second, first) : parseRange(by, first, second);
  const piece = by === "rank" ? { reverse, offset: 0, limit: -1 } : { reverse, offset, limit };
  return { range, piece, withScores };
}

function parseRange(by: ZSetRange["by"], min: Bytes, max: Bytes): ZSetRange {
  if (by === "score") return parseScoreRange(min, max);
  if (by === "lex") return parseLexRange(min, max);
  return { by, start: int64(min), stop: int64(max) } satisfies RankRange;
}

/** An integer of 64 bits, rounded beyond 2^53. @throws {CommandError} it is none */
function int64(text: Bytes): number {
  const value = parseSafeInteger(text);
  if (!Number.isNaN(value)) return value;
  const wide = parseInt64(text);
  if (wide === null) throw new CommandError(errors.notInteger);
  return Number(wide);
}
