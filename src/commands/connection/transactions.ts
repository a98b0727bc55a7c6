/** Transactions: commands that run together, and keys that must not change before they do. */
import { CommandError, errors } from "../../errors.ts";
import { OK } from "../../resp/reply.ts";
import { key, some } from "../args.ts";
import { type Command, type CommandFlag, command } from "../command.ts";

const FLAGS: readonly CommandFlag[] = ["noscript", "loading", "stale", "fast", "allow_busy"];

export const transactionCommands: readonly Command[] = [
  command("transactions", {
    name: "DISCARD",
    summary: "Forgets what was queued since MULTI, and the watched keys.",
    since: "2.0.0",
    flags: FLAGS,
    args: [],
    run({ client }) {
      if (!client.transaction.isOpen) throw new CommandError(errors.discardWithoutMulti);
      client.transaction.discard();
      return OK;
    },
  }),
  command("transactions", {
    name: "EXEC",
    summary: "Runs what was queued since MULTI in one turn, unless a watched key has changed.",
    since: "1.2.0",
    flags: ["noscript", "loading", "stale", "skip_slowlog"],
    args: [],
    run: ({ client }) => client.transaction.execute(),
  }),
  command("transactions", {
    name: "MULTI",
    summary: "Queues the commands that follow until EXEC.",
    since: "1.2.0",
    flags: FLAGS,
    args: [],
    run({ client }) {
      client.transaction.begin();
      return OK;
    },
  }),
  command("transactions", {
    name: "UNWATCH",
    summary: "Watches no keys any more.",
    since: "2.2.0",
    flags: FLAGS,
    args: [],
    run({ client }) {
      client.transaction.unwatch();
      return OK;
    },
  }),
  command("transactions", {
    name: "WATCH",
    summary: "Has the next EXEC run nothing if one of the keys has changed by then.",
    since: "2.2.0",
    flags: FLAGS,
    args: [some(key())],
    run({ client, db }, keys) {
      if (client.transaction.isOpen) throw new CommandError(errors.watchInMulti);
      client.transaction.watch(db.table, keys);
      return OK;
    },
  }),
];
