/** The connection family: PING, SELECT, AUTH, HELLO ... CLIENT stands in client.ts. */
import { type Bytes, mapKey } from "../../bytes/bytes.ts";
import { CommandError, errors } from "../../errors.ts";
import { OK, Pairs, PONG, type Reply, Status } from "../../resp/reply.ts";
import type { Protocol } from "../../resp/reply-writer.ts";
import { redisVersion } from "../../version.ts";
import { type Arg, bytes, int, optional } from "../args.ts";
import { type Command, command } from "../command.ts";
import type { Context } from "../context.ts";
import { authenticate, authenticateDefault } from "./authentication.ts";
import { clientNameOf } from "./client-name.ts";

const RESET = new Status("RESET");

const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;

/** An int as C has it: no integer and one beyond 32 bits are told apart, as in Redis. */
function int32(name: string): Arg<number> {
  const any64 = int(name);
  return {
    ...any64,
    read(words) {
      const value = any64.read(words);
      if (value >= INT32_MIN && value <= INT32_MAX) return value;
      throw new CommandError(
        `ERR value is out of range, value must between ${INT32_MIN} and ${INT32_MAX}`,
      );
    },
  };
}

/** HELLO's version. @throws {CommandError} no integer, or a protocol that is not spoken here */
const protocolVersion: Arg<Protocol> = {
  min: 1,
  max: 1,
  docs: [{ name: "protover", type: "integer" }],
  read(words) {
    const version = words.nextInteger();
    if (version === 2 || version === 3) return version;
    throw new CommandError(Number.isNaN(version) ? errors.protocolNotInteger : errors.noProtocol);
  },
};

/** What AUTH and HELLO are told. */
interface Credentials {
  /** The command's name, as the client has written it. */
  readonly command: Bytes;
  /** null: the user `default`. */
  readonly user: Bytes | null;
  readonly password: Bytes;
}

/** AUTH's words: one is a password, two are a user and a password. */
const credentials: Arg<Credentials> = {
  min: 1,
  max: Number.POSITIVE_INFINITY,
  docs: [
    { name: "username", type: "string", optional: true },
    { name: "password", type: "string" },
  ],
  read(words) {
    if (words.left > 2) throw new CommandError(errors.syntax);
    const command = words.name;
    const user = words.left === 2 ? words.next() : null;
    return { command, user, password: words.next() };
  },
};

/** Words that mean nothing. */
const ignored: Arg<null> = {
  min: 0,
  max: Number.POSITIVE_INFINITY,
  docs: [],
  read: () => null,
};

/** What HELLO's options ask for. */
interface HelloOptions {
  credentials: readonly [command: Bytes, user: Bytes, password: Bytes] | null;
  name: string | null;
}

/** The options of HELLO. @throws {CommandError} an unknown one, one without its values, or a bad name */
const helloOptions: Arg<HelloOptions> = {
  min: 0,
  max: Number.POSITIVE_INFINITY,
  docs: [
    {
      name: "username_password",
      type: "block",
      token: "AUTH",
      optional: true,
      arguments: [
        { name: "username", type: "string" },
        { name: "password", type: "string" },
      ],
    },
    { name: "clientname", type: "string", token: "SETNAME", optional: true },
  ],
  read(words) {
    const found: HelloOptions = { credentials: null, name: null };
    while (words.left > 0) {
      if (words.left > 2 && words.take("AUTH")) {
        found.credentials = [words.name, words.next(), words.next()];
      } else if (words.left > 1 && words.take("SETNAME")) {
        found.name = clientNameOf(words.next());
      } else {
        throw new CommandError(`ERR Syntax error in HELLO option '${mapKey(words.next())}'`);
      }
    }
    return found;
  },
};

function hello(context: Context, version: Protocol | null, options: HelloOptions): Reply {
  const { client, server } = context;
  if (options.credentials !== null) authenticate(context, ...options.credentials);
  if (!client.authenticated) throw new CommandError(errors.helloNeedsAuth);
  if (options.name !== null) client.name = options.name;
  if (version !== null) client.protocol = version;
  return new Pairs([
    ...["server", "redis"],
    ...["version", redisVersion],
    ...["proto", client.protocol],
    ...["id", client.id],
    ...["mode", "standalone"],
    ...["role", server.replication.isFollowing ? "replica" : "master"],
    ...["modules", []],
  ]);
}

/** As a new connection, but for its number. */
function reset({ client, server }: Context): Reply {
  client.select(0);
  client.protocol = 2;
  client.name = "";
  client.noEvict = false;
  client.noTouch = false;
  client.transaction.discard();
  client.subscriptions.clear();
  client.tracking.disable();
  client.isMonitor = false;
  client.setReplyMode("reset");
  client.user = server.acl.users.default;
  client.authenticated = server.acl.isOpen;
  client.mayReplicate = false;
  return RESET;
}

export const connectionCommands: readonly Command[] = [
  command("connection", {
    name: "AUTH",
    summary: "Authenticates the connection.",
    flags: ["noscript", "loading", "stale", "fast", "no_auth", "allow_busy"],
    args: [credentials],
    run(context, { command, user, password }) {
      if (user === null) authenticateDefault(context, command, password);
      else authenticate(context, command, user, password);
      return OK;
    },
  }),
  command("connection", {
    name: "ECHO",
    summary: "Answers its argument.",
    flags: ["loading", "stale", "fast"],
    args: [bytes("message")],
    run: (_, message) => message,
  }),
  command("connection", {
    name: "HELLO",
    summary: "Chooses the protocol, RESP2 or RESP3, and answers what the server is.",
    since: "6.0.0",
    flags: ["noscript", "loading", "stale", "fast", "no_auth", "allow_busy"],
    args: [optional(protocolVersion), helloOptions],
    run: hello,
  }),
  command("connection", {
    name: "PING",
    summary: "Answers PONG, or its argument.",
    flags: ["fast"],
    args: [optional(bytes("message"))],
    run: ({ client }, message) =>
      client.isSubscriber && client.protocol === 2 ? ["pong", message ?? ""] : (message ?? PONG),
  }),
  command("connection", {
    name: "QUIT",
    summary: "Closes the connection.",
    flags: ["noscript", "loading", "stale", "fast", "no_auth", "allow_busy"],
    args: [ignored],
    run({ client }) {
      client.closeAfterReply();
      return OK;
    },
  }),
  command("connection", {
    name: "RESET",
    summary: "Makes the connection what it was when it was opened.",
    since: "6.2.0",
    flags: ["noscript", "loading", "stale", "fast", "no_auth", "allow_busy"],
    args: [],
    run: reset,
  }),
  command("connection", {
    name: "SELECT",
    summary: "Changes the database of the connection.",
    flags: ["loading", "stale", "fast"],
    args: [int32("index")],
    run({ client }, index) {
      client.select(index);
      return OK;
    },
  }),
];
