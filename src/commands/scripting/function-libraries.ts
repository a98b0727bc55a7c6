/** FUNCTION: which libraries of functions there are, and what is in them. */
import { type Bytes, equalsIgnoreCase, fromMapKey, mapKey } from "../../bytes/bytes.ts";
import { matchesGlob } from "../../bytes/glob.ts";
import { CommandError, errors, wrongSubcommand } from "../../errors.ts";
import type { RestorePolicy } from "../../lua/functions.ts";
import type { Library, LibraryFunction, LibrarySet } from "../../lua/library-set.ts";
import { SCRIPT_FLAGS } from "../../lua/script-flags.ts";
import { isSealed } from "../../rdb/dump-payload.ts";
import { openLibraries, sealLibraries } from "../../rdb/function-payload.ts";
import { RdbError } from "../../rdb/rdb-error.ts";
import { RdbFullError } from "../../rdb/rdb-writer.ts";
import { OK, Pairs, type Reply, SetReply, Status } from "../../resp/reply.ts";
import type { ArgumentDoc } from "../args.ts";
import { bytes } from "../args.ts";
import { type Command, type CommandFlag, container, subcommand } from "../command.ts";
import type { Context } from "../context.ts";
import { helpSubcommand } from "../help.ts";
import { rawWords } from "../raw-words.ts";
import { FUNCTION_HELP } from "./function-help.ts";
import { isFlushMode } from "./script-words.ts";

const CHANGING: readonly CommandFlag[] = ["write", "noscript"];
const GROWING: readonly CommandFlag[] = ["write", "denyoom", "noscript"];

const POLICIES: readonly RestorePolicy[] = ["flush", "append", "replace"];

function token(name: string): ArgumentDoc {
  return { name, type: "pure-token", token: name.toUpperCase() };
}

const LOAD_WORDS: readonly ArgumentDoc[] = [
  { ...token("replace"), optional: true },
  { name: "function-code", type: "string" },
];
const LIST_WORDS: readonly ArgumentDoc[] = [
  { name: "library-name-pattern", type: "string", token: "LIBRARYNAME", optional: true },
  { ...token("withcode"), optional: true },
];
const FLUSH_WORDS: readonly ArgumentDoc[] = [
  { name: "async", type: "oneof", optional: true, arguments: [token("async"), token("sync")] },
];
const RESTORE_WORDS: readonly ArgumentDoc[] = [
  { name: "serialized-value", type: "string" },
  { name: "policy", type: "oneof", optional: true, arguments: POLICIES.map(token) },
];

function librariesOf({ ledis, server }: Context): LibrarySet {
  return server.scripting.functions.librariesOf(ledis.libraries);
}

function load({ ledis, server }: Context, words: readonly Bytes[]): Reply {
  const options = words.slice(0, -1);
  const unknown = options.find((word) => !equalsIgnoreCase(word, "REPLACE"));
  if (unknown !== undefined) {
    throw new CommandError(`ERR Unknown option given: ${mapKey(unknown)}`);
  }
  return server.scripting.functions.load(ledis.libraries, words.at(-1)!, options.length > 0);
}

interface ListWords {
  readonly pattern: Bytes | null;
  readonly withCode: boolean;
}

function listWords(words: readonly Bytes[]): ListWords {
  let pattern: Bytes | null = null;
  let withCode = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (!withCode && equalsIgnoreCase(word, "WITHCODE")) {
      withCode = true;
    } else if (pattern === null && equalsIgnoreCase(word, "LIBRARYNAME")) {
      pattern = words[++at] ?? null;
      if (pattern === null) throw new CommandError(errors.noLibraryPattern);
    } else {
      throw new CommandError(`ERR Unknown argument ${mapKey(word)}`);
    }
  }
  return { pattern, withCode };
}

function list(context: Context, words: readonly Bytes[]): Reply {
  const { pattern, withCode } = listWords(words);
  return [...librariesOf(context)]
    .filter(({ name }) => pattern === null || matchesGlob(pattern, fromMapKey(name), true))
    .map((library) => libraryReply(library, withCode));
}

function libraryReply({ name, functions, code }: Library, withCode: boolean): Reply {
  return new Pairs([
    ...["library_name", name, "engine", "LUA", "functions", functions.map(functionReply)],
    ...(withCode ? ["library_code", code] : []),
  ]);
}

function functionReply({ name, description, flags }: LibraryFunction): Reply {
  const shown = SCRIPT_FLAGS.filter((flag) => flags.has(flag)).map((flag) => new Status(flag));
  return new Pairs(["name", name, "description", description, "flags", new SetReply(shown)]);
}

/** Nothing runs while another client is served. */
function stats(context: Context): Reply {
  const { size, functionCount } = librariesOf(context);
  const lua = new Pairs(["libraries_count", size, "functions_count", functionCount]);
  return new Pairs(["running_script", null, "engines", new Pairs(["LUA", lua])]);
}

function flush({ ledis, server }: Context, [mode, surplus]: readonly Bytes[]): Reply {
  if (surplus !== undefined) throw new CommandError(wrongSubcommand("FUNCTION", "FLUSH"));
  if (!isFlushMode(mode)) throw new CommandError(errors.functionFlushMode);
  server.scripting.functions.flush(ledis.libraries);
  return OK;
}

function dump(context: Context): Reply {
  const codes = Array.from(librariesOf(context), ({ code }) => code);
  try {
    return sealLibraries(codes, context.ledis.options.valueBytesMax);
  } catch (error) {
    if (error instanceof RdbFullError) throw new CommandError(errors.stringTooLong);
    throw error;
  }
}

function restore({ ledis, server }: Context, words: readonly Bytes[]): Reply {
  const [payload, word, surplus] = words;
  if (surplus !== undefined) throw new CommandError(wrongSubcommand("FUNCTION", "RESTORE"));
  const policy =
    word === undefined
      ? "append"
      : POLICIES.find((name) => equalsIgnoreCase(word, name.toUpperCase()));
  if (policy === undefined) throw new CommandError(errors.functionRestorePolicy);
  if (!isSealed(payload!)) throw new CommandError(errors.dumpFooter);
  try {
    const codes = openLibraries(payload!, ledis.options.valueBytesMax);
    server.scripting.functions.restore(ledis.libraries, codes, policy);
    return OK;
  } catch (error) {
    if (error instanceof RdbError) throw new CommandError(`ERR ${error.message}`);
    throw error;
  }
}

export const functionCommand: Command = container("scripting", {
  name: "FUNCTION",
  summary: "Shows and changes which libraries of functions there are.",
  since: "7.0.0",
  subcommands: [
    subcommand("scripting", {
      name: "FUNCTION|DELETE",
      summary: "Removes a library.",
      since: "7.0.0",
      flags: CHANGING,
      args: [bytes("library-name")],
      run({ ledis, server }, name) {
        server.scripting.functions.delete(ledis.libraries, mapKey(name));
        return OK;
      },
    }),
    subcommand("scripting", {
      name: "FUNCTION|DUMP",
      summary: "Answers all libraries in the form that FUNCTION RESTORE takes, here and in Redis.",
      since: "7.0.0",
      flags: ["noscript"],
      args: [],
      run: dump,
    }),
    subcommand("scripting", {
      name: "FUNCTION|FLUSH",
      summary: "Removes all libraries.",
      since: "7.0.0",
      flags: CHANGING,
      args: [rawWords(0, FLUSH_WORDS)],
      run: flush,
    }),
    helpSubcommand("scripting", "FUNCTION", "7.0.0", FUNCTION_HELP),
    subcommand("scripting", {
      name: "FUNCTION|KILL",
      summary: "Answers that no function runs: none does while another client is served.",
      since: "7.0.0",
      flags: ["noscript", "allow_busy"],
      args: [],
      run() {
        throw new CommandError(errors.noScriptRuns);
      },
    }),
    subcommand("scripting", {
      name: "FUNCTION|LIST",
      summary: "Answers the libraries and their functions.",
      since: "7.0.0",
      flags: ["noscript"],
      args: [rawWords(0, LIST_WORDS)],
      run: list,
    }),
    subcommand("scripting", {
      name: "FUNCTION|LOAD",
      summary: "Stores a library; answers its name.",
      since: "7.0.0",
      flags: GROWING,
      args: [rawWords(1, LOAD_WORDS)],
      run: load,
    }),
    subcommand("scripting", {
      name: "FUNCTION|RESTORE",
      summary: "Stores what FUNCTION DUMP has answered, here or in Redis.",
      since: "7.0.0",
      flags: GROWING,
      args: [rawWords(1, RESTORE_WORDS)],
      run: restore,
    }),
    subcommand("scripting", {
      name: "FUNCTION|STATS",
      summary: "Answers how many libraries and functions there are.",
      since: "7.0.0",
      flags: ["noscript", "allow_busy"],
      args: [],
      run: stats,
    }),
  ],
});
