/** Whole databases: their size, emptying and exchanging them. */

import { errors } from "../../errors.ts";
import { OK } from "../../resp/reply.ts";
import { type Command, command } from "../command.ts";
import { flushMode, int32 } from "./database-words.ts";

export const databaseCommands: readonly Command[] = [
  command("server", {
    name: "DBSIZE",
    summary: "Answers how many keys the database has, those included that have just expired.",
    flags: ["readonly", "fast"],
    args: [],
    run({ client, db }) {
      const counts = client.mayWait ? db.counts() : db.countsAtOnce();
      return counts instanceof Promise ? counts.then(({ keys }) => keys) : counts.keys;
    },
  }),
  command("server", {
    name: "FLUSHDB",
    summary:
      "Removes all keys of the database, at once; their memory is given back in the background.",
    flags: ["write"],
    args: [flushMode],
    run({ db, server }) {
      db.clear();
      server.tracking.flushed();
      return OK;
    },
  }),
  command("server", {
    name: "FLUSHALL",
    summary: "Removes all keys of all databases, at once.",
    flags: ["write"],
    args: [flushMode],
    run({ ledis, server }) {
      ledis.flushAll();
      server.tracking.flushed();
      return OK;
    },
  }),
  command("server", {
    name: "SWAPDB",
    summary: "Exchanges what two databases hold, at once.",
    since: "4.0.0",
    flags: ["write", "fast"],
    args: [
      int32("index1", errors.invalidFirstDatabase),
      int32("index2", errors.invalidSecondDatabase),
    ],
    run({ ledis }, first, second) {
      ledis.swap(first, second);
      return OK;
    },
  }),
];
