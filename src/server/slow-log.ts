/** Commands that took long, the newest ones, in memory: SLOWLOG. */
import { copyBytes, fromText } from "../bytes/bytes.ts";
import { clock } from "../clock.ts";
import type { SlowLog, SlowLogEntry } from "../commands/context.ts";
import type { Request } from "../resp/request.ts";

/** As in Redis: arguments beyond these are told by their number only. */
const ARGUMENTS_MAX = 32;
const ARGUMENT_BYTES_MAX = 128;

function shorten(request: Request): Uint8Array[] {
  const args: Uint8Array[] = [];
  const shown = request.count > ARGUMENTS_MAX ? ARGUMENTS_MAX - 1 : request.count;
  for (let i = 0; i < shown; i++) {
    const bytes = request.bytes(i);
    const rest = bytes.length - ARGUMENT_BYTES_MAX;
    args.push(
      rest <= 0
        ? copyBytes(bytes)
        : Buffer.concat([
            bytes.subarray(0, ARGUMENT_BYTES_MAX),
            fromText(`... (${rest} more bytes)`),
          ]),
    );
  }
  if (shown < request.count) args.push(fromText(`... (${request.count - shown} more arguments)`));
  return args;
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

  add(request: Request, durationUs: number, address: string, clientName: string): void {
    this.#entries.unshift({
      id: this.#nextId++,
      time: Math.floor(clock.nowMs() / 1000),
      durationUs: Math.round(durationUs),
      args: shorten(request),
      address,
      clientName,
    });
    if (this.#entries.length > this.#lengthMax) this.#entries.pop();
  }
}
