/** Sorted-set commands that combine several sets: union, intersection, difference. */
import type { Bytes } from "../../bytes/bytes.ts";
import { SnapshotReading } from "../../database/collections/snapshot-reading.ts";
import { SortedMembers } from "../../database/sorting/sorted-members.ts";
import type { ZSetOperation } from "../../database/zsets/zset-algebra.ts";
import type { ScoredMember } from "../../database/zsets/zset-ranges.ts";
import { errors } from "../../errors.ts";
import { Double, type Reply, StreamReply } from "../../resp/reply.ts";
import type { Protocol } from "../../resp/reply-writer.ts";
import { deferred, key, named, options } from "../args.ts";
import { type Command, command } from "../command.ts";
import type { Answer, Context } from "../context.ts";
import { answerFromSnapshot } from "../from-snapshots.ts";
import { inTurns } from "../in-turns.ts";
import { atLeast } from "../lists/list-words.ts";
import { AT_ONCE_MAX } from "../pieces.ts";
import { runInSlices } from "../slices.ts";
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
    run: (context, keys, readOptions) => sharedCount(context, keys, readOptions),
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
    run: (context, keys, readOptions) => combine(context, operation, keys, readOptions),
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
  context: Context,
  operation: ZSetOperation,
  keys: readonly Bytes[],
  readOptions: (keys: number) => Combination,
): Answer {
  const { algebra } = context.db.zsets;
  const sources = algebra.sources(keys);
  const how = readOptions(keys.length);
  const atOnce = (found: typeof sources) =>
    membersReply(context, algebra.combine(operation, found, how), how.withScores);
  if (!context.client.mayWait || algebra.costOf(operation, sources) <= AT_ONCE_MAX) {
    return atOnce(sources);
  }
  return combineInSlices(context, operation, keys, how, () => atOnce(algebra.sources(keys, false)));
}

/** @param atOnce answers when there is not memory enough for this */
async function combineInSlices(
  context: Context,
  operation: ZSetOperation,
  keys: readonly Bytes[],
  how: Combination,
  atOnce: () => Reply,
): Promise<Reply> {
  const { ledis, db, client } = context;
  const { algebra } = db.zsets;
  const sorted = new SortedMembers(ledis.sortMemory);
  let isDone = false;
  try {
    const reading = (await SnapshotReading.open(ledis.moments, () => algebra.inputs(keys)))!;
    try {
      const { subject, rows } = reading;
      const found = algebra.found(operation, subject.found, how, rows);
      if (!(await runInSlices(collect(found, sorted)))) return atOnce();
    } finally {
      reading.close();
    }
    await runInSlices(sorted.sort());
    isDone = true;
  } finally {
    if (!isDone) sorted.release();
  }
  return sortedReply(sorted, how.withScores, client.protocol);
}

/** False when there is not memory enough. */
function* collect(
  found: Iterable<ScoredMember | null>,
  sorted: SortedMembers,
): Generator<void, boolean, void> {
  for (const entry of found) {
    if (entry !== null && !sorted.add(entry)) return false;
    yield;
  }
  return true;
}

/** As `membersReply`. */
function sortedReply(sorted: SortedMembers, withScores: boolean, protocol: Protocol): Reply {
  const isFlat = withScores && protocol === 2;
  let rank = 0;
  return new StreamReply("array", sorted.count * (isFlat ? 2 : 1), {
    next(take) {
      if (rank === sorted.count) return false;
      const { member, score } = sorted.at(rank++);
      if (!withScores) take(member);
      else if (!isFlat) take([member, new Double(score)]);
      else {
        take(member);
        take(new Double(score));
      }
      return true;
    },
    close: () => sorted.release(),
  });
}

/** Finds fault with the keys before it reads the options. */
function sharedCount(
  context: Context,
  keys: readonly Bytes[],
  readOptions: () => { readonly limit: number | null },
): Answer {
  const { algebra } = context.db.zsets;
  const sources = algebra.sources(keys);
  const limit = readOptions().limit ?? 0;
  if (!context.client.mayWait || algebra.costOf("intersection", sources) <= AT_ONCE_MAX) {
    return algebra.intersectionSize(sources, limit);
  }
  // The look-ups were counted just now.
  const choose = () => ({ ...algebra.inputs(keys), keysFound: 0, keysMissing: 0 });
  return answerFromSnapshot(context, choose, ({ found }, rows) =>
    algebra.sharedCount(found, rows, limit),
  );
}
