/** Commands that took long, the newest ones, in memory: SLOWLOG. */
import { type Bytes, concatBytes, copyBytes, fromText } from "../bytes/bytes.ts";
import { clock } from "../clock.ts";
import type { Client } from "../commands/client.ts";
import type { Command } from "../commands/command.ts";
import type { SlowLog, SlowLogEntry } from "../commands/context.ts";
import type { Request } from "../resp/request.ts";
import { REDACTED, secretWords } from "./secret-words.ts";

/** As in Redis: arguments beyond these are told by their number only. */
const ARGUMENTS_MAX = 32;
const ARGUMENT_BYTES_MAX = 128;

function shorten(bytes: Bytes): Bytes {
  const rest = bytes.length - ARGUMENT_BYTES_MAX;
  if (rest <= 0) return copyBytes(bytes);
  return concatBytes(bytes.subarray(0, ARGUMENT_BYTES_MAX), fromText(`... (${rest} more bytes)`));
}

function shownWords(command: Command, request: Request): Bytes[] {
  const secrets = secretWords(command, request);
  const shown = request.count > ARGUMENTS_MAX ? ARGUMENTS_MAX - 1 : request.count;
  const words = Array.from({ length: shown }, (_, index) =>
    secrets.has(index) ? fromText(REDACTED) : shorten(request.bytes(index)),
  );
  if (shown < request.count) words.push(fromText(`... (${request.count - shown} more arguments)`));
  return words;
}

export class SlowCommands implements SlowLog {
  readonly #entries: SlowLogEntry[] = [];
  #nextId = 0;
  #lengthMax: number;

  constructor(lengthMax: number) {
    this.#lengthMax = lengthMax;
  }

  get length(): number {
    return this.#entries.length;
  }

  /** Most entries kept; the oldest go first. */
  set lengthMax(length: number) {
    this.#lengthMax = length;
    this.#entries.length = Math.min(this.#entries.length, length);
  }

  entries(count: number): readonly SlowLogEntry[] {
    return count < 0 ? this.#entries : this.#entries.slice(0, count);
  }

  clear(): void {
    this.#entries.length = 0;
  }

  add(
    command: Command,
    request: Request,
    durationUs: number,
    client: Pick<Client, "address" | "name">,
  ): void {
    if (this.#lengthMax === 0) return;
    this.#entries.unshift({
      id: this.#nextId++,
      time: Math.floor(clock.nowMs() / 1000),
      durationUs: Math.round(durationUs),
      args: shownWords(command, request),
      address: client.address,
      clientName: client.name,
    });
    if (this.#entries.length > this.#lengthMax) this.#entries.pop();
  }
}
