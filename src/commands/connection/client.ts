/** CLIENT: the connections of the server, and what a client says of itself. */
import { type Bytes, equalsIgnoreCase, mapKey } from "../../bytes/bytes.ts";
import { INT64_MAX, parseInt64, parseSafeInteger } from "../../bytes/integer.ts";
import { clock } from "../../clock.ts";
import { CommandError, errors, wrongSubcommand } from "../../errors.ts";
import { OK, type Reply, Verbatim } from "../../resp/reply.ts";
import { type Arg, type ArgumentDoc, bytes, choice } from "../args.ts";
import type { Client } from "../client.ts";
import { type Command, type CommandFlag, container, subcommand } from "../command.ts";
import type { Context } from "../context.ts";
import { helpSubcommand } from "../help.ts";
import { rawWords } from "../raw-words.ts";
import { parseKillFilters, typeTest } from "./client-filter.ts";
import { CLIENT_HELP } from "./client-help.ts";
import { clientLine } from "./client-line.ts";
import { clientNameOf, isPlainWord } from "./client-name.ts";
import {
  cachingCommand,
  getRedirCommand,
  trackingCommand,
  trackingInfoCommand,
} from "./tracking.ts";

/** For everybody, and for the operator. */
const OPEN: readonly CommandFlag[] = ["noscript", "loading", "stale"];
const ADMIN: readonly CommandFlag[] = ["admin", ...OPEN];

const TYPE_DOC: ArgumentDoc = {
  name: "client-type",
  type: "oneof",
  token: "TYPE",
  arguments: ["NORMAL", "MASTER", "REPLICA", "PUBSUB"].map((token) => ({
    name: token.toLowerCase(),
    type: "pure-token",
    token,
  })),
};

const KILL_DOCS: readonly ArgumentDoc[] = [
  {
    name: "filter",
    type: "oneof",
    arguments: [
      { name: "ip:port", type: "string" },
      {
        name: "new-format",
        type: "oneof",
        multiple: true,
        arguments: [
          { name: "client-id", type: "integer", token: "ID" },
          TYPE_DOC,
          { name: "username", type: "string", token: "USER" },
          { name: "addr", type: "string", token: "ADDR" },
          { name: "laddr", type: "string", token: "LADDR" },
          { name: "yes/no", type: "string", token: "SKIPME" },
        ],
      },
    ],
  },
];

const LIST_DOCS: readonly ArgumentDoc[] = [
  { ...TYPE_DOC, optional: true },
  { name: "client-id", type: "integer", token: "ID", optional: true, multiple: true },
];

function kill({ client: self, server }: Context, words: readonly Bytes[]): Reply {
  const [address] = words;
  const isOldForm = words.length === 1;
  const isMeant = isOldForm
    ? (client: Client) => client.address === mapKey(address!)
    : parseKillFilters(words, self, server.acl.users);
  const meant = [...server.clients()].filter(isMeant);
  for (const client of meant) {
    if (client === self) client.closeAfterReply();
    else client.kill();
  }
  if (!isOldForm) return meant.length;
  if (meant.length === 0) throw new CommandError(errors.noSuchClient);
  return OK;
}

/** Clients that CLIENT LIST asks for. @throws {CommandError} bad words */
function listed({ server }: Context, words: readonly Bytes[]): Iterable<Client> {
  const [kind, ...values] = words;
  if (kind === undefined) return server.clients();
  if (equalsIgnoreCase(kind, "TYPE") && values.length === 1) {
    return [...server.clients()].filter(typeTest(values[0]!));
  }
  if (!equalsIgnoreCase(kind, "ID") || values.length === 0) throw new CommandError(errors.syntax);
  const byId = new Map([...server.clients()].map((client) => [client.id, client]));
  return values.flatMap((word) => {
    if (parseInt64(word) === null) throw new CommandError("ERR Invalid client ID");
    return byId.get(parseSafeInteger(word)) ?? [];
  });
}

function lines(clients: Iterable<Client>): Reply {
  return new Verbatim("txt", [...clients].map((client) => `${clientLine(client)}\n`).join(""));
}

/** How long, in ms. @throws {CommandError} no integer, or a negative one */
const pauseTimeout: Arg<number> = {
  ...bytes("timeout", "integer"),
  read(words) {
    const timeout = parseInt64(words.next());
    if (timeout === null) throw new CommandError("ERR timeout is not an integer or out of range");
    if (timeout < 0n) throw new CommandError("ERR timeout is negative");
    return Number(timeout);
  },
};

function pause({ server }: Context, timeoutMs: number, words: readonly Bytes[]): Reply {
  const [mode, surplus] = words;
  if (surplus !== undefined) throw new CommandError(wrongSubcommand("CLIENT", "PAUSE"));
  const isWrite = mode !== undefined && equalsIgnoreCase(mode, "WRITE");
  if (mode !== undefined && !isWrite && !equalsIgnoreCase(mode, "ALL")) {
    throw new CommandError("ERR CLIENT PAUSE mode must be WRITE or ALL");
  }
  const untilMs = clock.nowMs() + timeoutMs;
  // A time beyond int64 has passed already, as in Redis: better than a server that never goes on.
  if (untilMs < Number(INT64_MAX)) server.pauseClients(untilMs, isWrite ? "write" : "all");
  return OK;
}

function unblock({ server }: Context, words: readonly Bytes[]): Reply {
  const [id, reason, surplus] = words;
  if (surplus !== undefined) throw new CommandError(wrongSubcommand("CLIENT", "UNBLOCK"));
  const withError = reason !== undefined && equalsIgnoreCase(reason, "ERROR");
  if (reason !== undefined && !withError && !equalsIgnoreCase(reason, "TIMEOUT")) {
    throw new CommandError("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
  }
  if (parseInt64(id!) === null) throw new CommandError(errors.notInteger);
  const wanted = parseSafeInteger(id!);
  const found = [...server.clients()].find((client) => client.id === wanted);
  return found?.unblock(withError ? errors.unblocked : null) ? 1 : 0;
}

/** What a client library says of itself; Redis 7.2 has it, and newer libraries send it at the start. */
function setInfo({ client }: Context, attribute: Bytes, value: Bytes): Reply {
  const name = ["LIB-NAME", "LIB-VER"].find((known) => equalsIgnoreCase(attribute, known));
  if (name === undefined) {
    throw new CommandError(`ERR Unrecognized option '${mapKey(attribute)}'`);
  }
  if (!isPlainWord(value)) {
    const shown = name.toLowerCase();
    throw new CommandError(`ERR ${shown} cannot contain spaces, newlines or special characters.`);
  }
  if (name === "LIB-NAME") client.libraryName = mapKey(value);
  else client.libraryVersion = mapKey(value);
  return OK;
}

function setReplyMode({ client }: Context, mode: "ON" | "OFF" | "SKIP"): Reply {
  if (mode === "ON") client.setReplyMode("on");
  else client.setReplyMode(mode === "OFF" ? "off" : "skip");
  return OK;
}

const onOff = choice("enabled", ["ON", "OFF"]);

export const clientCommand: Command = container("connection", {
  name: "CLIENT",
  summary: "Shows, names, closes and pauses connections.",
  since: "2.4.0",
  subcommands: [
    cachingCommand,
    subcommand("connection", {
      name: "CLIENT|GETNAME",
      summary: "Answers the name of the connection.",
      since: "2.6.9",
      flags: OPEN,
      args: [],
      run: ({ client }) => (client.name === "" ? null : client.name),
    }),
    getRedirCommand,
    helpSubcommand("connection", "CLIENT", "5.0.0", CLIENT_HELP),
    subcommand("connection", {
      name: "CLIENT|ID",
      summary: "Answers the number of the connection.",
      since: "5.0.0",
      flags: OPEN,
      args: [],
      run: ({ client }) => client.id,
    }),
    subcommand("connection", {
      name: "CLIENT|INFO",
      summary: "Answers what is known of the connection.",
      since: "6.2.0",
      flags: OPEN,
      args: [],
      run: ({ client }) => lines([client]),
    }),
    subcommand("connection", {
      name: "CLIENT|KILL",
      summary: "Closes connections.",
      since: "2.4.0",
      flags: ADMIN,
      args: [rawWords(1, KILL_DOCS)],
      run: kill,
    }),
    subcommand("connection", {
      name: "CLIENT|LIST",
      summary: "Answers one line for each connection.",
      since: "2.4.0",
      flags: ADMIN,
      args: [rawWords(0, LIST_DOCS)],
      run: (context, words) => lines(listed(context, words)),
    }),
    subcommand("connection", {
      name: "CLIENT|NO-EVICT",
      summary: "Accepted without effect: no client is evicted.",
      since: "7.0.0",
      flags: ADMIN,
      args: [onOff],
      run({ client }, mode) {
        client.noEvict = mode === "ON";
        return OK;
      },
    }),
    subcommand("connection", {
      name: "CLIENT|NO-TOUCH",
      summary: "Whether reading a key counts as using it.",
      since: "7.2.0",
      flags: OPEN,
      args: [onOff],
      run({ client }, mode) {
        client.noTouch = mode === "ON";
        return OK;
      },
    }),
    subcommand("connection", {
      name: "CLIENT|PAUSE",
      summary: "Holds commands of all clients back for some milliseconds.",
      since: "2.9.50",
      flags: ADMIN,
      args: [
        pauseTimeout,
        rawWords(0, [
          {
            name: "mode",
            type: "oneof",
            optional: true,
            arguments: [
              { name: "write", type: "pure-token", token: "WRITE" },
              { name: "all", type: "pure-token", token: "ALL" },
            ],
          },
        ]),
      ],
      run: pause,
    }),
    subcommand("connection", {
      name: "CLIENT|REPLY",
      summary: "Whether the connection gets replies.",
      since: "3.2.0",
      flags: OPEN,
      args: [choice("mode", ["ON", "OFF", "SKIP"])],
      run: setReplyMode,
    }),
    subcommand("connection", {
      name: "CLIENT|SETINFO",
      summary: "Tells the name or version of the client's library.",
      since: "7.2.0",
      flags: OPEN,
      args: [bytes("attribute"), bytes("value")],
      run: setInfo,
    }),
    subcommand("connection", {
      name: "CLIENT|SETNAME",
      summary: "Names the connection.",
      since: "2.6.9",
      flags: OPEN,
      args: [bytes("connection-name")],
      run({ client }, name) {
        client.name = clientNameOf(name);
        return OK;
      },
    }),
    trackingCommand,
    trackingInfoCommand,
    subcommand("connection", {
      name: "CLIENT|UNBLOCK",
      summary: "Ends the blocking command of another connection.",
      since: "5.0.0",
      flags: ADMIN,
      args: [
        rawWords(1, [
          { name: "client-id", type: "integer" },
          {
            name: "unblock-type",
            type: "oneof",
            optional: true,
            arguments: [
              { name: "timeout", type: "pure-token", token: "TIMEOUT" },
              { name: "error", type: "pure-token", token: "ERROR" },
            ],
          },
        ]),
      ],
      run: unblock,
    }),
    subcommand("connection", {
      name: "CLIENT|UNPAUSE",
      summary: "Ends CLIENT PAUSE.",
      since: "6.2.0",
      flags: ADMIN,
      args: [],
      run({ server }) {
        server.unpauseClients();
        return OK;
      },
    }),
  ],
});
