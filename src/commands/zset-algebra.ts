/** Sorted-set commands that combine several sets: union, intersection, difference. */
import type { Bytes } from "../bytes/bytes.ts";
import type { ZSetOperation } from "../database/zset-algebra.ts";
import type { ScoredMember } from "../database/zset-ranges.ts";
import { errors } from "../errors.ts";
import { deferred, key, named, options } from "./args.ts";
import { type Command, command } from "./command.ts";
import type { Context } from "./context.ts";
import { inTurns } from "./in-turns.ts";
import { atLeast } from "./list-words.ts";
import { membersReply } from "./scored-reply.ts";
import { type Combination, combinationOptions, inputKeys } from "./zset-words.ts";

const limit = atLeast(0, "limit", errors.negativeLimit);

export const zsetAlgebraCommands: readonly Command[] = [
  combination("ZUNION", "union", "Answers the members of several sorted sets, scores combined."),
  combination("ZINTER", "intersection", "Answers the members that several sorted sets share."),
  combination("ZDIFF", "difference", "Answers the members of a sorted set that others lack."),
  storage("ZUNIONSTORE", "union", "Stores the members of several sorted sets.", "2.0.0"),
  storage("ZINTERSTORE", "intersection", "Stores what several sorted sets share.", "2.0.0"),
  storage("ZDIFFSTORE", "difference", "Stores what a sorted set has and others lack.", "6.2.0"),
  command("sorted-set", {
    name: "ZINTERCARD",
    summary: "Answers how many members several sorted sets share, counting up to a limit.",
    since: "7.0.0",
    flags: ["readonly"],
    args: [inputKeys("zintercard"), deferred(options({ limit: named("LIMIT", limit) }))],
    run({ db }, keys, readOptions) {
      const sources = db.zsets.algebra.sources(keys);
      return db.zsets.algebra.intersectionSize(sources, readOptions().limit ?? 0);
    },
  }),
];

function combination(name: string, operation: ZSetOperation, summary: string): Command {
  const form = { weighting: operation !== "difference", scores: true };
  return command("sorted-set", {
    name,
    summary,
    since: "6.2.0",
    flags: ["readonly"],
    args: [inputKeys(name.toLowerCase()), combinationOptions(form)],
    run(context, keys, readOptions) {
      const { members, withScores } = combine(context, operation, keys, readOptions);
      return membersReply(context, members, withScores);
    },
  });
}

function storage(name: string, operation: ZSetOperation, summary: string, since: string): Command {
  const form = { weighting: operation !== "difference", scores: false };
  return command("sorted-set", {
    name,
    summary,
    since,
    flags: ["write", "denyoom"],
    args: [key("destination"), inputKeys(name.toLowerCase()), combinationOptions(form)],
    run({ client, db, ledis }, target, keys, readOptions) {
      const { zsets } = db;
      const { algebra } = zsets;
      // Finds fault with the keys before it reads the options.
      algebra.sources(keys);
      const how = readOptions(keys.length);
      const build = zsets.buildCombined(operation, target, keys, how, ledis.builds);
      return inTurns(
        client,
        ledis,
        build,
        () => build.size,
        () => zsets.replace(target, algebra.combine(operation, algebra.sources(keys, false), how)),
      );
    },
  });
}

/** Finds fault with the keys before it reads the options. */
function combine(
  { db }: Context,
  operation: ZSetOperation,
  keys: readonly Bytes[],
  readOptions: (keys: number) => Combination,
): { members: ScoredMember[]; withScores: boolean } {
  const { algebra } = db.zsets;
  const sources = algebra.sources(keys);
  const how = readOptions(keys.length);
  return { members: algebra.combine(operation, sources, how), withScores: how.withScores };
}
