/** ACL: the users, their rules, and what was refused. */
import { randomBytes } from "node:crypto";
import { type Bytes, equalsIgnoreCase, fromMapKey, mapKey } from "../../bytes/bytes.ts";
import { parseSafeInteger } from "../../bytes/integer.ts";
import { clock } from "../../clock.ts";
import { CommandError, errors, messageOf, wrongArity, wrongSubcommand } from "../../errors.ts";
import { log } from "../../log.ts";
import { Double, OK, Pairs, type Reply, SetReply } from "../../resp/reply.ts";
import { Request } from "../../resp/request.ts";
import { type ArgumentDoc, bytes, some } from "../args.ts";
import { type Command, type CommandFlag, container, subcommand } from "../command.ts";
import { categoryNames } from "../command-details.ts";
import type { Context } from "../context.ts";
import { helpSubcommand } from "../help.ts";
import { rawWords } from "../raw-words.ts";
import type { AccessControl } from "./access-control.ts";
import { ACL_HELP } from "./acl-help.ts";
import type { AclLogEntry } from "./acl-log.ts";
import type { KnownCommands } from "./known-commands.ts";
import { denialOf } from "./permissions.ts";
import type { Selector } from "./selector.ts";
import { hasSpaces } from "./selector-rules.ts";
import { channelRules, commandRules, keyRules } from "./selector-text.ts";
import { DEFAULT_USER } from "./user.ts";

/** For everybody, and for the operator. */
const OPEN: readonly CommandFlag[] = ["noscript", "loading", "stale"];
const ADMIN: readonly CommandFlag[] = ["admin", ...OPEN];

/** Entries that ACL LOG answers when it is not told how many. */
const LOG_COUNT = 10;
/** Strength of the passwords that ACL GENPASS makes, in bits: usually, and at most. */
const PASSWORD_BITS = 256;
const PASSWORD_BITS_MAX = 4096;
/** As Redis's `%.128s`. */
const SHOWN_BYTES = 128;

const LOG_DOCS: readonly ArgumentDoc[] = [
  {
    name: "operation",
    type: "oneof",
    optional: true,
    arguments: [
      { name: "count", type: "integer" },
      { name: "reset", type: "pure-token", token: "RESET" },
    ],
  },
];

/** The one word that may stand behind a subcommand. @throws {CommandError} there are more */
function onlyWord(words: readonly Bytes[], name: string): Bytes | undefined {
  if (words.length > 1) throw new CommandError(wrongSubcommand("ACL", name));
  return words[0];
}

function categories({ server }: Context, words: readonly Bytes[]): Reply {
  const name = onlyWord(words, "CAT");
  if (name === undefined) return [...categoryNames];
  const commands = server.acl.known.inCategory(mapKey(name));
  if (commands === undefined) {
    throw new CommandError(`ERR Unknown category '${mapKey(name.subarray(0, SHOWN_BYTES))}'`);
  }
  return commands.map((command) => command.lowerName);
}

function deleteUsers({ server }: Context, names: readonly Bytes[]): Reply {
  if (names.some((name) => mapKey(name) === DEFAULT_USER)) {
    throw new CommandError("ERR The 'default' user cannot be removed");
  }
  return server.acl.deleteUsers(names);
}

/** Whether a user might run a request, which is not run. */
function dryRun({ server }: Context, name: Bytes, words: readonly Bytes[]): Reply {
  const user = server.acl.users.find(name);
  if (user === undefined) throw new CommandError(`ERR User '${mapKey(name)}' not found`);
  const command = server.commands.meantBy(Request.of(words));
  if (command === undefined) {
    throw new CommandError(`ERR Command '${mapKey(words[0]!)}' not found`);
  }
  const { arity, lowerName } = command;
  if (arity >= 0 ? words.length !== arity : words.length < -arity) {
    throw new CommandError(wrongArity(lowerName));
  }
  const denial = denialOf(user, command, words);
  if (denial === null) return OK;
  const { reason, object } = denial;
  if (object === null) {
    return `This user has no permissions to run the '${lowerName}' command`;
  }
  return fromMapKey(`This user has no permissions to access the '${mapKey(object)}' ${reason}`);
}

/** Hexadecimal digits. */
function password(words: readonly Bytes[]): Reply {
  const word = onlyWord(words, "GENPASS");
  const bits = word === undefined ? PASSWORD_BITS : parseSafeInteger(word);
  if (Number.isNaN(bits)) throw new CommandError(errors.notInteger);
  if (bits <= 0 || bits > PASSWORD_BITS_MAX) {
    throw new CommandError(
      `ERR ACL GENPASS argument must be the number of bits for the output password, a positive number up to ${PASSWORD_BITS_MAX}`,
    );
  }
  const digits = Math.ceil(bits / 4);
  return randomBytes(Math.ceil(digits / 2))
    .toHex()
    .slice(0, digits);
}

function selectorItems(selector: Selector, known: KnownCommands): Reply[] {
  return [
    ...["commands", fromMapKey(commandRules(selector, known))],
    ...["keys", fromMapKey(keyRules(selector))],
    ...["channels", fromMapKey(channelRules(selector))],
  ];
}

function showUser({ server }: Context, name: Bytes): Reply {
  const { users, known } = server.acl;
  const user = users.find(name);
  if (user === undefined) return null;
  const others = user.selectors.slice(1);
  return new Pairs([
    ...["flags", new SetReply(user.flags)],
    ...["passwords", [...user.passwords]],
    ...selectorItems(user.root, known),
    ...["selectors", others.map((selector) => new Pairs(selectorItems(selector, known)))],
  ]);
}

function logEntry(entry: AclLogEntry): Reply {
  return new Pairs([
    ...["count", entry.count],
    ...["reason", entry.reason],
    ...["context", entry.context],
    ...["object", entry.object],
    ...["username", fromMapKey(entry.username)],
    ...["age-seconds", new Double((clock.nowMs() - entry.timeMs) / 1000)],
    ...["client-info", entry.clientInfo],
  ]);
}

function showLog({ server }: Context, words: readonly Bytes[]): Reply {
  const { log: refusals } = server.acl;
  const word = onlyWord(words, "LOG");
  if (word !== undefined && equalsIgnoreCase(word, "RESET")) {
    refusals.clear();
    return OK;
  }
  const count = word === undefined ? LOG_COUNT : parseSafeInteger(word);
  if (Number.isNaN(count)) throw new CommandError(errors.notInteger);
  return refusals.entries(count).map(logEntry);
}

function setUser({ server }: Context, name: Bytes, words: readonly Bytes[]): Reply {
  if (hasSpaces(mapKey(name))) {
    throw new CommandError("ERR Usernames can't contain spaces or null characters");
  }
  try {
    server.acl.setUser(name, words.map(mapKey));
  } catch (error) {
    throw new CommandError(`ERR ${messageOf(error)}`);
  }
  return OK;
}

/** @throws {CommandError} there is no file for the users */
function fileOf({ file }: AccessControl): string {
  if (file !== null) return file;
  throw new CommandError(
    "ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in order to store users in the Redis configuration.",
  );
}

function load({ server, client }: Context): Reply {
  const file = fileOf(server.acl);
  try {
    server.acl.load();
  } catch (error) {
    throw new CommandError(`ERR ${messageOf(error)}`);
  }
  log.info("acl", "the users were loaded", { file, client: client.address });
  return OK;
}

async function save({ server }: Context): Promise<Reply> {
  const file = fileOf(server.acl);
  try {
    await server.acl.save();
  } catch (error) {
    log.warn("acl", "the users could not be saved", { file, error: messageOf(error) });
    throw new CommandError(
      "ERR There was an error trying to save the ACLs. Please check the server logs for more information",
    );
  }
  return OK;
}

export const aclCommand: Command = container("server", {
  name: "ACL",
  summary: "Shows and changes who may do what.",
  since: "6.0.0",
  subcommands: [
    subcommand("server", {
      name: "ACL|CAT",
      summary: "Answers the categories of commands, or the commands of one.",
      since: "6.0.0",
      flags: OPEN,
      args: [rawWords(0, [{ name: "category", type: "string", optional: true }])],
      run: categories,
    }),
    subcommand("server", {
      name: "ACL|DELUSER",
      summary: "Deletes users and closes their connections.",
      since: "6.0.0",
      flags: ADMIN,
      args: [some(bytes("username"))],
      run: deleteUsers,
    }),
    subcommand("server", {
      name: "ACL|DRYRUN",
      summary: "Tells whether a user may run a command, without running it.",
      since: "7.0.0",
      flags: ADMIN,
      args: [
        bytes("username"),
        rawWords(1, [
          { name: "command", type: "string" },
          { name: "arg", type: "string", optional: true, multiple: true },
        ]),
      ],
      run: dryRun,
    }),
    subcommand("server", {
      name: "ACL|GENPASS",
      summary: "Makes a password that nobody guesses.",
      since: "6.0.0",
      flags: OPEN,
      args: [rawWords(0, [{ name: "bits", type: "integer", optional: true }])],
      run: (_, words) => password(words),
    }),
    subcommand("server", {
      name: "ACL|GETUSER",
      summary: "Answers what a user may do.",
      since: "6.0.0",
      flags: ADMIN,
      args: [bytes("username")],
      run: showUser,
    }),
    helpSubcommand("server", "ACL", "6.0.0", ACL_HELP),
    subcommand("server", {
      name: "ACL|LIST",
      summary: "Answers all users with their rules, as a file has them.",
      since: "6.0.0",
      flags: ADMIN,
      args: [],
      run: ({ server: { acl } }) => acl.users.all().map((user) => fromMapKey(acl.users.line(user))),
    }),
    subcommand("server", {
      name: "ACL|LOAD",
      summary: "Puts the users of the file in the place of all.",
      since: "6.0.0",
      flags: ADMIN,
      args: [],
      run: load,
    }),
    subcommand("server", {
      name: "ACL|LOG",
      summary: "Answers what was refused, or forgets it.",
      since: "6.0.0",
      flags: ADMIN,
      args: [rawWords(0, LOG_DOCS)],
      run: showLog,
    }),
    subcommand("server", {
      name: "ACL|SAVE",
      summary: "Writes all users into the file.",
      since: "6.0.0",
      flags: ADMIN,
      args: [],
      run: save,
    }),
    subcommand("server", {
      name: "ACL|SETUSER",
      summary: "Makes a user, or changes what one may do.",
      since: "6.0.0",
      flags: ADMIN,
      args: [
        bytes("username"),
        rawWords(0, [{ name: "rule", type: "string", optional: true, multiple: true }]),
      ],
      run: setUser,
    }),
    subcommand("server", {
      name: "ACL|USERS",
      summary: "Answers the names of all users.",
      since: "6.0.0",
      flags: ADMIN,
      args: [],
      run: ({ server }) => server.acl.users.all().map(({ name }) => fromMapKey(name)),
    }),
    subcommand("server", {
      name: "ACL|WHOAMI",
      summary: "Answers who the client is.",
      since: "6.0.0",
      flags: OPEN,
      args: [],
      run: ({ client }) => fromMapKey(client.user.name),
    }),
  ],
});
