/** LedisDB's own scans: XSCAN, XHSCAN, XSSCAN, XZSCAN. A cursor is the last name; the empty one begins and ends. */
import { type Bytes, EMPTY, mapKey } from "../../bytes/bytes.ts";
import { readSortableDouble } from "../../bytes/sortable-double.ts";
import type { OrderedItem, OrderedPage, OrderedQuery } from "../../database/keys/ordered-scan.ts";
import { CommandError, errors } from "../../errors.ts";
import {
  TYPE_HASH,
  TYPE_LIST,
  TYPE_SET,
  TYPE_STRING,
  TYPE_ZSET,
} from "../../keyspace/rows/key-row.ts";
import { Double, type Reply } from "../../resp/reply.ts";
import { type Arg, type ArgumentDoc, bytes, index, key } from "../args.ts";
import { type Command, command } from "../command.ts";
import type { Words } from "../words.ts";

/** How many names are answered without COUNT, or with one below 1. */
const COUNT_DEFAULT = 10;
const COUNT_MAX = 10_000;

/** What LedisDB calls the types. */
const TYPES: ReadonlyMap<string, number> = new Map([
  ["KV", TYPE_STRING],
  ["HASH", TYPE_HASH],
  ["LIST", TYPE_LIST],
  ["SET", TYPE_SET],
  ["ZSET", TYPE_ZSET],
]);

const scannedType: Arg<number> = {
  min: 1,
  max: 1,
  read(words) {
    const name = mapKey(words.next());
    const type = TYPES.get(name.toUpperCase());
    if (type === undefined) throw new CommandError(`ERR invalid key type ${name}`);
    return type;
  },
  docs: [
    {
      name: "type",
      type: "oneof",
      arguments: [...TYPES.keys()].map((token) => ({
        name: token.toLowerCase(),
        type: "pure-token",
        token,
      })),
    },
  ],
};

const cursorWord = bytes("cursor");
const countWord = index("count");

const optionDocs: readonly ArgumentDoc[] = [
  { name: "match", type: "pattern", token: "MATCH", optional: true },
  { name: "count", type: "integer", token: "COUNT", optional: true },
  {
    name: "order",
    type: "oneof",
    optional: true,
    arguments: [
      { name: "asc", type: "pure-token", token: "ASC" },
      { name: "desc", type: "pure-token", token: "DESC" },
    ],
  },
];

/** `cursor [MATCH match] [COUNT count] [ASC|DESC]`, the options in any order. */
const scanQuery: Arg<OrderedQuery> = {
  min: 1,
  max: Number.POSITIVE_INFINITY,
  read: (words) => readQuery(cursorWord.read(words), words),
  docs: [...cursorWord.docs, ...optionDocs],
};

export const orderedScanCommands: readonly Command[] = [
  command("ledis", {
    name: "XSCAN",
    summary:
      "Answers keys of one type in order, and the last one to go on behind; empty at the end.",
    since: "ledis",
    flags: ["readonly"],
    args: [scannedType, scanQuery],
    run: ({ db }, type, query) => pageReply(db.orderedScan.keys(type, query), ({ name }) => [name]),
  }),
  command("ledis", {
    name: "XHSCAN",
    summary: "Answers fields of a hash in order with their values, and the last one.",
    since: "ledis",
    flags: ["readonly"],
    args: [key(), scanQuery],
    run: ({ db }, key, query) =>
      pageReply(db.orderedScan.fields(key, query), ({ name, value }) => [name, value]),
  }),
  command("ledis", {
    name: "XSSCAN",
    summary: "Answers members of a set in order, and the last one.",
    since: "ledis",
    flags: ["readonly"],
    args: [key(), scanQuery],
    run: ({ db }, key, query) =>
      pageReply(db.orderedScan.members(key, query), ({ name }) => [name]),
  }),
  command("ledis", {
    name: "XZSCAN",
    summary: "Answers members of a sorted set in byte order with their scores, and the last one.",
    since: "ledis",
    flags: ["readonly"],
    args: [key(), scanQuery],
    run: ({ db }, key, query) =>
      pageReply(db.orderedScan.scoredMembers(key, query), ({ name, value }) => [
        name,
        new Double(readSortableDouble(value, 0)),
      ]),
  }),
];

function pageReply({ items, last }: OrderedPage, replyOf: (item: OrderedItem) => Reply[]): Reply {
  return [last ?? EMPTY, items.flatMap(replyOf)];
}

/** @throws {CommandError} no such option, or a count that is no integer; with LedisDB's texts */
function readQuery(after: Bytes, words: Words): OrderedQuery {
  let pattern: Bytes | null = null;
  let count = COUNT_DEFAULT;
  let reverse = false;
  while (words.left > 0) {
    if (words.take("ASC")) reverse = false;
    else if (words.take("DESC")) reverse = true;
    else if (words.take("MATCH")) pattern = requireWord(words).next();
    else if (words.take("COUNT")) count = countWord.read(requireWord(words));
    else throw new CommandError(`ERR invalid argument ${mapKey(words.next())}`);
  }
  return { after, reverse, pattern, count: count < 1 ? COUNT_DEFAULT : Math.min(count, COUNT_MAX) };
}

/** The words, of which one is left. @throws {CommandError} none is */
function requireWord(words: Words): Words {
  if (words.left === 0) throw new CommandError(errors.ledisParameters);
  return words;
}
