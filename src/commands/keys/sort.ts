/** SORT, and SORT_RO, which stores nothing. */
import { type Bytes, copyBytes, EMPTY, fromText } from "../../bytes/bytes.ts";
import type { DB } from "../../database/db.ts";
import type { SortQuery } from "../../database/sorting/sorting.ts";
import { CommandError, errors } from "../../errors.ts";
import type { Reply } from "../../resp/reply.ts";
import { mayReadAll } from "../acl/permissions.ts";
import { type Arg, type ArgumentDoc, index, key } from "../args.ts";
import type { Client } from "../client.ts";
import { type Command, command } from "../command.ts";
import { runInSlices } from "../slices.ts";
import type { Words } from "../words.ts";

/** What the words behind the key ask for; copied, because sorting may outlast the request. */
interface SortWords {
  readonly query: SortQuery;
  /** null: answer the outcome. */
  readonly target: Bytes | null;
}

/** A pattern without one names no other key. */
const STAR = 0x2a;

const limitWord = index("offset");

const docs: readonly ArgumentDoc[] = [
  { name: "pattern", type: "pattern", token: "BY", optional: true },
  {
    name: "offset_count",
    type: "block",
    token: "LIMIT",
    optional: true,
    arguments: [
      { name: "offset", type: "integer" },
      { name: "count", type: "integer" },
    ],
  },
  { name: "pattern", type: "pattern", token: "GET", optional: true, multiple: true },
  {
    name: "order",
    type: "oneof",
    optional: true,
    arguments: [
      { name: "asc", type: "pure-token", token: "ASC" },
      { name: "desc", type: "pure-token", token: "DESC" },
    ],
  },
  { name: "sorting", type: "pure-token", token: "ALPHA", optional: true },
];

export const sortCommands: readonly Command[] = [
  command("generic", {
    name: "SORT",
    summary:
      "Answers the elements of a list, a set or a sorted set in order, or stores them as a list.",
    flags: ["write", "denyoom"],
    args: [key(), sortWords(true)],
    run({ client, db, server }, key, { query, target }) {
      const words = target === null ? ["SORT", key] : ["SORT", key, "STORE", target];
      checkAccess(client, server.commands.byName("SORT")!, words, query);
      return runInSlices<Reply>(
        target === null
          ? db.sorting.sort(copyBytes(key), query)
          : sortInto(db, copyBytes(key), query, target),
        client.mayWait,
      );
    },
  }),
  command("generic", {
    name: "SORT_RO",
    summary: "The same as SORT without STORE.",
    since: "7.0.0",
    flags: ["readonly"],
    args: [key(), sortWords(false)],
    run({ client, db, server }, key, { query }) {
      checkAccess(client, server.commands.byName("SORT_RO")!, ["SORT_RO", key], query);
      return runInSlices<Reply>(db.sorting.sort(copyBytes(key), query), client.mayWait);
    },
  }),
];

/**
 * Keys that patterns name are those of whoever may read all.
 *
 * @param words the request without its options
 * @throws {CommandError} the client's user may not
 */
function checkAccess(
  { user }: Client,
  command: Command,
  words: readonly (string | Bytes)[],
  { by, get }: SortQuery,
): void {
  const option = by?.includes(STAR) ? "BY" : get.length > 0 ? "GET" : null;
  if (user.isUnrestricted || option === null) return;
  const request = words.map((word) => (typeof word === "string" ? fromText(word) : word));
  if (mayReadAll(user, command, request)) return;
  throw new CommandError(
    `ERR ${option} option of SORT denied due to insufficient ACL permissions.`,
  );
}

/** Stores the outcome as a list, an empty string for what is not there; answers its length. */
function* sortInto(
  db: DB,
  key: Bytes,
  query: SortQuery,
  target: Bytes,
): Generator<void, number, void> {
  const values = yield* db.sorting.sort(key, query);
  return db.lists.replaceOrRemove(
    target,
    values.map((value) => value ?? EMPTY),
  );
}

/** The words may come in any order; given twice, the last counts. */
function sortWords(canStore: boolean): Arg<SortWords> {
  return {
    min: 0,
    max: Number.POSITIVE_INFINITY,
    read: (words) => readSortWords(words, canStore),
    docs: canStore
      ? [...docs, { name: "destination", type: "key", token: "STORE", optional: true }]
      : docs,
  };
}

/** @throws {CommandError} no such option, or a number that is none */
function readSortWords(words: Words, canStore: boolean): SortWords {
  let by: Bytes | null = null;
  let target: Bytes | null = null;
  let [offset, count] = [0, -1];
  let [isDescending, isAlphabetic] = [false, false];
  const get: Bytes[] = [];
  while (words.left > 0) {
    if (words.take("ASC")) isDescending = false;
    else if (words.take("DESC")) isDescending = true;
    else if (words.take("ALPHA")) isAlphabetic = true;
    else if (words.left > 2 && words.take("LIMIT")) {
      offset = limitWord.read(words);
      count = limitWord.read(words);
    } else if (canStore && words.left > 1 && words.take("STORE")) target = copyBytes(words.next());
    else if (words.left > 1 && words.take("BY")) by = copyBytes(words.next());
    else if (words.left > 1 && words.take("GET")) get.push(copyBytes(words.next()));
    else throw new CommandError(errors.syntax);
  }
  const isStored = target !== null;
  return { query: { by, get, offset, count, isDescending, isAlphabetic, isStored }, target };
}
