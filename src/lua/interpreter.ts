/**
 * One interpreter with what is compiled in it. Runs a script, or a function of a library, to its end, at once, within
 * limits of time and memory; what breaks them takes the interpreter with it.
 */
import { type Bytes, mapKey } from "../bytes/bytes.ts";
import { CommandError, messageOf } from "../errors.ts";
import { ErrorReply, type Reply } from "../resp/reply.ts";
import { ReplyReader } from "./lua-to-reply.ts";
import { LuaMachine } from "./machine.ts";
import { type Run, redisLibrary, type ScriptHost, scriptFunctions } from "./redis-library.ts";
import { NO_COMPILED_CODE, Sandbox } from "./sandbox.ts";
import { errorText } from "./script-error.ts";
import { GC_STEP, type LuaState, MASK_COUNT, REGISTRY } from "./wasm.ts";

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
const ESCAPE = 0x1b;

/** What an interpreter is for: scripts, or libraries of functions. */
export interface Dialect {
  /** Names its code in error texts. */
  readonly chunkName: string;
  /** Stands before what is wrong with code that is no Lua. */
  readonly compileError: string;
  /** Whether `redis` has what is for scripts alone. */
  readonly hasScriptFunctions: boolean;
}

export const SCRIPTS: Dialect = {
  chunkName: "user_script",
  compileError: "ERR Error compiling script (new function):",
  hasScriptFunctions: true,
};

export const LIBRARIES: Dialect = {
  chunkName: "user_function",
  compileError: "ERR Error compiling function:",
  hasScriptFunctions: false,
};

export interface ScriptLimits {
  /** Most memory of an interpreter. */
  readonly memoryBytesMax: number;
  /** Longest run, in ms; 0: no limit. */
  readonly timeMsMax: number;
}

export interface Call {
  /** Of the script or function, in error texts. */
  readonly name: string;
  /** From `compile`. */
  readonly compiled: number;
  readonly host: ScriptHost;
  /** Gives it what it gets: pushes arguments, and answers how many, or sets globals. */
  pass(interpreter: Interpreter): number;
}

export class Interpreter {
  readonly machine: LuaMachine;
  readonly sandbox: Sandbox;
  readonly #dialect: Dialect;
  readonly #limits: () => ScriptLimits;
  readonly #memoryBytesMax: number;
  #timeMsMax = 0;
  #run: Run | null = null;
  #deadlineMs = Infinity;
  #onDeadline: (L: LuaState) => never = () => this.#stop();
  /** What a command threw that is no error of the script. */
  #failure: { readonly error: unknown } | null = null;
  #runs = 0;

  /** @param limits asked for the time before each run */
  constructor(dialect: Dialect, limits: () => ScriptLimits) {
    this.#dialect = dialect;
    this.#limits = limits;
    this.#memoryBytesMax = limits().memoryBytesMax;
    this.machine = new LuaMachine(this.#memoryBytesMax, () => this.#checkTime());
    const textBytesMax = this.#memoryBytesMax / TEXT_SHARE;
    const redis = redisLibrary(this.machine, () => this.#run!);
    const scriptOnly = dialect.hasScriptFunctions ? scriptFunctions(this.machine) : {};
    this.sandbox = new Sandbox(this.machine, { ...redis, ...scriptOnly }, textBytesMax);
    const hook = this.machine.addHook((L) => {
      if (performance.now() >= this.#deadlineMs) this.#onDeadline(L);
    });
    this.machine.api.lua_sethook(this.machine.state, hook, MASK_COUNT, HOOK_INSTRUCTIONS);
  }

  /** Memory taken, in bytes. */
  get memoryBytes(): number {
    return this.machine.memoryBytes;
  }

  /** Compiles code; answers what names it in `run`. @throws {CommandError} it is no Lua */
  compile(code: Bytes): number {
    const { api, state: L } = this.machine;
    const { chunkName, compileError } = this.#dialect;
    // Compiled code is not checked by Lua: it could do anything to the interpreter.
    if (code[0] === ESCAPE) {
      throw new CommandError(`${compileError} ${chunkName}:1: ${NO_COMPILED_CODE}`);
    }
    if (this.machine.load(L, code, `@${chunkName}`) === 0) return api.luaL_ref(L, REGISTRY);
    const text = mapKey(this.machine.viewOf(L, -1)!);
    api.lua_settop(L, 0);
    throw new CommandError(`${compileError} ${text}`);
  }

  forget(compiled: number): void {
    this.machine.api.luaL_unref(this.machine.state, REGISTRY, compiled);
  }

  /**
   * Runs what is no client's doing, such as a library that registers its functions; Lua's errors are `work`'s.
   *
   * @param onDeadline raises an error when it has run for too long
   */
  prepare<T>(timeMsMax: number, onDeadline: (L: LuaState) => never, work: () => T): T {
    this.#deadlineMs = performance.now() + timeMsMax;
    this.#onDeadline = onDeadline;
    try {
      return work();
    } finally {
      this.#deadlineMs = Infinity;
      this.#onDeadline = () => this.#stop();
    }
  }

  /**
   * Runs a script or a function. After anything but a reply, this interpreter is broken.
   *
   * @throws {ScriptStopped} it broke a limit
   * @throws what a command threw, unless it was the script's mistake
   */
  run(call: Call): Reply {
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

  #execute(call: Call, run: Run): Reply {
    const { api, state: L } = this.machine;
    api.lua_rawgeti(L, REGISTRY, this.sandbox.handler);
    api.lua_rawgeti(L, REGISTRY, call.compiled);
    const status = api.lua_pcall(L, call.pass(this), 1, 1);
    const reply =
      status === 0
        ? new ReplyReader(this.machine, L, run.protocol, this.#memoryBytesMax).take()
        : new ErrorReply(errorText(this.machine, L, call.name));
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
    };
  }

  #checkTime(): void {
    if (performance.now() >= this.#deadlineMs) this.#stop();
  }

  #stop(): never {
    throw new ScriptStopped(`it ran longer than ${this.#timeMsMax} ms`);
  }
}
