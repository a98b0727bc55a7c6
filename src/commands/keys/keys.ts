/** The generic family: what can be done with keys whatever they hold. */
import { type Bytes, mapKey } from "../../bytes/bytes.ts";
import { typeName, typeOfName } from "../../database/key-table/type-names.ts";
import { CommandError, errors } from "../../errors.ts";
import { OK, type Reply, Status } from "../../resp/reply.ts";
import { bytes, flag, key, named, options, pattern, some } from "../args.ts";
import { type Command, command } from "../command.ts";
import type { Answer, Context } from "../context.ts";
import { inTurns } from "../in-turns.ts";
import { inSlices } from "../slices.ts";
import { int32 } from "./database-words.ts";
import { cursor, scanCursor, scanOptions, scanPosition, scanRows } from "./scan-words.ts";

/** Keys that KEYS looks at in one turn: a millisecond or two. */
const KEYS_SLICE_ROWS = 1000;
/** A type that no key has. */
const NO_TYPE = -1;

const NONE = new Status("none");

export const keyCommands: readonly Command[] = [
  command("generic", {
    name: "DEL",
    summary: "Removes keys, whatever they hold; answers how many there were.",
    flags: ["write"],
    args: [some(key())],
    run: ({ db }, keys) => countOf(keys, (key) => db.keys.remove(key)),
  }),
  command("generic", {
    name: "UNLINK",
    summary: "The same as DEL: what the keys held is always removed in the background.",
    since: "4.0.0",
    flags: ["write", "fast"],
    args: [some(key())],
    run: ({ db }, keys) => countOf(keys, (key) => db.keys.remove(key)),
  }),
  command("generic", {
    name: "EXISTS",
    summary: "Answers how many of the keys are there, each as often as it is named.",
    flags: ["readonly", "fast"],
    args: [some(key())],
    run: ({ db }, keys) => countOf(keys, (key) => db.keys.has(key)),
  }),
  command("generic", {
    name: "TOUCH",
    summary: "Answers how many of the keys are there; nothing remembers when a key was used.",
    since: "3.2.1",
    flags: ["readonly", "fast"],
    args: [some(key())],
    run: ({ db }, keys) => countOf(keys, (key) => db.keys.has(key)),
  }),
  command("generic", {
    name: "TYPE",
    summary: "Answers the type of a key: string, hash, list, zset, set, bitmap, or none.",
    flags: ["readonly", "fast"],
    args: [key()],
    run({ db }, key) {
      const type = db.keys.type(key);
      return type === null ? NONE : new Status(typeName(type));
    },
  }),
  command("generic", {
    name: "RENAME",
    summary: "Renames a key, TTL included; what the new name held is replaced.",
    flags: ["write"],
    args: [key(), key("newkey")],
    run({ db }, from, to) {
      db.keys.rename(from, to);
      return OK;
    },
  }),
  command("generic", {
    name: "RENAMENX",
    summary: "Renames a key if the new name is free.",
    flags: ["write", "fast"],
    args: [key(), key("newkey")],
    run: ({ db }, from, to) => (db.keys.renameIfFree(from, to) ? 1 : 0),
  }),
  command("generic", {
    name: "COPY",
    summary: "Copies a key, TTL included.",
    since: "6.2.0",
    flags: ["write", "denyoom"],
    args: [
      key("source"),
      key("destination"),
      options({ database: named("DB", int32("destination-db")), replace: flag("REPLACE") }),
    ],
    run({ client, db, ledis }, from, to, { database, replace }) {
      const target = database === null ? db : ledis.select(database);
      if (target === db && Buffer.compare(from, to) === 0) {
        throw new CommandError(errors.sameObject);
      }
      const place = { table: target.table, key: to, replace: replace === true };
      const build = db.keys.copyBuild(from, place, ledis.builds);
      const atOnce = () => (db.keys.copy(from, place.table, to, place.replace) ? 1 : 0);
      return inTurns(client, ledis, build, () => (build.isDone ? 1 : 0), atOnce);
    },
  }),
  command("generic", {
    name: "MOVE",
    summary: "Moves a key to another database, if it is not there already.",
    flags: ["write", "fast"],
    args: [key(), int32("db")],
    run({ db, ledis }, key, database) {
      const target = ledis.select(database);
      if (target === db) throw new CommandError(errors.sameObject);
      return db.keys.moveTo(target.table, key) ? 1 : 0;
    },
  }),
  command("generic", {
    name: "KEYS",
    summary: "Answers all keys that match a pattern.",
    flags: ["readonly", "dangerous"],
    args: [pattern()],
    run: (context, pattern) => matchingKeys(context, pattern),
  }),
  command("generic", {
    name: "SCAN",
    summary: "Answers some of the keys, and the cursor to go on with; 0 begins and ends.",
    since: "2.8.0",
    flags: ["readonly"],
    args: [cursor(), options({ ...scanOptions, type: named("TYPE", bytes("type")) })],
    run({ db, ledis }, cursor, { match, count, type }) {
      const after = scanPosition(ledis.cursors, cursor);
      const filter = { pattern: match, type: type === null ? null : namedType(type) };
      const { keys, last } = db.keys.page(after, filter, scanRows(count));
      return [scanCursor(ledis.cursors, last), keys];
    },
  }),
  command("generic", {
    name: "RANDOMKEY",
    summary: "Answers a key chosen by chance.",
    flags: ["readonly"],
    args: [],
    run: ({ db }) => db.keys.random(),
  }),
];

function countOf(keys: readonly Bytes[], holds: (key: Bytes) => boolean): number {
  let count = 0;
  for (const key of keys) if (holds(key)) count++;
  return count;
}

function namedType(name: Bytes): number {
  return typeOfName(mapKey(name).toLowerCase()) ?? NO_TYPE;
}

/** In slices, so that a walk over many keys keeps nobody waiting; within EXEC at once. */
function matchingKeys({ client, db }: Context, pattern: Bytes): Answer {
  const found: Bytes[] = [];
  let after: Bytes | null = null;
  return inSlices<Reply>(() => {
    const page = db.keys.page(after, { pattern, type: null }, KEYS_SLICE_ROWS);
    for (const key of page.keys) found.push(key);
    after = page.last;
    return after === null ? found : undefined;
  }, client.mayWait);
}
