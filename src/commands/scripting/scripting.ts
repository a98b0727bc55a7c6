/** EVAL and its kin, and SCRIPT: Lua scripts, each of them whole in one turn. */
import { type Bytes, equalsIgnoreCase, mapKey } from "../../bytes/bytes.ts";
import { CommandError, errors } from "../../errors.ts";
import { readScriptHead } from "../../lua/script-flags.ts";
import type { Script } from "../../lua/scripts.ts";
import { OK, type Reply } from "../../resp/reply.ts";
import type { Request } from "../../resp/request.ts";
import { any, bytes, some } from "../args.ts";
import { type Command, type CommandFlag, command, container, subcommand } from "../command.ts";
import type { Context } from "../context.ts";
import { helpSubcommand } from "../help.ts";
import { refuseScript, runScript, scriptRefusal } from "./script-runs.ts";
import { isFlushMode, type ScriptWords, scriptWords } from "./script-words.ts";

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

const words = scriptWords(errors.notInteger);

/** Runs a script for a client. */
function run(
  context: Context,
  script: Script,
  { keys, args }: ScriptWords,
  isReadOnly: boolean,
): Reply {
  const runnable = { title: `script ${script.sha}`, flags: script.flags };
  refuseScript(context, runnable);
  return runScript(context, { ...runnable, isReadOnly, keys }, (host) =>
    context.server.scripting.scripts.run(script, keys, args, host),
  );
}

function evalText(
  context: Context,
  body: Bytes,
  words: () => ScriptWords,
  isReadOnly: boolean,
): Reply {
  const read = words();
  return run(context, context.server.scripting.scripts.load(body), read, isReadOnly);
}

function evalSha(
  context: Context,
  sha: Bytes,
  words: () => ScriptWords,
  isReadOnly: boolean,
): Reply {
  if (sha.length !== SHA_LENGTH) throw new CommandError(errors.noScript);
  const read = words();
  const script = context.server.scripting.scripts.find(mapKey(sha));
  if (script === undefined) throw new CommandError(errors.noScript);
  return run(context, script, read, isReadOnly);
}

/** A first line that makes no sense is told of when the script is to run. */
function refusalOfText(context: Context, request: Request): string | null {
  try {
    return scriptRefusal(context, readScriptHead(request.bytes(1)).flags);
  } catch (error) {
    if (error instanceof CommandError) return null;
    throw error;
  }
}

function refusalOfSha(context: Context, request: Request): string | null {
  const script = context.server.scripting.scripts.find(mapKey(request.bytes(1)));
  return scriptRefusal(context, script?.flags ?? null);
}

function flushScripts({ server }: Context, modes: readonly Bytes[]): Reply {
  const [mode, surplus] = modes;
  if (!isFlushMode(mode) || surplus !== undefined) throw new CommandError(errors.scriptFlushMode);
  server.scripting.scripts.flush();
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
    args: [bytes("script"), words],
    queueRefusal: refusalOfText,
    run: (context, body, words) => evalText(context, body, words, false),
  }),
  command("scripting", {
    name: "EVAL_RO",
    summary: "Runs a Lua script that may not write.",
    since: "7.0.0",
    flags: READING,
    args: [bytes("script"), words],
    queueRefusal: refusalOfText,
    run: (context, body, words) => evalText(context, body, words, true),
  }),
  command("scripting", {
    name: "EVALSHA",
    summary: "Runs a Lua script that the server knows, by its SHA-1.",
    since: "2.6.0",
    flags: WRITING,
    args: [bytes("sha1"), words],
    queueRefusal: refusalOfSha,
    run: (context, sha, words) => evalSha(context, sha, words, false),
  }),
  command("scripting", {
    name: "EVALSHA_RO",
    summary: "Runs a Lua script that the server knows and that may not write.",
    since: "7.0.0",
    flags: READING,
    args: [bytes("sha1"), words],
    queueRefusal: refusalOfSha,
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
        run: ({ server }, names) =>
          names.map((name) => (server.scripting.scripts.has(mapKey(name)) ? 1 : 0)),
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
        run: ({ server }, body) => server.scripting.scripts.load(body).sha,
      }),
    ],
  }),
];
