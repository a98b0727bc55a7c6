/** EVAL and its kin, and SCRIPT: Lua scripts, each of them whole in one turn. */
import { type Bytes, equalsIgnoreCase, mapKey } from "../../bytes/bytes.ts";
import { parseSafeInteger } from "../../bytes/integer.ts";
import { CommandError, errors, scriptStopped } from "../../errors.ts";
import { ScriptStopped } from "../../lua/interpreter.ts";
import type { Script } from "../../lua/scripts.ts";
import { OK, type Reply } from "../../resp/reply.ts";
import { type Arg, any, bytes, some } from "../args.ts";
import { type Command, type CommandFlag, command, container, subcommand } from "../command.ts";
import type { Context } from "../context.ts";
import { helpSubcommand } from "../help.ts";
import { ScriptCalls } from "./script-calls.ts";

const SHA_LENGTH = 40;

const FLAGS: readonly CommandFlag[] = ["noscript", "stale", "skip_monitor", "no_mandatory_keys"];
const WRITING: readonly CommandFlag[] = [...FLAGS, "may_replicate"];
const READING: readonly CommandFlag[] = ["readonly", ...FLAGS];

const SCRIPT_HELP = [
  "DEBUG (YES|SYNC|NO)",
  "    Set the debug mode for subsequent scripts executed.",
  "EXISTS <sha1> [<sha1> ...]",
  "    Return information about the existence of the scripts in the script cache.",
  "FLUSH [ASYNC|SYNC]",
  "    Flush the Lua scripts cache. Very dangerous on replicas.",
  "    When called without the optional mode argument, the behavior is determined by the",
  "    lazyfree-lazy-user-flush configuration directive. Valid modes are:",
  "    * ASYNC: Asynchronously flush the scripts cache.",
  "    * SYNC: Synchronously flush the scripts cache.",
  "KILL",
  "    Kill the currently executing Lua script.",
  "LOAD <script>",
  "    Load a script into the scripts cache without executing it.",
];

/** Keys behind their number, which may be 0, and what else the script gets. */
interface ScriptWords {
  readonly keys: readonly Bytes[];
  readonly args: readonly Bytes[];
}

/** Read when `run` calls it: a script that is not known is the first thing to be told. */
const scriptWords: Arg<() => ScriptWords> = {
  min: 1,
  max: Number.POSITIVE_INFINITY,
  docs: [
    { name: "numkeys", type: "integer" },
    { name: "key", type: "key", optional: true, multiple: true },
    { name: "arg", type: "string", optional: true, multiple: true },
  ],
  read(words) {
    const number = words.next();
    const rest: Bytes[] = [];
    while (words.left > 0) rest.push(words.next());
    return () => {
      const count = parseSafeInteger(number);
      if (Number.isNaN(count)) throw new CommandError(errors.notInteger);
      if (count > rest.length) throw new CommandError(errors.keyCountTooLarge);
      if (count < 0) throw new CommandError(errors.negativeKeys);
      return { keys: rest.slice(0, count), args: rest.slice(count) };
    };
  },
};

/** Runs a script for a client. What it wrote is undone if it had to be stopped. */
function run(
  context: Context,
  script: Script,
  { keys, args }: ScriptWords,
  isReadOnly: boolean,
): Reply {
  const { client, ledis, server } = context;
  const { flags } = script;
  const mayWrite = flags === null || !flags.has("no-writes");
  if (flags !== null && mayWrite) {
    if (isReadOnly) throw new CommandError(errors.scriptMayWrite);
    const refusal = server.writeRefusal;
    if (refusal !== null) throw new CommandError(refusal);
  }
  const calls = new ScriptCalls(context, isReadOnly || !mayWrite, keys);
  const { database } = client;
  const savepoint = ledis.keyspace.savepoints.take();
  try {
    return server.scripts.run(script, keys, args, calls);
  } catch (error) {
    if (!(error instanceof ScriptStopped)) throw error;
    ledis.keyspace.savepoints.rollback(savepoint);
    throw new CommandError(scriptStopped(script.sha, error.message));
  } finally {
    // SELECT within a script holds for the script.
    if (client.database !== database) client.select(database);
  }
}

function evalText(
  context: Context,
  body: Bytes,
  words: () => ScriptWords,
  isReadOnly: boolean,
): Reply {
  const read = words();
  return run(context, context.server.scripts.load(body), read, isReadOnly);
}

function evalSha(
  context: Context,
  sha: Bytes,
  words: () => ScriptWords,
  isReadOnly: boolean,
): Reply {
  if (sha.length !== SHA_LENGTH) throw new CommandError(errors.noScript);
  const read = words();
  const script = context.server.scripts.find(mapKey(sha));
  if (script === undefined) throw new CommandError(errors.noScript);
  return run(context, script, read, isReadOnly);
}

function flushScripts({ server }: Context, modes: readonly Bytes[]): Reply {
  const [mode, surplus] = modes;
  const isKnown =
    mode === undefined || equalsIgnoreCase(mode, "SYNC") || equalsIgnoreCase(mode, "ASYNC");
  if (!isKnown || surplus !== undefined) throw new CommandError(errors.scriptFlushMode);
  server.scripts.flush();
  return OK;
}

function setDebugMode(mode: Bytes): Reply {
  if (equalsIgnoreCase(mode, "NO")) return OK;
  const isKnown = equalsIgnoreCase(mode, "YES") || equalsIgnoreCase(mode, "SYNC");
  throw new CommandError(isKnown ? errors.noScriptDebugger : errors.scriptDebugMode);
}

export const scriptingCommands: readonly Command[] = [
  command("scripting", {
    name: "EVAL",
    summary: "Runs a Lua script.",
    since: "2.6.0",
    flags: WRITING,
    args: [bytes("script"), scriptWords],
    run: (context, body, words) => evalText(context, body, words, false),
  }),
  command("scripting", {
    name: "EVAL_RO",
    summary: "Runs a Lua script that may not write.",
    since: "7.0.0",
    flags: READING,
    args: [bytes("script"), scriptWords],
    run: (context, body, words) => evalText(context, body, words, true),
  }),
  command("scripting", {
    name: "EVALSHA",
    summary: "Runs a Lua script that the server knows, by its SHA-1.",
    since: "2.6.0",
    flags: WRITING,
    args: [bytes("sha1"), scriptWords],
    run: (context, sha, words) => evalSha(context, sha, words, false),
  }),
  command("scripting", {
    name: "EVALSHA_RO",
    summary: "Runs a Lua script that the server knows and that may not write.",
    since: "7.0.0",
    flags: READING,
    args: [bytes("sha1"), scriptWords],
    run: (context, sha, words) => evalSha(context, sha, words, true),
  }),
  container("scripting", {
    name: "SCRIPT",
    summary: "Shows and changes which scripts the server knows.",
    since: "2.6.0",
    subcommands: [
      subcommand("scripting", {
        name: "SCRIPT|DEBUG",
        summary: "Refuses: there is no debugger for scripts.",
        since: "3.2.0",
        flags: ["noscript"],
        args: [bytes("mode")],
        run: (_, mode) => setDebugMode(mode),
      }),
      subcommand("scripting", {
        name: "SCRIPT|EXISTS",
        summary: "Tells which scripts the server knows.",
        since: "2.6.0",
        flags: ["noscript"],
        args: [some(bytes("sha1"))],
        run: ({ server }, names) => names.map((name) => (server.scripts.has(mapKey(name)) ? 1 : 0)),
      }),
      subcommand("scripting", {
        name: "SCRIPT|FLUSH",
        summary: "Forgets all scripts.",
        since: "2.6.0",
        flags: ["noscript"],
        args: [any(bytes("mode"))],
        run: flushScripts,
      }),
      helpSubcommand("scripting", "SCRIPT", "5.0.0", SCRIPT_HELP),
      subcommand("scripting", {
        name: "SCRIPT|KILL",
        summary: "Answers that no script runs: none does while another client is served.",
        since: "2.6.0",
        flags: ["noscript", "allow_busy"],
        args: [],
        run() {
          throw new CommandError(errors.noScriptRuns);
        },
      }),
      subcommand("scripting", {
        name: "SCRIPT|LOAD",
        summary: "Remembers a script without running it; answers its SHA-1.",
        since: "2.6.0",
        flags: ["noscript", "stale"],
        args: [bytes("script")],
        run: ({ server }, body) => server.scripts.load(body).sha,
      }),
    ],
  }),
];
