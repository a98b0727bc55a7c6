/** COMMAND: the command table, for clients that look before they ask. */
import { type Bytes, equalsIgnoreCase, mapKey } from "../../bytes/bytes.ts";
import { matchesGlob } from "../../bytes/glob.ts";
import { CommandError, errors } from "../../errors.ts";
import { Pairs, type Reply } from "../../resp/reply.ts";
import { type ArgumentDoc, any, bytes } from "../args.ts";
import { type Command, command, container, subcommand } from "../command.ts";
import { categoriesOf, commandDetails, flagsReply } from "../command-details.ts";
import { commandDocs } from "../command-docs.ts";
import { type FlaggedKey, keysOf, mayHaveKeys } from "../command-keys.ts";
import type { Context } from "../context.ts";
import { helpSubcommand } from "../help.ts";
import { rawWords } from "../raw-words.ts";

const HELP = [
  "(no subcommand)",
  "    Return details about all Redis commands.",
  "COUNT",
  "    Return the total number of commands in this Redis server.",
  "LIST",
  "    Return a list of all commands in this Redis server.",
  "INFO [<command-name> ...]",
  "    Return details about multiple Redis commands.",
  "    If no command names are given, documentation details for all",
  "    commands are returned.",
  "DOCS [<command-name> ...]",
  "    Return documentation details about multiple Redis commands.",
  "    If no command names are given, documentation details for all",
  "    commands are returned.",
  "GETKEYS <full-command>",
  "    Return the keys from a full Redis command.",
  "GETKEYSANDFLAGS <full-command>",
  "    Return the keys and the access flags from a full Redis command.",
];

const FILTER: readonly ArgumentDoc[] = [
  {
    name: "filterby",
    type: "oneof",
    token: "FILTERBY",
    optional: true,
    arguments: [
      { name: "module-name", type: "string", token: "MODULE" },
      { name: "category", type: "string", token: "ACLCAT" },
      { name: "pattern", type: "pattern", token: "PATTERN" },
    ],
  },
];

const FULL_COMMAND: readonly ArgumentDoc[] = [
  { name: "command", type: "string" },
  { name: "arg", type: "string", multiple: true },
];

function details({ server }: Context, names: readonly Bytes[]): Reply {
  if (names.length === 0) return [...server.commands.all()].map(commandDetails);
  return names.map((name) => {
    const found = server.commands.byName(mapKey(name));
    return found === undefined ? null : commandDetails(found);
  });
}

function docs({ server }: Context, names: readonly Bytes[]): Reply {
  const found =
    names.length === 0
      ? [...server.commands.all()]
      : names.flatMap((name) => server.commands.byName(mapKey(name)) ?? []);
  return new Pairs(found.flatMap((row) => [row.lowerName, commandDocs(row)]));
}

/** Names of all commands, or of those that a filter lets through, subcommands included. */
function list({ server }: Context, words: readonly Bytes[]): Reply {
  const all = [...server.commands.all()].flatMap((row) => [row, ...row.subcommands]);
  if (words.length === 0) return all.map((row) => row.lowerName);
  const [filterBy, kind, value] = words;
  if (words.length !== 3 || !equalsIgnoreCase(filterBy!, "FILTERBY")) {
    throw new CommandError(errors.syntax);
  }
  const passes = filterOf(kind!, value!);
  return all.filter(passes).map((row) => row.lowerName);
}

function filterOf(kind: Bytes, value: Bytes): (command: Command) => boolean {
  if (equalsIgnoreCase(kind, "MODULE")) return () => false;
  if (equalsIgnoreCase(kind, "ACLCAT")) {
    const category = mapKey(value).toLowerCase();
    return (row) => categoriesOf(row).includes(category);
  }
  if (!equalsIgnoreCase(kind, "PATTERN")) throw new CommandError(errors.syntax);
  return (row) => matchesGlob(value, Buffer.from(row.lowerName, "latin1"), true);
}

/** The keys in a whole request. @throws {CommandError} its command has none, or the request is wrong */
function keysIn({ server }: Context, words: readonly Bytes[]): FlaggedKey[] {
  const name = mapKey(words[0]!);
  const named = server.commands.byName(name);
  const found =
    named !== undefined && named.subcommands.length > 0 ? named.findSubcommand(words[1]!) : named;
  if (found === undefined) throw new CommandError("ERR Invalid command specified");
  if (!mayHaveKeys(found)) {
    throw new CommandError("ERR The command has no key arguments");
  }
  if (!found.accepts(words.length)) {
    throw new CommandError("ERR Invalid number of arguments specified for command");
  }
  const keys = keysOf(found, words);
  if (keys === null) throw new CommandError("ERR Invalid arguments specified for command");
  return keys;
}

export const commandCommand: Command = container("server", {
  name: "COMMAND",
  summary: "Answers what is known of all commands.",
  since: "2.8.13",
  alone: command("server", {
    name: "COMMAND",
    summary: "Answers what is known of all commands.",
    since: "2.8.13",
    flags: ["loading", "stale"],
    args: [],
    run: (context) => details(context, []),
  }),
  subcommands: [
    subcommand("server", {
      name: "COMMAND|COUNT",
      summary: "Answers the number of commands.",
      since: "2.8.13",
      flags: ["loading", "stale"],
      args: [],
      run: ({ server }) => server.commands.size,
    }),
    subcommand("server", {
      name: "COMMAND|DOCS",
      summary: "Answers the documentation of commands.",
      since: "7.0.0",
      flags: ["loading", "stale"],
      args: [any(bytes("command-name"))],
      run: docs,
    }),
    subcommand("server", {
      name: "COMMAND|GETKEYS",
      summary: "Answers the keys in a whole command.",
      since: "2.8.13",
      flags: ["loading", "stale"],
      args: [rawWords(2, FULL_COMMAND)],
      run: (context, words) => keysIn(context, words).map(({ key }) => key),
    }),
    subcommand("server", {
      name: "COMMAND|GETKEYSANDFLAGS",
      summary: "Answers the keys in a whole command, and what it does to them.",
      since: "7.0.0",
      flags: ["loading", "stale"],
      args: [rawWords(2, FULL_COMMAND)],
      run: (context, words) =>
        keysIn(context, words).map(({ key, flags }) => [key, flagsReply(flags)]),
    }),
    helpSubcommand("server", "COMMAND", "5.0.0", HELP),
    subcommand("server", {
      name: "COMMAND|INFO",
      summary: "Answers what is known of some commands.",
      since: "2.8.13",
      flags: ["loading", "stale"],
      args: [any(bytes("command-name"))],
      run: details,
    }),
    subcommand("server", {
      name: "COMMAND|LIST",
      summary: "Answers the names of commands.",
      since: "7.0.0",
      flags: ["loading", "stale"],
      args: [rawWords(0, FILTER)],
      run: list,
    }),
  ],
});
