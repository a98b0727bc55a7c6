/** FCALL and FCALL_RO: functions of libraries, each call of them whole in one turn. */
import { type Bytes, mapKey } from "../../bytes/bytes.ts";
import { CommandError, errors } from "../../errors.ts";
import type { LibraryFunction } from "../../lua/library-set.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Request } from "../../resp/request.ts";
import { bytes } from "../args.ts";
import { type Command, type CommandFlag, command } from "../command.ts";
import type { Context } from "../context.ts";
import { refuseScript, runScript, scriptRefusal } from "./script-runs.ts";
import { type ScriptWords, scriptWords } from "./script-words.ts";

const FLAGS: readonly CommandFlag[] = ["noscript", "stale", "skip_monitor", "no_mandatory_keys"];

const ARGS = [bytes("function"), scriptWords(errors.functionKeys)] as const;

function find({ ledis, server }: Context, name: Bytes): LibraryFunction | undefined {
  return server.scripting.functions.librariesOf(ledis.libraries).find(mapKey(name));
}

function queueRefusal(context: Context, request: Request): string | null {
  return scriptRefusal(context, find(context, request.bytes(1))?.flags ?? null);
}

function callFunction(
  context: Context,
  name: Bytes,
  words: () => ScriptWords,
  isReadOnly: boolean,
): Reply {
  const found = find(context, name);
  if (found === undefined) throw new CommandError(errors.noFunction);
  const runnable = { title: `function ${found.name}`, flags: found.flags };
  refuseScript(context, runnable);
  const { keys, args } = words();
  return runScript(context, { ...runnable, isReadOnly, keys }, (host) =>
    context.server.scripting.functions.run(found, keys, args, host),
  );
}

export const functionCommands: readonly Command[] = [
  command("scripting", {
    name: "FCALL",
    summary: "Runs a function.",
    since: "7.0.0",
    flags: [...FLAGS, "may_replicate"],
    args: ARGS,
    queueRefusal,
    run: (context, name, words) => callFunction(context, name, words, false),
  }),
  command("scripting", {
    name: "FCALL_RO",
    summary: "Runs a function that may not write.",
    since: "7.0.0",
    flags: ["readonly", ...FLAGS],
    args: ARGS,
    queueRefusal,
    run: (context, name, words) => callFunction(context, name, words, true),
  }),
];
