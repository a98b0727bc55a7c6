/** MONITOR: clients that get a line for each command that the server runs. */
import { type Bytes, fromText } from "../bytes/bytes.ts";
import { quoteRedis } from "../bytes/quote.ts";
import { clock } from "../clock.ts";
import type { Client } from "../commands/client.ts";
import type { Command } from "../commands/command.ts";
import type { Request } from "../resp/request.ts";
import { REDACTED, secretWords } from "./secret-words.ts";
import type { ReplySink, TurnOutput } from "./turn-output.ts";

/** A longer word is cut. */
const WORD_BYTES_MAX = 128 << 10;
/** Words behind so many bytes are told by their number only. */
const LINE_BYTES_MAX = 1 << 20;

/** Whose command a line tells of. */
export type Monitored = Pick<Client, "address" | "isUnix" | "database">;

function shownWord(bytes: Bytes): string {
  const rest = bytes.length - WORD_BYTES_MAX;
  const quoted = quoteRedis(rest > 0 ? bytes.subarray(0, WORD_BYTES_MAX) : bytes);
  return rest > 0 ? `${quoted.slice(0, -1)}... (${rest} more bytes)"` : quoted;
}

/** The line, as a status reply: `+1339518083.107412 [0 127.0.0.1:60866] "keys" "*"`. */
export function monitorLine(
  timeUs: bigint,
  client: Monitored,
  command: Command | null,
  request: Request,
): Bytes {
  const secrets = secretWords(command, request);
  const address = client.isUnix ? `unix:${client.address.replace(/:0$/, "")}` : client.address;
  const microseconds = `${timeUs % 1_000_000n}`.padStart(6, "0");
  const parts = [`+${timeUs / 1_000_000n}.${microseconds} [${client.database} ${address}]`];
  let bytes = 0;
  for (let index = 0; index < request.count; index++) {
    if (bytes > LINE_BYTES_MAX) {
      parts.push(`"... (${request.count - index} more arguments)"`);
      break;
    }
    parts.push(secrets.has(index) ? `"${REDACTED}"` : shownWord(request.bytes(index)));
    bytes += request.length(index);
  }
  return fromText(`${parts.join(" ")}\r\n`);
}

export class Monitors {
  readonly #clients = new Set<ReplySink>();

  get isEmpty(): boolean {
    return this.#clients.size === 0;
  }

  has(client: ReplySink): boolean {
    return this.#clients.has(client);
  }

  add(client: ReplySink): void {
    this.#clients.add(client);
  }

  remove(client: ReplySink): void {
    this.#clients.delete(client);
  }

  /** Tells of a command that has run. */
  tell(output: TurnOutput, client: Monitored, command: Command, request: Request): void {
    if (command.flags.has("admin")) return;
    const line = monitorLine(clock.nowUs(), client, command, request);
    // A line says what was run; it stays true if the turn fails.
    output.tell(this.#clients, (writer) => writer.appendCopies([line]), true);
  }
}
