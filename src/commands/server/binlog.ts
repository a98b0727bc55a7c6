/** BINLOG: which files the log has, and which of them may go. */
import { formatPosition } from "../../binlog/position.ts";
import { type Bytes, equalsIgnoreCase } from "../../bytes/bytes.ts";
import { parseSafeInteger } from "../../bytes/integer.ts";
import { CommandError, errors } from "../../errors.ts";
import { OK, Pairs, type Reply } from "../../resp/reply.ts";
import { bytes } from "../args.ts";
import { type Command, type CommandFlag, container, subcommand } from "../command.ts";
import type { Context } from "../context.ts";
import { helpSubcommand } from "../help.ts";

const HELP = [
  "LIST",
  "    Return the log's files, oldest first: number, size, place of the first byte in the",
  "    whole log, unix time of creation, history id.",
  "PURGE TO <number>",
  "    Remove the files before <number>, as far as nobody needs them. Return how many went.",
  "PURGE BEFORE <unix-time-seconds>",
  "    Remove the files that ended before <unix-time-seconds>. Return how many went.",
  "ROTATE",
  "    Begin a new file with the next write.",
  "STATUS",
  "    Return where the log ends and up to where it is durable.",
];

const FLAGS: readonly CommandFlag[] = ["admin", "noscript", "loading", "stale"];

function list({ ledis }: Context): Reply {
  return ledis.keyspace.history
    .files()
    .map(
      ({ file, base, bytes: size, createdAt, historyId }) =>
        new Pairs([
          ...["number", file],
          ...["size", size],
          ...["base", base],
          ...["created", createdAt],
          ...["history", historyId.toHex()],
        ]),
    );
}

function status({ ledis }: Context): Reply {
  const { history, syncedPosition } = ledis.keyspace;
  return new Pairs([
    ...["position", formatPosition(history.position)],
    ...["offset", history.offset],
    ...["synced", formatPosition(syncedPosition)],
    ...["history", history.id.toHex()],
  ]);
}

/** Number of the first file that was not complete at that time; one behind the last if all were. */
function firstBehind({ ledis }: Context, unixSeconds: number): number {
  const files = ledis.keyspace.history.files();
  const index = files.findIndex((_, i) => (files[i + 1]?.createdAt ?? Infinity) >= unixSeconds);
  return files[index]?.file ?? 0;
}

async function purge(context: Context, word: Bytes, bound: Bytes): Promise<Reply> {
  const isTo = equalsIgnoreCase(word, "TO");
  if (!isTo && !equalsIgnoreCase(word, "BEFORE")) throw new CommandError(errors.syntax);
  const number = parseSafeInteger(bound);
  if (!(number >= 0)) throw new CommandError(errors.notInteger);
  const { history } = context.ledis.keyspace;
  // Only what SQLite holds durably may go.
  await context.ledis.checkpoint();
  const before = history.files().length;
  history.purgeTo(isTo ? number : firstBehind(context, number));
  return before - history.files().length;
}

export const binlogCommand: Command = container("server", {
  name: "BINLOG",
  summary: "Shows and removes files of the log.",
  since: "ledis",
  subcommands: [
    helpSubcommand("server", "BINLOG", "ledis", HELP),
    subcommand("server", {
      name: "BINLOG|LIST",
      summary: "Answers the files of the log, oldest first.",
      since: "ledis",
      flags: FLAGS,
      args: [],
      run: list,
    }),
    subcommand("server", {
      name: "BINLOG|PURGE",
      summary: "Removes files that nobody needs, up to a number or a time.",
      since: "ledis",
      flags: FLAGS,
      args: [bytes("to-or-before"), bytes("bound")],
      run: purge,
    }),
    subcommand("server", {
      name: "BINLOG|ROTATE",
      summary: "Begins a new file with the next write.",
      since: "ledis",
      flags: FLAGS,
      args: [],
      run({ ledis }) {
        ledis.keyspace.rotateLog();
        return OK;
      },
    }),
    subcommand("server", {
      name: "BINLOG|STATUS",
      summary: "Answers where the log ends and up to where it is durable.",
      since: "ledis",
      flags: FLAGS,
      args: [],
      run: status,
    }),
  ],
});
