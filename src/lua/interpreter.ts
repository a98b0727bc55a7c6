/**
 * One interpreter with the functions compiled in it. Runs a script to its end, at once, within limits of time and
 * memory; a script that breaks them takes the interpreter with it.
 */
import { type Bytes, mapKey } from "../bytes/bytes.ts";
import { CommandError, messageOf } from "../errors.ts";
import { ErrorReply, type Reply } from "../resp/reply.ts";
import { ReplyReader } from "./lua-to-reply.ts";
import { LuaMachine } from "./machine.ts";
import type { Run, ScriptHost } from "./redis-library.ts";
import { NO_COMPILED_CODE, Sandbox } from "./sandbox.ts";
import { errorText } from "./script-error.ts";
import { GC_STEP, MASK_COUNT, REGISTRY } from "./wasm.ts";

/** The script was stopped: out of time, or of memory beyond what it could handle itself. */
export class ScriptStopped extends Error {
  override readonly name = "ScriptStopped";
}

/** Instructions between two looks at the clock. */
const HOOK_INSTRUCTIONS = 20_000;
/** Share of the memory limit that one string made by a library may have. */
const TEXT_SHARE = 4;
/** Runs between two steps of garbage collection beside Lua's own. */
const GC_RUNS = 50;
const GC_STEP_SIZE = 10;
const CHUNK_NAME = "@user_script";
const COMPILE_ERROR = "ERR Error compiling script (new function):";
const ESCAPE = 0x1b;

export interface ScriptLimits {
  /** Most memory of an interpreter. */
  readonly memoryBytesMax: number;
  /** Longest run, in ms; 0: no limit. */
  readonly timeMsMax: number;
}

export interface ScriptCall {
  /** Name of the script in error texts. */
  readonly sha: string;
  /** From `compile`. */
  readonly compiled: number;
  readonly keys: readonly Bytes[];
  readonly args: readonly Bytes[];
  readonly host: ScriptHost;
}

export class Interpreter {
  readonly #machine: LuaMachine;
  readonly #sandbox: Sandbox;
  readonly #limits: () => ScriptLimits;
  readonly #memoryBytesMax: number;
  #timeMsMax = 0;
  #run: Run | null = null;
  #deadlineMs = Infinity;
  /** What a command threw that is no error of the script. */
  #failure: { readonly error: unknown } | null = null;
  #runs = 0;

  /** @param limits asked for the time before each run */
  constructor(limits: () => ScriptLimits) {
    this.#limits = limits;
    this.#memoryBytesMax = limits().memoryBytesMax;
    this.#machine = new LuaMachine(this.#memoryBytesMax, () => this.#checkTime());
    const textBytesMax = this.#memoryBytesMax / TEXT_SHARE;
    this.#sandbox = new Sandbox(this.#machine, () => this.#run!, textBytesMax);
    const hook = this.#machine.addHook(() => this.#checkTime());
    this.#machine.api.lua_sethook(this.#machine.state, hook, MASK_COUNT, HOOK_INSTRUCTIONS);
  }

  /** Memory taken, in bytes. */
  get memoryBytes(): number {
    return this.#machine.memoryBytes;
  }

  /** Compiles a script; answers what names it in `run`. @throws {CommandError} it is no Lua */
  compile(code: Bytes): number {
    const { api, state: L } = this.#machine;
    // Compiled code is not checked by Lua: it could do anything to the interpreter.
    if (code[0] === ESCAPE) {
      throw new CommandError(`${COMPILE_ERROR} user_script:1: ${NO_COMPILED_CODE}`);
    }
    if (this.#machine.load(L, code, CHUNK_NAME) === 0) return api.luaL_ref(L, REGISTRY);
    const text = mapKey(this.#machine.viewOf(L, -1)!);
    api.lua_settop(L, 0);
    throw new CommandError(`${COMPILE_ERROR} ${text}`);
  }

  forget(compiled: number): void {
    this.#machine.api.luaL_unref(this.#machine.state, REGISTRY, compiled);
  }

  /**
   * Runs a script. After anything but a reply, this interpreter is broken.
   *
   * @throws {ScriptStopped} it broke a limit
   * @throws what a command threw, unless it was the script's mistake
   */
  run(call: ScriptCall): Reply {
    this.#timeMsMax = this.#limits().timeMsMax;
    this.#deadlineMs = this.#timeMsMax > 0 ? performance.now() + this.#timeMsMax : Infinity;
    this.#failure = null;
    const run: Run = { host: this.#watched(call.host), protocol: 2 };
    this.#run = run;
    try {
      return this.#execute(call, run);
    } catch (error) {
      const failure = this.#failure as { readonly error: unknown } | null;
      if (failure !== null) throw failure.error;
      if (error instanceof ScriptStopped) throw error;
      throw new ScriptStopped(messageOf(error));
    } finally {
      this.#run = null;
    }
  }

  #execute({ sha, compiled, keys, args }: ScriptCall, run: Run): Reply {
    const { api, state: L } = this.#machine;
    this.#sandbox.setGlobal("KEYS", keys);
    this.#sandbox.setGlobal("ARGV", args);
    api.lua_rawgeti(L, REGISTRY, this.#sandbox.handler);
    api.lua_rawgeti(L, REGISTRY, compiled);
    const status = api.lua_pcall(L, 0, 1, 1);
    const reply =
      status === 0
        ? new ReplyReader(this.#machine, L, run.protocol, this.#memoryBytesMax).take()
        : new ErrorReply(errorText(this.#machine, L, sha));
    api.lua_settop(L, 0);
    this.#runs++;
    if (this.#runs % GC_RUNS === 0) api.lua_gc(L, GC_STEP, GC_STEP_SIZE);
    return reply;
  }

  /** The host, with its failures kept apart from those of the script, and the time looked at. */
  #watched(host: ScriptHost): ScriptHost {
    return {
      call: (request, protocol) => {
        this.#checkTime();
        try {
          return host.call(request, protocol);
        } catch (error) {
          this.#failure = { error };
          throw error;
        }
      },
      knows: (request) => host.knows(request),
      allows: (request) => host.allows(request),
      log: (level, text) => host.log(level, text),
    };
  }

  #checkTime(): void {
    if (performance.now() < this.#deadlineMs) return;
    throw new ScriptStopped(`it ran longer than ${this.#timeMsMax} ms`);
  }
}
