/** The replication family: who leads and who follows, what slaves ask for, and waiting for them. */
import { type Bytes, equalsIgnoreCase, mapKey } from "../../bytes/bytes.ts";
import { parseSafeInteger } from "../../bytes/integer.ts";
import { CommandError, errors } from "../../errors.ts";
import { log } from "../../log.ts";
import { OK, type Reply, Status } from "../../resp/reply.ts";
import { type Arg, bytes, index, int, optional } from "../args.ts";
import { type Command, type CommandFlag, command } from "../command.ts";
import type { Context } from "../context.ts";
import { rawWords } from "../raw-words.ts";
import { failoverCommand } from "./failover.ts";

const ALREADY_CONNECTED = new Status("OK Already connected to specified master");

const PORT_MAX = 65_535;
/** History ids are 16 bytes, in hex. */
const HISTORY_ID = /^[0-9a-f]{32}$/i;

const FOLLOW_FLAGS: readonly CommandFlag[] = ["admin", "noscript", "stale", "no_async_loading"];
const FEED_FLAGS: readonly CommandFlag[] = [
  "admin",
  "noscript",
  "no_async_loading",
  "no_multi",
  "stale",
  "waits",
  "replication",
];

function follow({ server, client }: Context, host: Bytes, port: Bytes): Reply {
  const { replication } = server;
  if (replication.status().failover !== "no-failover") {
    throw new CommandError("ERR REPLICAOF not allowed while failing over.");
  }
  if (client.isSlave) throw new CommandError("ERR Command is not valid when client is a replica.");
  if (equalsIgnoreCase(host, "NO") && equalsIgnoreCase(port, "ONE")) {
    replication.lead();
    log.info("replication", "asked to be a master", { client: client.address });
    return OK;
  }
  const number = parseSafeInteger(port);
  if (!(number >= 0 && number <= PORT_MAX)) throw new CommandError(errors.masterPort);
  return replication.follow(mapKey(host), number) ? OK : ALREADY_CONNECTED;
}

function role({ server }: Context): Reply {
  const { master, slaves, offset } = server.replication.status();
  if (master !== null) {
    const position = master.state === "connected" ? offset : -1;
    return ["slave", master.host, master.port, master.state, position];
  }
  return ["master", offset, slaves.map(({ ip, port, offset: at }) => [ip, `${port}`, `${at}`])];
}

/** An integer of REPLCONF. @throws {CommandError} it is none */
function integerOf(word: Bytes | undefined): number {
  const value = word === undefined ? Number.NaN : parseSafeInteger(word);
  if (Number.isNaN(value)) throw new CommandError(errors.notInteger);
  return value;
}

/** @throws {CommandError} it is none */
function historyIdOf(word: Bytes): Uint8Array {
  const hex = mapKey(word);
  if (!HISTORY_ID.test(hex)) throw new CommandError("ERR invalid history id");
  return Uint8Array.fromHex(hex);
}

/** What servers of this program say to each other; null when it is none of that. */
function introduce({ server, client }: Context, words: readonly Bytes[]): Reply | null {
  const { replication } = server;
  const [name, first, second, third] = words;
  if (name === undefined || first === undefined) return null;
  if (equalsIgnoreCase(name, "HELLO") && second !== undefined && words.length === 4) {
    const [protocol, listeningPort] = [integerOf(first), integerOf(third)];
    return replication.greet(client, { protocol, runId: mapKey(second), listeningPort });
  }
  if (equalsIgnoreCase(name, "HISTORY") && words.length === 2) {
    replication.noteHistory(client, historyIdOf(first));
    return OK;
  }
  if (equalsIgnoreCase(name, "TAKEOVER") && second !== undefined && words.length === 4) {
    const [runId, end] = [mapKey(first), integerOf(third)];
    replication.takeOver({ runId, historyId: historyIdOf(second), offset: end < 0 ? null : end });
    return OK;
  }
  if (equalsIgnoreCase(name, "FSYNCED") && words.length === 3) {
    replication.noteDurable(client, { file: integerOf(first), offset: integerOf(second) });
    return OK;
  }
  return null;
}

/** Options of Redis's REPLCONF that ask for nothing here. */
const IGNORED = ["CAPA", "IP-ADDRESS", "ACK", "GETACK", "RDB-ONLY", "RDB-FILTER-ONLY"] as const;

function replconf(context: Context, words: readonly Bytes[]): Reply {
  const own = introduce(context, words);
  if (own !== null) return own;
  if (words.length % 2 === 1) throw new CommandError(errors.syntax);
  for (let at = 0; at < words.length; at += 2) {
    const name = words[at]!;
    if (equalsIgnoreCase(name, "LISTENING-PORT")) {
      context.server.replication.noteListeningPort(context.client, integerOf(words[at + 1]));
    } else if (!IGNORED.some((known) => equalsIgnoreCase(name, known))) {
      throw new CommandError(`ERR Unrecognized REPLCONF option: ${mapKey(name)}`);
    }
  }
  return OK;
}

function fullSync({ server, client }: Context, word: Bytes | null): Reply | Promise<Reply> {
  if (word === null) return server.replication.beginCopy(client);
  if (!equalsIgnoreCase(word, "NEXT")) throw new CommandError(errors.syntax);
  return server.replication.nextBlock(client);
}

/** Milliseconds to wait; 0: for ever. @throws {CommandError} it is no integer, or negative */
function milliseconds(): Arg<number> {
  const whole = int("timeout", { error: errors.timeoutNotInteger });
  return {
    ...whole,
    read(words) {
      const value = whole.read(words);
      if (value < 0) throw new CommandError(errors.negativeTimeout);
      return value;
    },
  };
}

function waitForSlaves({ server, client }: Context, count: number, timeoutMs: number) {
  return server.replication.waitForSlaves(client, count, timeoutMs);
}

async function waitForDisks(
  { server, client }: Context,
  ...[here, count, timeoutMs]: readonly [number, number, number]
): Promise<Reply> {
  return [...(await server.replication.waitForDisks(client, here, count, timeoutMs))];
}

export const replicationCommands: readonly Command[] = [
  failoverCommand,
  command("ledis", {
    name: "FULLSYNC",
    summary: "Begins a full copy of the database; FULLSYNC NEXT answers its next block.",
    since: "ledis",
    flags: FEED_FLAGS,
    args: [optional(bytes("next"))],
    run: fullSync,
  }),
  command("server", {
    name: "REPLCONF",
    summary: "What slave and master say to each other before and beside the log.",
    since: "3.0.0",
    flags: ["admin", "noscript", "loading", "stale", "allow_busy", "replication"],
    args: [rawWords(0, [])],
    run: replconf,
  }),
  command("server", {
    name: "REPLICAOF",
    summary: "Makes the server a slave of another one, or (NO ONE) a master.",
    since: "5.0.0",
    flags: FOLLOW_FLAGS,
    args: [bytes("host"), bytes("port", "integer")],
    run: follow,
  }),
  command("server", {
    name: "ROLE",
    summary: "Answers whether the server is a master or a slave, and how far it is.",
    since: "2.8.12",
    flags: ["noscript", "loading", "stale", "fast", "dangerous"],
    args: [],
    run: role,
  }),
  command("server", {
    name: "SLAVEOF",
    summary: "Makes the server a slave of another one, or (NO ONE) a master.",
    since: "1.0.0",
    flags: FOLLOW_FLAGS,
    args: [bytes("host"), bytes("port", "integer")],
    run: follow,
  }),
  command("server", {
    name: "SYNC",
    summary: "Answers the log from a place on; a slave's next place tells what it has.",
    since: "1.0.0",
    flags: FEED_FLAGS,
    args: [index("file"), index("offset")],
    run: ({ server, client }, file, offset) => server.replication.sync(client, { file, offset }),
  }),
  command("connection", {
    name: "WAIT",
    summary: "Waits until slaves have what the connection has written.",
    since: "3.0.0",
    flags: ["noscript", "waits"],
    args: [int("numreplicas"), milliseconds()],
    run: waitForSlaves,
  }),
  command("connection", {
    name: "WAITAOF",
    summary: "Waits until what the connection has written is on disks, here and on slaves.",
    since: "7.2.0",
    flags: ["noscript", "waits"],
    args: [
      int("numlocal", {
        min: 0,
        max: 1,
        error: "ERR value is out of range, must be between 0 and 1",
      }),
      int("numreplicas", { min: 0, error: errors.notPositive }),
      milliseconds(),
    ],
    run: waitForDisks,
  }),
];
