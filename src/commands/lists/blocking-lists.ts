/** List commands that wait until there is something to pop. */
import { type Bytes, copyBytes } from "../../bytes/bytes.ts";
import type { ListEnd } from "../../database/lists/lists.ts";
import { TYPE_LIST } from "../../keyspace/rows/key-row.ts";
import type { Reply } from "../../resp/reply.ts";
import { type Arg, key, some } from "../args.ts";
import { parseTimeout, timeout, waitForKeys } from "../blocking.ts";
import { type Command, command } from "../command.ts";
import type { Answer, Context } from "../context.ts";
import { listEnd, type MultiPop, multiPop } from "./list-words.ts";
import { popFirst } from "./lists.ts";

export const blockingListCommands: readonly Command[] = [
  command("list", {
    name: "BLPOP",
    summary:
      "Takes the item on the left of the first of several lists that is there; waits for one.",
    since: "2.0.0",
    flags: ["write", "noscript", "blocking"],
    args: [keysAndTimeout()],
    keys: { first: 1, last: -2, step: 1 },
    run: (context, { keys, timeout }) => popOne(context, keys, "left", timeout),
  }),
  command("list", {
    name: "BRPOP",
    summary: "As BLPOP, on the right.",
    since: "2.0.0",
    flags: ["write", "noscript", "blocking"],
    args: [keysAndTimeout()],
    keys: { first: 1, last: -2, step: 1 },
    run: (context, { keys, timeout }) => popOne(context, keys, "right", timeout),
  }),
  command("list", {
    name: "BLMPOP",
    summary: "As LMPOP, and waits until one of the lists is there.",
    since: "7.0.0",
    flags: ["write", "blocking"],
    args: [timeout(), multiPop()],
    run: popMany,
  }),
  command("list", {
    name: "BLMOVE",
    summary: "As LMOVE, and waits until the list is there.",
    since: "6.2.0",
    flags: ["write", "denyoom", "noscript", "blocking"],
    args: [key("source"), key("destination"), listEnd("wherefrom"), listEnd("whereto"), timeout()],
    run: move,
  }),
  command("list", {
    name: "BRPOPLPUSH",
    summary: "As RPOPLPUSH, and waits until the list is there.",
    since: "2.2.0",
    flags: ["write", "denyoom", "noscript", "blocking"],
    args: [key("source"), key("destination"), timeout()],
    run: (context, from, to, timeout) => move(context, from, to, "right", "left", timeout),
  }),
];

/** `key [key ...] timeout`. */
export function keysAndTimeout(): Arg<{
  readonly keys: readonly Bytes[];
  readonly timeout: Bytes;
}> {
  const keys = some(key());
  const last = timeout();
  return {
    min: 2,
    max: Number.POSITIVE_INFINITY,
    docs: [...keys.docs, ...last.docs],
    read(words) {
      const keys: Bytes[] = [];
      while (words.left > 1) keys.push(words.next());
      return { keys, timeout: last.read(words) };
    },
  };
}

function popOne(context: Context, keys: readonly Bytes[], end: ListEnd, timeout: Bytes): Answer {
  const timeoutMs = parseTimeout(timeout);
  const { lists } = context.db;
  for (const key of keys) {
    const value = lists.pop(key, end);
    if (value !== null) return [key, value];
  }
  const take = (key: Bytes): Reply => [key, copyBytes(lists.pop(key, end)!)];
  return waitForKeys(context, { keys, type: TYPE_LIST, take }, timeoutMs);
}

function popMany(context: Context, timeout: Bytes, what: MultiPop): Answer {
  const timeoutMs = parseTimeout(timeout);
  const { keys, end, count } = what;
  const { lists } = context.db;
  const now = popFirst(context.db, what);
  if (now !== null) return now;
  const take = (key: Bytes): Reply => [key, lists.popMany(key, end, count)!.map(copyBytes)];
  return waitForKeys(context, { keys, type: TYPE_LIST, take }, timeoutMs);
}

function move(
  context: Context,
  from: Bytes,
  to: Bytes,
  fromEnd: ListEnd,
  toEnd: ListEnd,
  timeout: Bytes,
): Answer {
  const timeoutMs = parseTimeout(timeout);
  const { lists } = context.db;
  const now = lists.move(from, to, fromEnd, toEnd);
  if (now !== null) return now;
  const target = copyBytes(to);
  const take = (key: Bytes): Reply => copyBytes(lists.move(key, target, fromEnd, toEnd)!);
  return waitForKeys(context, { keys: [from], type: TYPE_LIST, take }, timeoutMs, null);
}
