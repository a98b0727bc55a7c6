/** The scripts that the server knows, by the SHA-1 of their texts, and the interpreter that runs them. */
import { type Bytes, copyBytes } from "../bytes/bytes.ts";
import type { Reply } from "../resp/reply.ts";
import { type Interpreter, SCRIPTS, type ScriptLimits } from "./interpreter.ts";
import { InterpreterKeeper } from "./interpreter-keeper.ts";
import type { ScriptHost } from "./redis-library.ts";
import { readScriptHead } from "./script-flags.ts";

/** Scripts that are kept; the one that was not used for longest goes first. */
const COUNT_MAX = 4096;
/** Bytes of their texts; the last script is kept however long it is, as it is about to run. */
const BYTES_MAX = 16 << 20;

export interface Script {
  /** 40 hex digits, lower case. */
  readonly sha: string;
  readonly body: Bytes;
  /** What its first line says; null: nothing, it may do anything. */
  readonly flags: ReadonlySet<string> | null;
}

interface Known extends Script {
  /** Where the code begins. */
  readonly codeStart: number;
  /** Its function, and the serial number of the interpreter that has it. */
  compiled: { readonly owner: number; readonly number: number } | null;
}

export class Scripts {
  readonly #keeper: InterpreterKeeper;
  readonly #known = new Map<string, Known>();
  #bytes = 0;

  /** @param limits asked anew for each interpreter and each run */
  constructor(limits: () => ScriptLimits) {
    this.#keeper = new InterpreterKeeper(SCRIPTS, limits);
  }

  get count(): number {
    return this.#known.size;
  }

  /** True while a script runs: who asks was called by it. */
  get isRunning(): boolean {
    return this.#keeper.isRunning;
  }

  /** Bytes of all scripts' texts. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Memory of the interpreter, in bytes; 0 while no script has run. */
  get memoryBytes(): number {
    return this.#keeper.memoryBytes;
  }

  /** The script with this SHA-1 in hex, in any case. */
  find(sha: string): Script | undefined {
    const name = sha.toLowerCase();
    const script = this.#known.get(name);
    if (script === undefined) return undefined;
    // The map's order tells which was used last.
    this.#known.delete(name);
    this.#known.set(name, script);
    return script;
  }

  has(sha: string): boolean {
    return this.#known.has(sha.toLowerCase());
  }

  /** Compiles a script and remembers it. @throws {CommandError} it is no Lua */
  load(body: Bytes): Script {
    const sha = new Bun.CryptoHasher("sha1").update(body).digest("hex");
    const found = this.find(sha);
    if (found !== undefined) return found;
    const head = readScriptHead(body);
    const script: Known = {
      sha,
      body: copyBytes(body),
      flags: head.flags,
      codeStart: head.bytes,
      compiled: null,
    };
    this.#keeper.use((interpreter) => this.#compile(interpreter, script));
    this.#known.set(sha, script);
    this.#bytes += body.length;
    this.#forgetOldest();
    return script;
  }

  /** Forgets all scripts, and gives the interpreter's memory back. */
  flush(): void {
    this.#known.clear();
    this.#bytes = 0;
    this.#keeper.drop();
  }

  /**
   * Runs a script to its end.
   *
   * @throws {ScriptStopped} it broke a limit: what it wrote is to be undone
   * @throws what a command threw, unless it was the script's mistake
   */
  run(script: Script, keys: readonly Bytes[], args: readonly Bytes[], host: ScriptHost): Reply {
    return this.#keeper.use((interpreter) =>
      interpreter.run({
        name: script.sha,
        compiled: this.#compile(interpreter, script as Known),
        host,
        pass({ sandbox }) {
          sandbox.setGlobal("KEYS", keys);
          sandbox.setGlobal("ARGV", args);
          return 0;
        },
      }),
    );
  }

  /** The script's function in the interpreter in use. @throws {CommandError} it is no Lua */
  #compile(interpreter: Interpreter, script: Known): number {
    const owner = this.#keeper.serial;
    if (script.compiled?.owner === owner) return script.compiled.number;
    const code = script.body.subarray(script.codeStart);
    const number = interpreter.compile(code);
    script.compiled = { owner, number };
    return number;
  }

  #forgetOldest(): void {
    for (const [sha, { body, compiled }] of this.#known) {
      const isSmall = this.#known.size <= COUNT_MAX && this.#bytes <= BYTES_MAX;
      if (isSmall || this.#known.size === 1) return;
      this.#known.delete(sha);
      this.#bytes -= body.length;
      if (compiled?.owner === this.#keeper.serial) this.#keeper.current?.forget(compiled.number);
    }
  }
}
