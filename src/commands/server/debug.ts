/** DEBUG: what tests need; refused unless `enable-debug-command` allows it. */
import { type Bytes, mapKey } from "../../bytes/bytes.ts";
import { parseDouble } from "../../bytes/double.ts";
import { matchesGlob } from "../../bytes/glob.ts";
import { DatasetDigest } from "../../database/dataset-digest.ts";
import { CommandError, errors, wrongSubcommand } from "../../errors.ts";
import { OK, type Reply, Status } from "../../resp/reply.ts";
import { bytes } from "../args.ts";
import { type Command, command } from "../command.ts";
import type { Context } from "../context.ts";
import { helpReply } from "../help.ts";
import { rawWords } from "../raw-words.ts";
import { inSlices } from "../slices.ts";
import { isOpenTo } from "./guarded.ts";

const HELP = helpReply("DEBUG", [
  "DIGEST",
  "    Return a digest of everything that the databases hold, whenever and however it was written.",
  "ERROR <string>",
  "    Return a Redis protocol error with <string> as message. Useful for clients",
  "    unit tests to simulate Redis errors.",
  "FLUSH",
  "    Move everything written so far into SQLite, durably.",
  "LOADAOF",
  "    As RELOAD.",
  "OBJECT <key>",
  "    Show what Redis would call the encoding of a value, and how long it is in the form of DUMP.",
  "RELOAD",
  "    Move everything written so far into SQLite, durably, and forget what is cached: reads come from there.",
  "SET-ACTIVE-EXPIRE (0|1)",
  "    Setting it to 0 disables expiring keys (and hash-fields, if supported) in",
  "    background when they are not accessed. Setting it to 1 reenables it.",
  "SLEEP <seconds>",
  "    Stop the server for <seconds>. Decimals allowed.",
  "STRINGMATCH-LEN <subject-length> <pattern>",
  '    Match a subject of so many letters "a" against a glob pattern.',
]);

const REFUSED =
  'ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.';

/** Bytes of a DUMP payload that are not the value: type, version and checksum. */
const DUMP_OVERHEAD_BYTES = 11;

/** Longest subject of STRINGMATCH-LEN. */
const SUBJECT_BYTES_MAX = 1 << 20;

function requireAllowed({ server, client }: Context): void {
  if (!isOpenTo(client, server.config.get("enable-debug-command"))) throw new CommandError(REFUSED);
}

/** Stops the whole server, as in Redis: nothing is read, run or answered meanwhile. */
function sleep(seconds: number): Reply {
  if (seconds > 0) Bun.sleepSync(seconds * 1000);
  return OK;
}

function setActiveExpire({ ledis }: Context, word: string): Reply {
  if (word === "0") ledis.expiry.stop();
  else ledis.expiry.start();
  return OK;
}

function matchLength(length: number, pattern: Bytes): Reply {
  const bytes = Math.min(Math.max(0, Math.floor(length) || 0), SUBJECT_BYTES_MAX);
  return matchesGlob(pattern, Buffer.alloc(bytes, "a")) ? 1 : 0;
}

async function digest({ ledis }: Context): Promise<Reply> {
  const digest = new DatasetDigest(ledis);
  return inSlices(() => digest.slice() ?? undefined);
}

async function flush({ ledis }: Context): Promise<Reply> {
  await ledis.checkpoint();
  return OK;
}

async function reload({ ledis }: Context): Promise<Reply> {
  await ledis.reload();
  return OK;
}

/** In Redis's form: tools take it apart. */
function describe({ db }: Context, key: Bytes): Reply {
  const encoding = db.keys.encoding(key);
  if (encoding === null) throw new CommandError(errors.noSuchKey);
  const length = db.dumps.dump(key)!.length - DUMP_OVERHEAD_BYTES;
  return new Status(
    `Value at:0x0 refcount:1 encoding:${encoding} serializedlength:${length} lru:0 lru_seconds_idle:0`,
  );
}

function debug(context: Context, name: Bytes, words: readonly Bytes[]): Reply | Promise<Reply> {
  requireAllowed(context);
  const [first, second] = words;
  switch (`${mapKey(name).toUpperCase()} ${words.length}`) {
    case "HELP 0":
      return HELP;
    case "ERROR 1":
      throw new CommandError(mapKey(first!));
    case "DIGEST 0":
      return digest(context);
    case "FLUSH 0":
      return flush(context);
    case "OBJECT 1":
      return describe(context, first!);
    case "LOADAOF 0":
    case "RELOAD 0":
      return reload(context);
    case "SET-ACTIVE-EXPIRE 1":
      return setActiveExpire(context, mapKey(first!));
    case "SLEEP 1":
      return sleep(parseDouble(first!));
    case "STRINGMATCH-LEN 2":
      return matchLength(parseDouble(first!), second!);
    default:
      throw new CommandError(wrongSubcommand("DEBUG", mapKey(name)));
  }
}

export const debugCommand: Command = command("server", {
  name: "DEBUG",
  summary: "Helps tests of the server.",
  flags: ["admin", "noscript", "loading", "stale"],
  args: [
    bytes("subcommand"),
    rawWords(0, [{ name: "arg", type: "string", optional: true, multiple: true }]),
  ],
  run: debug,
});
