/** `ledis health`: whether a server answers, as an exit status for those who watch it. */
import { parseArgs } from "node:util";
import { type Address, formatAddress, parseAddress } from "../config/address.ts";
import { OptionValueError } from "../config/value-error.ts";
import { ConfigError, messageOf } from "../errors.ts";
import type { ClientTls } from "../net/connect.ts";
import type { ParsedReply } from "../resp/parsed-reply.ts";
import { ReplyParser } from "../resp/reply-parser.ts";
import { encodeRequest } from "../resp/request-encoder.ts";
import { openSocket } from "./client-connection.ts";
import { clientTls, TLS_ARGUMENTS, tlsUsage } from "./tls-options.ts";

const USAGE = `Usage: ledis health [--addr ADDRESS] [--password PASSWORD] [--timeout SECONDS] [--tls]

Sends PING and exits with 0 when the server answers, with 1 otherwise.

  --addr ADDRESS       host:port or the path of a unix socket (default 127.0.0.1:6380)
  --password PASSWORD  sent with AUTH first; else LEDIS_PASSWORD from the environment.
                       Without one, a server that asks for a password is healthy.
  --timeout SECONDS    how long to wait (default 2)
${tlsUsage(2, 23)}  --help               this text
`;

interface HealthOptions {
  readonly address: Address;
  /** null: without TLS. */
  readonly tls: ClientTls | null;
  readonly password: string;
  readonly timeoutMs: number;
}

/** Runs `ledis health`; answers the exit status. @throws {ConfigError} bad arguments */
export async function healthCommand(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === null) {
    process.stdout.write(USAGE);
    return 0;
  }
  const problem = await findProblem(options);
  if (problem === null) return 0;
  process.stderr.write(`ledis: ${formatAddress(options.address)}: ${problem}\n`);
  return 1;
}

/** null: help was asked for. */
function parseOptions(args: readonly string[]): HealthOptions | null {
  const { LEDIS_PASSWORD = "" } = process.env;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        addr: { type: "string", default: "127.0.0.1:6380" },
        password: { type: "string", default: LEDIS_PASSWORD },
        timeout: { type: "string", default: "2" },
        help: { type: "boolean", short: "h" },
        ...TLS_ARGUMENTS,
      },
    });
    if (values.help) return null;
    const seconds = Number(values.timeout);
    if (!(seconds > 0 && seconds <= 3600)) throw new ConfigError(`bad --timeout ${values.timeout}`);
    const address = parseAddress(values.addr);
    return {
      address,
      tls: clientTls(values, address),
      password: values.password,
      timeoutMs: seconds * 1000,
    };
  } catch (error) {
    if (error instanceof OptionValueError || error instanceof TypeError) {
      throw new ConfigError(`health: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

/** What is wrong with the server; null when nothing is. */
async function findProblem(options: HealthOptions): Promise<string | null> {
  const { password, timeoutMs } = options;
  const requests = [...(password === "" ? [] : [["AUTH", password]]), ["PING"]];
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => timeout.reject(new Error("no answer in time")), timeoutMs);
  try {
    const replies = await Promise.race([ask(options, requests), timeout.promise]);
    return replies.map((reply) => problemOf(reply, password !== "")).find(Boolean) ?? null;
  } catch (error) {
    return messageOf(error);
  } finally {
    clearTimeout(timer);
  }
}

function problemOf(reply: ParsedReply, hasPassword: boolean): string | null {
  if (reply.kind !== "error") return null;
  return !hasPassword && reply.text.startsWith("NOAUTH ") ? null : reply.text;
}

/** Sends the requests over one connection and answers their replies. */
async function ask(
  { address, tls }: HealthOptions,
  requests: readonly (readonly string[])[],
): Promise<ParsedReply[]> {
  const parser = new ReplyParser();
  const replies: ParsedReply[] = [];
  const done = Promise.withResolvers<ParsedReply[]>();
  const handlers = {
    data(_: unknown, bytes: Uint8Array) {
      try {
        parser.push(bytes);
        for (let reply = parser.next(); reply !== undefined; reply = parser.next()) {
          replies.push(reply);
        }
      } catch (error) {
        done.reject(error);
      }
      if (replies.length >= requests.length) done.resolve(replies);
    },
    close: () => done.reject(new Error("the connection was closed")),
    error: (_: unknown, error: Error) => done.reject(error),
  };
  const socket = await openSocket(address, handlers, tls);
  try {
    socket.write(Buffer.concat(requests.map(encodeRequest)));
    return await done.promise;
  } finally {
    socket.terminate();
  }
}
