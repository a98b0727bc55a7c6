/** The list family; commands that wait stand in blocking-lists.ts. */
import type { Bytes } from "../../bytes/bytes.ts";
import type { DB } from "../../database/db.ts";
import { listRemovalBuild } from "../../database/lists/list-removal.ts";
import { type PositionQuery, searchList } from "../../database/lists/list-search.ts";
import { trimBuild } from "../../database/lists/list-trim.ts";
import type { ListEnd, Lists } from "../../database/lists/lists.ts";
import { errors } from "../../errors.ts";
import { TYPE_LIST } from "../../keyspace/rows/key-row.ts";
import { KIND_LIST } from "../../keyspace/rows/row-key.ts";
import { NULL_ARRAY, OK, type Reply } from "../../resp/reply.ts";
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
} from "../args.ts";
import { type Command, command } from "../command.ts";
import type { Answer, Context } from "../context.ts";
import { answerFromSnapshot } from "../from-snapshots.ts";
import { inTurns } from "../in-turns.ts";
import { ledisKeyCommands } from "../keys/ledis-keys.ts";
import { AT_ONCE_MAX, answerListing, type ListingForm } from "../pieces.ts";
import {
  atLeast,
  listEnd,
  type MultiPop,
  matchRank,
  multiPop,
  uncheckedIndex,
} from "./list-words.ts";

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
        (budget) => context.db.lists.stretches(key, start, stop, budget),
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
    run({ client, db, ledis }, key, count, element) {
      const build = listRemovalBuild(db, key, count, element, ledis.builds);
      const atOnce = () => db.lists.removeEqual(key, count, element);
      return inTurns(client, ledis, build, () => build.removed, atOnce);
    },
  }),
  command("list", {
    name: "LTRIM",
    summary: "Keeps only the items between two indexes, both included.",
    flags: ["write"],
    args: [key(), index("start"), index("stop")],
    run({ client, db, ledis }, key, start, stop) {
      const build = trimBuild(db.table, db.collections, key, [start, stop], ledis.builds);
      const atOnce = () => {
        db.lists.trim(key, start, stop);
        return OK;
      };
      return inTurns(client, ledis, build, () => OK, atOnce);
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
    run(context, key, element, { rank, count, lengthMax }) {
      return positions(context, key, element, {
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
  context: Context,
  key: Bytes,
  element: Bytes,
  query: Omit<PositionQuery, "count"> & { readonly count: number | null },
): Answer {
  const { lists } = context.db;
  const { lengthMax } = query;
  const count = query.count ?? 1;
  const answer = (found: readonly number[]) => (query.count === null ? (found[0] ?? null) : found);
  const list = context.client.mayWait ? lists.findForSearch(key) : null;
  const length = lengthMax === 0 ? list?.size : Math.min(lengthMax, list?.size ?? 0);
  const isLong = length !== undefined && length > AT_ONCE_MAX;
  // What stands near the end from which it is looked for is found at once.
  const near = { ...query, count, lengthMax: isLong ? AT_ONCE_MAX : lengthMax };
  const found = lists.positions(key, element, near) ?? [];
  if (!isLong || (count > 0 && found.length === count)) return answer(found);
  const choose = () => searched(lists, key);
  return answerFromSnapshot(context, choose, function* ({ list }, rows) {
    if (list === null) return answer([]);
    return answer(yield* searchList(rows, list, element, { ...query, count }));
  });
}

/** The list for a search over a snapshot. Its look-up was counted before. */
function searched(lists: Lists, key: Bytes) {
  const list = lists.findForSearch(key);
  const sources = list === null ? [] : [{ id: list.id, kinds: [KIND_LIST] }];
  return { ids: sources.map(({ id }) => id), sources, list, keysFound: 0, keysMissing: 0 };
}
