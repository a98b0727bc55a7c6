/** The list family; commands that wait stand in blocking-lists.ts. */
import type { Bytes } from "../bytes/bytes.ts";
import type { DB } from "../database/db.ts";
import type { ListEnd, PositionQuery } from "../database/lists.ts";
import { errors } from "../errors.ts";
import { TYPE_LIST } from "../keyspace/key-row.ts";
import { NULL_ARRAY, OK, type Reply } from "../resp/reply.ts";
import {
  bytes,
  choice,
  index,
  int,
  key,
  keyStretch,
  named,
  optional,
  options,
  some,
  stretch,
} from "./args.ts";
import { type Command, command } from "./command.ts";
import { ledisKeyCommands } from "./ledis-keys.ts";
import {
  atLeast,
  listEnd,
  type MultiPop,
  matchRank,
  multiPop,
  uncheckedIndex,
} from "./list-words.ts";
import { answerListing, type ListingForm } from "./pieces.ts";

const ITEMS: ListingForm = {
  kind: "array",
  repliesPerElement: 1,
  take: (walk, take) => take(walk.value),
};

export const listCommands: readonly Command[] = [
  command("list", {
    name: "LPUSH",
    summary: "Adds items on the left, one after the other; answers the length.",
    flags: ["write", "denyoom", "fast"],
    args: [keyStretch(), some(stretch("element"))],
    run: ({ db }, key, elements) => db.lists.push(key, "left", elements),
  }),
  command("list", {
    name: "RPUSH",
    summary: "Adds items on the right; answers the length.",
    flags: ["write", "denyoom", "fast"],
    args: [keyStretch(), some(stretch("element"))],
    run: ({ db }, key, elements) => db.lists.push(key, "right", elements),
  }),
  command("list", {
    name: "LPUSHX",
    summary: "As LPUSH, if there is such a list.",
    since: "2.2.0",
    flags: ["write", "denyoom", "fast"],
    args: [keyStretch(), some(stretch("element"))],
    run: ({ db }, key, elements) => db.lists.pushIfThere(key, "left", elements),
  }),
  command("list", {
    name: "RPUSHX",
    summary: "As RPUSH, if there is such a list.",
    since: "2.2.0",
    flags: ["write", "denyoom", "fast"],
    args: [keyStretch(), some(stretch("element"))],
    run: ({ db }, key, elements) => db.lists.pushIfThere(key, "right", elements),
  }),
  command("list", {
    name: "LPOP",
    summary: "Takes the item, or some items, on the left.",
    flags: ["write", "fast"],
    args: [key(), optional(atLeast(0, "count", errors.notPositive))],
    run: ({ db }, key, count) => pop(db, key, "left", count),
  }),
  command("list", {
    name: "RPOP",
    summary: "Takes the item, or some items, on the right.",
    flags: ["write", "fast"],
    args: [key(), optional(atLeast(0, "count", errors.notPositive))],
    run: ({ db }, key, count) => pop(db, key, "right", count),
  }),
  command("list", {
    name: "LLEN",
    summary: "Answers how many items a list has.",
    flags: ["readonly", "fast"],
    args: [key()],
    run: ({ db }, key) => db.lists.length(key),
  }),
  command("list", {
    name: "LINDEX",
    summary: "Answers the item at an index; a negative one counts from the right.",
    flags: ["readonly"],
    args: [key(), uncheckedIndex()],
    run: ({ db }, key, index) => db.lists.at(key, index),
  }),
  command("list", {
    name: "LRANGE",
    summary: "Answers the items between two indexes, both included.",
    flags: ["readonly"],
    args: [key(), index("start"), index("stop")],
    run: (context, key, start, stop) =>
      answerListing(
        context,
        ITEMS,
        () => context.db.lists.listing(key, start, stop),
        () => context.db.lists.stretches(key, start, stop),
      ),
  }),
  command("list", {
    name: "LSET",
    summary: "Replaces the item at an index.",
    flags: ["write", "denyoom"],
    args: [key(), uncheckedIndex(), bytes("element")],
    run({ db }, key, index, element) {
      db.lists.set(key, index, element);
      return OK;
    },
  }),
  command("list", {
    name: "LINSERT",
    summary: "Inserts an item beside the first one that equals another; answers the length.",
    since: "2.2.0",
    flags: ["write", "denyoom"],
    args: [key(), choice("where", ["BEFORE", "AFTER"]), bytes("pivot"), bytes("element")],
    run: ({ db }, key, where, pivot, element) =>
      db.lists.insert(key, where === "BEFORE" ? "before" : "after", pivot, element),
  }),
  command("list", {
    name: "LREM",
    summary: "Removes items that equal another: the first, the last (negative), or all (0).",
    flags: ["write"],
    args: [key(), index("count"), bytes("element")],
    run: ({ db }, key, count, element) => db.lists.removeEqual(key, count, element),
  }),
  command("list", {
    name: "LTRIM",
    summary: "Keeps only the items between two indexes, both included.",
    flags: ["write"],
    args: [key(), index("start"), index("stop")],
    run({ db }, key, start, stop) {
      db.lists.trim(key, start, stop);
      return OK;
    },
  }),
  command("list", {
    name: "LPOS",
    summary: "Answers the index of an item that equals another, or of several.",
    since: "6.0.6",
    flags: ["readonly"],
    args: [
      key(),
      bytes("element"),
      options({
        rank: named("RANK", matchRank()),
        count: named("COUNT", atLeast(0, "num-matches", errors.negativeCount)),
        lengthMax: named("MAXLEN", atLeast(0, "len", errors.negativeMaxLength)),
      }),
    ],
    run({ db }, key, element, { rank, count, lengthMax }) {
      return positions(db, key, element, {
        rank: rank ?? 1,
        count,
        lengthMax: lengthMax ?? 0,
      });
    },
  }),
  command("list", {
    name: "LMOVE",
    summary: "Takes the item at an end of a list and adds it at an end of another.",
    since: "6.2.0",
    flags: ["write", "denyoom"],
    args: [key("source"), key("destination"), listEnd("wherefrom"), listEnd("whereto")],
    run: ({ db }, from, to, fromEnd, toEnd) => db.lists.move(from, to, fromEnd, toEnd),
  }),
  command("list", {
    name: "RPOPLPUSH",
    summary: "Takes the item on the right of a list and adds it on the left of another.",
    since: "1.2.0",
    flags: ["write", "denyoom"],
    args: [key("source"), key("destination")],
    run: ({ db }, from, to) => db.lists.move(from, to, "right", "left"),
  }),
  command("list", {
    name: "LMPOP",
    summary: "Takes items of the first of several lists that is there.",
    since: "7.0.0",
    flags: ["write"],
    args: [multiPop()],
    run: ({ db }, what) => popFirst(db, what) ?? NULL_ARRAY,
  }),
  command("ledis", {
    name: "LTRIM_FRONT",
    summary: "Removes up to so many items on the left; answers how many.",
    since: "ledis",
    flags: ["write"],
    args: [key(), int("size", { min: 0 })],
    run: ({ db }, key, count) => db.lists.trimEnd(key, "left", count),
  }),
  command("ledis", {
    name: "LTRIM_BACK",
    summary: "Removes up to so many items on the right; answers how many.",
    since: "ledis",
    flags: ["write"],
    args: [key(), int("size", { min: 0 })],
    run: ({ db }, key, count) => db.lists.trimEnd(key, "right", count),
  }),
  ...ledisKeyCommands(TYPE_LIST, "list", {
    clear: "LCLEAR",
    clearMany: "LMCLEAR",
    expire: "LEXPIRE",
    expireAt: "LEXPIREAT",
    ttl: "LTTL",
    persist: "LPERSIST",
    exists: "LKEYEXISTS",
  }),
];

/** Items of the first of the lists that is there, with its key; null when none is. @throws {CommandError} WRONGTYPE */
export function popFirst(db: DB, { keys, end, count }: MultiPop): [Bytes, Bytes[]] | null {
  for (const key of keys) {
    const values = db.lists.popMany(key, end, count);
    if (values !== null) return [key, values];
  }
  return null;
}

function pop(db: DB, key: Bytes, end: ListEnd, count: number | null): Reply {
  if (count === null) return db.lists.pop(key, end);
  return db.lists.popMany(key, end, count) ?? NULL_ARRAY;
}

/** One index or null without COUNT, otherwise all of them. */
function positions(
  db: DB,
  key: Bytes,
  element: Bytes,
  query: Omit<PositionQuery, "count"> & { readonly count: number | null },
): Reply {
  const { count } = query;
  const found = db.lists.positions(key, element, { ...query, count: count ?? 1 }) ?? [];
  return count === null ? (found[0] ?? null) : found;
}
