/** The server family: time, saving, stopping. INFO, CONFIG, SLOWLOG and others have files of their own. */
import { type Bytes, equalsIgnoreCase } from "../../bytes/bytes.ts";
import { parseSafeInteger } from "../../bytes/integer.ts";
import { clock } from "../../clock.ts";
import { CommandError, errors, messageOf } from "../../errors.ts";
import { log } from "../../log.ts";
import { OK, type Reply, Status } from "../../resp/reply.ts";
import type { ArgumentDoc } from "../args.ts";
import { type Command, command } from "../command.ts";
import type { Context } from "../context.ts";
import { rawWords } from "../raw-words.ts";
import { lolwut } from "./lolwut.ts";

const SAVING = new Status("Background saving started");
const SAVING_SCHEDULED = new Status("Background saving scheduled");
const REWRITING = new Status("Background append only file rewriting started");

const SCHEDULE: readonly ArgumentDoc[] = [
  { name: "schedule", type: "pure-token", token: "SCHEDULE", optional: true },
];

/** The words of SHUTDOWN. */
const SHUTDOWN_WORDS = ["NOSAVE", "SAVE", "NOW", "FORCE", "ABORT"] as const;

const SHUTDOWN_DOCS = SHUTDOWN_WORDS.map(
  (token): ArgumentDoc => ({
    name: token.toLowerCase(),
    type: "pure-token",
    token,
    optional: true,
  }),
);

/** A save that nobody waits for; what becomes of it stands in INFO and in the process log. */
function saveInBackground({ server }: Context): void {
  void server.save().catch(() => {});
}

async function save({ server }: Context): Promise<Reply> {
  await server.save().catch((error: unknown) => {
    if (error instanceof CommandError) throw error;
    const reason = messageOf(error);
    throw new CommandError(`ERR saving failed: ${reason}`, { cause: error });
  });
  return OK;
}

function bgsave(context: Context, words: readonly Bytes[]): Reply {
  const [word] = words;
  const isSchedule = word !== undefined && equalsIgnoreCase(word, "SCHEDULE");
  if (words.length > 1 || (word !== undefined && !isSchedule)) {
    throw new CommandError(errors.syntax);
  }
  if (context.server.saves.inProgress) {
    if (isSchedule) return SAVING_SCHEDULED;
    throw new CommandError(errors.saveInProgress);
  }
  saveInBackground(context);
  return SAVING;
}

/** Never answers where it succeeds: the connection closes when the server has stopped. */
function shutdown({ server, client }: Context, words: readonly Bytes[]): Promise<Reply> {
  const given = new Set(
    words.map((word) => {
      const known = SHUTDOWN_WORDS.find((name) => equalsIgnoreCase(word, name));
      if (known === undefined) throw new CommandError(errors.syntax);
      return known;
    }),
  );
  const contradicts = given.has("SAVE") && given.has("NOSAVE");
  if (contradicts || (given.has("ABORT") && given.size > 1)) throw new CommandError(errors.syntax);
  if (given.has("ABORT")) throw new CommandError("ERR No shutdown in progress.");
  log.info("server", "stopping", { command: "SHUTDOWN", client: client.address });
  server.shutdown({ save: !given.has("NOSAVE") });
  return new Promise(() => {});
}

function time(): Reply {
  const microseconds = clock.nowUs();
  return [`${microseconds / 1_000_000n}`, `${microseconds % 1_000_000n}`];
}

/** VERSION chooses a picture in Redis; here it must only be a number. */
function drawing(words: readonly Bytes[]): Reply {
  const [version, number] = words;
  if (version !== undefined && number !== undefined && equalsIgnoreCase(version, "VERSION")) {
    if (Number.isNaN(parseSafeInteger(number))) throw new CommandError(errors.notInteger);
  }
  return lolwut();
}

export const serverCommands: readonly Command[] = [
  command("server", {
    name: "BGREWRITEAOF",
    summary: "Moves everything written so far into SQLite, in the background.",
    flags: ["admin", "noscript", "no_async_loading"],
    args: [],
    run(context) {
      if (!context.server.saves.inProgress) saveInBackground(context);
      return REWRITING;
    },
  }),
  command("server", {
    name: "BGSAVE",
    summary: "Moves everything written so far into SQLite, in the background.",
    flags: ["admin", "noscript", "no_async_loading"],
    args: [rawWords(0, SCHEDULE)],
    run: bgsave,
  }),
  command("server", {
    name: "LASTSAVE",
    summary: "Answers when the last SAVE succeeded.",
    flags: ["loading", "stale", "fast", "dangerous"],
    args: [],
    run: ({ server }) => server.saves.lastTime,
  }),
  command("server", {
    name: "LOLWUT",
    summary: "Draws something, and tells the version.",
    since: "5.0.0",
    flags: ["readonly", "fast"],
    args: [rawWords(0, [{ name: "version", type: "integer", token: "VERSION", optional: true }])],
    run: (_, words) => drawing(words),
  }),
  command("server", {
    name: "SAVE",
    summary: "Moves everything written so far into SQLite, and answers when it is durable there.",
    flags: ["admin", "noscript", "no_async_loading", "no_multi"],
    args: [],
    run: save,
  }),
  command("server", {
    name: "SHUTDOWN",
    summary: "Stops the server. NOSAVE leaves what is not in SQLite to the next start.",
    flags: ["admin", "noscript", "loading", "stale", "no_multi", "allow_busy"],
    args: [rawWords(0, SHUTDOWN_DOCS)],
    run: shutdown,
  }),
  command("server", {
    name: "TIME",
    summary: "Answers the server's time: seconds, and microseconds within them.",
    since: "2.6.0",
    flags: ["loading", "stale", "fast"],
    args: [],
    run: time,
  }),
];
