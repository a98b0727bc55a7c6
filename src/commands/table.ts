/** All commands, and how dispatch finds one by the bytes of its name. */
import type { Request } from "../resp/request.ts";
import type { Command } from "./command.ts";

/** Case-insensitive hash of an ASCII name. */
function hashName(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i]! | 0x20), 0x01000193);
  return hash ^ (hash >>> 15);
}

/** Compares a name as sent, in any case, with an upper-case one. */
function isName(bytes: Uint8Array, start: number, end: number, name: string): boolean {
  if (end - start !== name.length) return false;
  for (let i = 0; i < name.length; i++) {
    const byte = bytes[start + i]!;
    const upper = byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte;
    if (upper !== name.charCodeAt(i)) return false;
  }
  return true;
}

export class CommandTable {
  readonly #byName = new Map<string, Command>();
  readonly #slots: (Command | undefined)[];
  readonly #mask: number;

  constructor(commands: readonly Command[]) {
    this.#mask = 2 ** Math.ceil(Math.log2(commands.length * 4 + 1)) - 1;
    this.#slots = new Array(this.#mask + 1);
    for (const command of commands) {
      if (this.#byName.has(command.name)) throw new Error(`command ${command.name} stands twice`);
      this.#byName.set(command.name, command);
      const name = Buffer.from(command.name, "latin1");
      let slot = hashName(name, 0, name.length) & this.#mask;
      while (this.#slots[slot] !== undefined) slot = (slot + 1) & this.#mask;
      this.#slots[slot] = command;
    }
  }

  get size(): number {
    return this.#byName.size;
  }

  all(): Iterable<Command> {
    return this.#byName.values();
  }

  /** The command whose name stands in `bytes[start, end)`, in any case. */
  find(bytes: Uint8Array, start: number, end: number): Command | undefined {
    let slot = hashName(bytes, start, end) & this.#mask;
    for (;;) {
      const command = this.#slots[slot];
      if (command === undefined || isName(bytes, start, end, command.name)) return command;
      slot = (slot + 1) & this.#mask;
    }
  }

  /** The command that a request names: of one with subcommands, its subcommand, unless the request has but one word. */
  meantBy(request: Request): Command | undefined {
    const named = this.find(request.buffer, request.start(0), request.end(0));
    const isAlone = named === undefined || named.subcommands.length === 0 || request.count === 1;
    return isAlone ? named : named.findSubcommand(request.bytes(1));
  }

  /** The command with this name, in any case; `config|get` names a subcommand. */
  byName(name: string): Command | undefined {
    const [first = "", second] = name.toUpperCase().split("|");
    const command = this.#byName.get(first);
    if (second === undefined || command === undefined) return command;
    return command.subcommands.find((row) => row.name === `${first}|${second}`);
  }
}
