/** Functions without a server: their libraries are kept in a map. */
import { fromText } from "../../src/bytes/bytes.ts";
import { Functions, type LibraryStore } from "../../src/lua/functions.ts";
import type { ScriptLimits } from "../../src/lua/interpreter.ts";
import type { Reply } from "../../src/resp/reply.ts";

/** A store whose content others may change, too. */
export class MapStore implements LibraryStore {
  readonly codes = new Map<string, Uint8Array>();
  version = 0;

  *all() {
    for (const [name, code] of this.codes) yield { name, code };
  }

  put(name: string, code: Uint8Array): void {
    this.codes.set(name, code);
    this.version++;
  }

  delete(name: string): void {
    this.codes.delete(name);
    this.version++;
  }
}

export class TestFunctions {
  readonly functions: Functions;
  readonly store = new MapStore();

  constructor(limits: Partial<ScriptLimits> = {}) {
    this.functions = new Functions(() => ({
      memoryBytesMax: 64 << 20,
      timeMsMax: 5000,
      ...limits,
    }));
  }

  /** Loads a library with this code behind its first line. */
  load(body: string, name = "lib", replaces = true): string {
    return this.functions.load(this.store, codeOf(body, name), replaces);
  }

  /** What a function answers; undefined: there is none. */
  call(name: string, ...keys: string[]): Reply | undefined {
    const found = this.functions.librariesOf(this.store).find(name);
    if (found === undefined) return undefined;
    const host = { call: () => null, knows: () => true, allows: () => true };
    return this.functions.run(found, keys.map(fromText), [], host);
  }
}

export function codeOf(body: string, name = "lib"): Uint8Array {
  return fromText(`#!lua name=${name}\n${body}`);
}
