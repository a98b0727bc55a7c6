/** Sorted-set commands that wait until there is something to pop. */
import { type Bytes, copyBytes } from "../../bytes/bytes.ts";
import type { ScoredMember } from "../../database/zsets/zset-ranges.ts";
import { TYPE_ZSET } from "../../keyspace/rows/key-row.ts";
import type { Reply } from "../../resp/reply.ts";
import { parseTimeout, timeout, waitForKeys } from "../blocking.ts";
import { type Command, command } from "../command.ts";
import type { Answer, Context } from "../context.ts";
import { keysAndTimeout } from "../lists/blocking-lists.ts";
import { flatReply, pairsReply } from "./scored-reply.ts";
import { type MultiPop, multiPop } from "./zset-words.ts";
import { popFirst } from "./zsets.ts";

export const blockingZSetCommands: readonly Command[] = [
  command("sorted-set", {
    name: "BZPOPMIN",
    summary:
      "Removes the member with the lowest score of the first of several sorted sets; waits for one.",
    since: "5.0.0",
    flags: ["write", "noscript", "blocking", "fast"],
    args: [keysAndTimeout()],
    keys: { first: 1, last: -2, step: 1 },
    run: (context, { keys, timeout }) => popOne(context, keys, false, timeout),
  }),
  command("sorted-set", {
    name: "BZPOPMAX",
    summary: "As BZPOPMIN, with the highest score.",
    since: "5.0.0",
    flags: ["write", "noscript", "blocking", "fast"],
    args: [keysAndTimeout()],
    keys: { first: 1, last: -2, step: 1 },
    run: (context, { keys, timeout }) => popOne(context, keys, true, timeout),
  }),
  command("sorted-set", {
    name: "BZMPOP",
    summary: "As ZMPOP, and waits until one of the sorted sets is there.",
    since: "7.0.0",
    flags: ["write", "blocking"],
    args: [timeout(), multiPop],
    run: popMany,
  }),
];

function popOne(context: Context, keys: readonly Bytes[], reverse: boolean, time: Bytes): Answer {
  const timeoutMs = parseTimeout(time);
  const { zsets } = context.db;
  for (const key of keys) {
    const popped = zsets.pop(key, 1, reverse);
    if (popped.length > 0) return [key, ...flatReply(popped)];
  }
  const take = (key: Bytes): Reply => [key, ...flatReply(zsets.pop(key, 1, reverse).map(keep))];
  return waitForKeys(context, { keys, type: TYPE_ZSET, take }, timeoutMs);
}

function popMany(context: Context, time: Bytes, what: MultiPop): Answer {
  const timeoutMs = parseTimeout(time);
  const { keys, reverse, count } = what;
  const { zsets } = context.db;
  const now = popFirst(context.db, what);
  if (now !== null) return now;
  const take = (key: Bytes): Reply => [key, pairsReply(zsets.pop(key, count, reverse).map(keep))];
  return waitForKeys(context, { keys, type: TYPE_ZSET, take }, timeoutMs);
}

/** A copy that outlives the turn. */
function keep({ member, score }: ScoredMember): ScoredMember {
  return { member: copyBytes(member), score };
}
