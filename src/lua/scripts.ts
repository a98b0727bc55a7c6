/** The scripts that the server knows, by the SHA-1 of their texts, and the interpreter that runs them. */
import { type Bytes, copyBytes } from "../bytes/bytes.ts";
import { CommandError } from "../errors.ts";
import type { Reply } from "../resp/reply.ts";
import { Interpreter, type ScriptLimits } from "./interpreter.ts";
import type { ScriptHost } from "./redis-library.ts";
import { readScriptHead } from "./script-flags.ts";

/** Scripts that are kept; the one that was not used for longest goes first. */
const COUNT_MAX = 4096;
/** Bytes of their texts. */
const BYTES_MAX = 16 << 20;
/** An interpreter that has grown beyond this is given back after the script. */
const KEPT_BYTES_MAX = 48 << 20;

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
  readonly #limits: () => ScriptLimits;
  readonly #known = new Map<string, Known>();
  #bytes = 0;
  #interpreter: Interpreter | null = null;
  #isRunning = false;
  /** Counts interpreters. */
  #serial = 0;

  /** @param limits asked anew for each interpreter and each run */
  constructor(limits: () => ScriptLimits) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#known.size;
  }

  /** True while a script runs: who asks was called by it. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Bytes of all scripts' texts. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Memory of the interpreter, in bytes; 0 while no script has run. */
  get memoryBytes(): number {
    return this.#interpreter?.memoryBytes ?? 0;
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
    this.#compile(script);
    this.#known.set(sha, script);
    this.#bytes += body.length;
    this.#forgetOldest();
    return script;
  }

  /** Forgets all scripts, and gives the interpreter's memory back. */
  flush(): void {
    this.#known.clear();
    this.#bytes = 0;
    if (this.#interpreter !== null) collectLater();
    this.#interpreter = null;
  }

  /**
   * Runs a script to its end.
   *
   * @throws {ScriptStopped} it broke a limit: what it wrote is to be undone
   * @throws what a command threw, unless it was the script's mistake
   */
  run(script: Script, keys: readonly Bytes[], args: readonly Bytes[], host: ScriptHost): Reply {
    const compiled = this.#compile(script as Known);
    const interpreter = this.#interpreter!;
    // Nothing of a broken interpreter is used again.
    this.#interpreter = null;
    this.#isRunning = true;
    try {
      const reply = interpreter.run({ sha: script.sha, compiled, keys, args, host });
      if (interpreter.memoryBytes <= KEPT_BYTES_MAX) this.#interpreter = interpreter;
      return reply;
    } finally {
      this.#isRunning = false;
      if (this.#interpreter === null) collectLater();
    }
  }

  /** The script's function in the present interpreter. @throws {CommandError} it is no Lua */
  #compile(script: Known): number {
    if (this.#interpreter === null) {
      this.#interpreter = new Interpreter(this.#limits);
      this.#serial++;
    }
    if (script.compiled?.owner === this.#serial) return script.compiled.number;
    const interpreter = this.#interpreter;
    // Away while it works: should it break, it is gone.
    this.#interpreter = null;
    const number = this.#compileWith(interpreter, script.body.subarray(script.codeStart));
    script.compiled = { owner: this.#serial, number };
    return number;
  }

  #compileWith(interpreter: Interpreter, code: Bytes): number {
    try {
      const number = interpreter.compile(code);
      this.#interpreter = interpreter;
      return number;
    } catch (error) {
      if (error instanceof CommandError) this.#interpreter = interpreter;
      throw error;
    }
  }

  #forgetOldest(): void {
    for (const [sha, { body, compiled }] of this.#known) {
      if (this.#known.size <= COUNT_MAX && this.#bytes <= BYTES_MAX) return;
      this.#known.delete(sha);
      this.#bytes -= body.length;
      if (compiled?.owner === this.#serial) this.#interpreter?.forget(compiled.number);
    }
  }
}

/** When the stack holds nothing of it any more, in ms. */
const COLLECT_MS = 100;
let isCollecting = false;

/** The memory of an interpreter that is gone is freed by a garbage collection: soon, not whenever one comes. */
function collectLater(): void {
  if (isCollecting) return;
  isCollecting = true;
  setTimeout(() => {
    isCollecting = false;
    Bun.gc(true);
  }, COLLECT_MS);
}
