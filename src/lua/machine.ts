/**
 * One running Lua interpreter: its memory, values in and out as bytes, and functions of this program for scripts.
 *
 * Lua's errors are C's longjmp, which here is an exception that passes through every frame up to the protected call
 * it belongs to: any API call may throw it, and nobody but `invoke` may catch it. Any other exception that leaves
 * the interpreter leaves it broken: it has to be thrown away.
 */
import { type Bytes, fromMapKey, mapKey } from "../bytes/bytes.ts";
import { addToTable } from "./host-functions.ts";
import { type LuaApi, type LuaState, luaModule, type Pointer, STRING, TYPE_NAMES } from "./wasm.ts";

/** A function that scripts can call: arguments on the stack, answers how many results it has pushed there. */
export type HostFunction = (L: LuaState) => number;

/** Functions and numbers of a library by their names. */
export type Library = Readonly<Record<string, HostFunction | number | string>>;

/** The interpreter cannot go on: out of memory outside of any protected call, or an impossible call. */
export class LuaPanic extends Error {
  override readonly name = "LuaPanic";
}

/** What longjmp throws. */
const JUMP = new Error("longjmp");

/** Values between two calls of `onPulse`. */
const PULSE_VALUES = 1000;
/** Up to here a loop beats making a view. */
const COPY_LOOP_BYTES = 64;
const PAGE_BYTES = 65536;
/** Room for passing short strings; longer ones get their own for the time of the call. */
const SCRATCH_BYTES = 16 << 10;
/** Error numbers of the C library. */
const UNSUPPORTED = -52;
const BAD_FILE = 8;

export class LuaMachine {
  readonly api: LuaApi;
  /** The main thread's state. */
  readonly state: LuaState;
  #bytes: Bytes = new Uint8Array(0);
  #view = new DataView(new ArrayBuffer(0));
  readonly #bytesMax: number;
  readonly #onPulse: () => void;
  #pulses = 0;
  readonly #scratch: Pointer;
  readonly #length: Pointer;

  /**
   * @param bytesMax most memory that it may take, about 16 MB at least
   * @param onPulse called now and then by functions that work long, see `pulse`; may throw to stop them
   */
  constructor(bytesMax: number, onPulse: () => void) {
    this.#bytesMax = bytesMax;
    this.#onPulse = onPulse;
    const { exports } = new WebAssembly.Instance(luaModule(), this.#imports());
    this.api = exports as unknown as LuaApi;
    this.#look();
    this.api.emscripten_stack_init();
    this.api.__wasm_call_ctors();
    this.#length = this.api.malloc(8);
    this.#scratch = this.api.malloc(SCRATCH_BYTES);
    this.state = this.api.luaL_newstate();
  }

  /** Memory taken so far, in bytes; it never shrinks. */
  get memoryBytes(): number {
    return this.#bytes.length;
  }

  /** For functions of this program that work long: to be called for each value. */
  pulse(): void {
    this.#pulses = (this.#pulses + 1) % PULSE_VALUES;
    if (this.#pulses === 0) this.#onPulse();
  }

  /** Puts functions into the table that Lua calls by number. */
  addFunctions(functions: readonly HostFunction[]): number[] {
    return addToTable(this.api.__indirect_function_table, "function", functions);
  }

  addHook(hook: (L: LuaState) => void): number {
    return addToTable(this.api.__indirect_function_table, "hook", [hook])[0]!;
  }

  /** The C function at `index` of the stack. */
  functionAt(L: LuaState, index: number): HostFunction {
    const number = this.api.lua_tocfunction(L, index);
    return this.api.__indirect_function_table.get(number) as HostFunction;
  }

  pushBytes(L: LuaState, bytes: Bytes): void {
    const { length } = bytes;
    if (length <= SCRATCH_BYTES) {
      this.#bytes.set(bytes, this.#scratch);
      this.api.lua_pushlstring(L, this.#scratch, length);
      return;
    }
    const place = this.api.malloc(length);
    if (place === 0) this.raise(L, "not enough memory");
    try {
      this.#bytes.set(bytes, place);
      this.api.lua_pushlstring(L, place, length);
    } finally {
      this.api.free(place);
    }
  }

  /** Pushes a table of strings. */
  pushStrings(L: LuaState, values: readonly Bytes[]): void {
    this.api.lua_createtable(L, values.length, 0);
    for (let index = 0; index < values.length; index++) {
      this.pushBytes(L, values[index]!);
      this.api.lua_rawseti(L, -2, index + 1);
    }
  }

  /** Pushes a text of one byte per character. */
  pushText(L: LuaState, text: string): void {
    const { length } = text;
    if (length > SCRATCH_BYTES) {
      this.pushBytes(L, fromMapKey(text));
      return;
    }
    const bytes = this.#bytes;
    const at = this.#scratch;
    for (let i = 0; i < length; i++) bytes[at + i] = text.charCodeAt(i);
    this.api.lua_pushlstring(L, at, length);
  }

  /** The string or number at `index` as a view, which holds until Lua runs again; null when it is neither. */
  viewOf(L: LuaState, index: number): Bytes | null {
    const at = this.api.lua_tolstring(L, index, this.#length);
    if (at === 0) return null;
    return this.#bytes.subarray(at, at + this.#view.getUint32(this.#length, true));
  }

  /** A copy of the string or number at `index`; null when it is neither. */
  bytesOf(L: LuaState, index: number): Bytes | null {
    const at = this.api.lua_tolstring(L, index, this.#length);
    if (at === 0) return null;
    return this.#bytes.slice(at, at + this.#view.getUint32(this.#length, true));
  }

  /** Length in bytes of the string or number at `index`. */
  lengthOf(L: LuaState, index: number): number {
    if (this.api.lua_tolstring(L, index, this.#length) === 0) return 0;
    return this.#view.getUint32(this.#length, true);
  }

  /** Copies the string at `index` to `target` from `to` on; answers where it ends there. */
  copyString(L: LuaState, index: number, target: Bytes, to: number): number {
    const at = this.api.lua_tolstring(L, index, this.#length);
    const length = this.#view.getUint32(this.#length, true);
    const bytes = this.#bytes;
    if (length > COPY_LOOP_BYTES) target.set(bytes.subarray(at, at + length), to);
    else for (let i = 0; i < length; i++) target[to + i] = bytes[at + i]!;
    return to + length;
  }

  /** The string at `index`, one character per byte; null when it is none. */
  textOf(L: LuaState, index: number): string | null {
    if (this.api.lua_type(L, index) !== STRING) return null;
    return mapKey(this.viewOf(L, index)!);
  }

  /** Argument number `index` as a view; raises Lua's own error when it is no string. */
  checkBytes(L: LuaState, index: number): Bytes {
    const at = this.api.luaL_checklstring(L, index, this.#length);
    return this.#bytes.subarray(at, at + this.#view.getUint32(this.#length, true));
  }

  /** Name of the type of what stands at `index`. */
  typeName(L: LuaState, index: number): string {
    return TYPE_NAMES[this.api.lua_type(L, index) + 1]!;
  }

  /** Raises an error with the script's line in front, as luaL_error does. */
  raise(L: LuaState, text: string): never {
    this.api.luaL_where(L, 1);
    this.pushText(L, text);
    this.api.lua_concat(L, 2);
    return this.throwTop(L);
  }

  /** Raises "bad argument #n to 'f' (text)". */
  argumentError(L: LuaState, argument: number, text: string): never {
    this.api.luaL_argerror(L, argument, this.#cString(text));
    throw new LuaPanic("an error did not stop a function");
  }

  /** Raises the value on top of the stack. */
  throwTop(L: LuaState): never {
    this.api.lua_error(L);
    throw new LuaPanic("an error did not stop a function");
  }

  /** Compiles a chunk and pushes it, or what is wrong with it; answers lua_load's status. */
  load(L: LuaState, text: Bytes, name: string): number {
    const place = this.api.malloc(text.length + 1);
    if (place === 0) throw new LuaPanic("not enough memory");
    try {
      this.#bytes.set(text, place);
      return this.api.luaL_loadbuffer(L, place, text.length, this.#cString(name));
    } finally {
      this.api.free(place);
    }
  }

  /** A new table with a library's functions and values, on top of the stack. */
  pushLibrary(L: LuaState, library: Library): void {
    const names = Object.keys(library);
    const functions = names.map((name) => library[name]).filter((row) => typeof row === "function");
    const numbers = this.addFunctions(functions);
    this.api.lua_createtable(L, 0, names.length);
    for (const name of names) {
      const row = library[name]!;
      this.pushText(L, name);
      if (typeof row === "function") this.api.lua_pushcclosure(L, numbers.shift()!, 0);
      else if (typeof row === "number") this.api.lua_pushnumber(L, row);
      else this.pushText(L, row);
      this.api.lua_rawset(L, -3);
    }
  }

  /** Sets a field of the table at `index` (absolute) to the value on top, which is taken. */
  setField(L: LuaState, index: number, name: string): void {
    this.pushText(L, name);
    this.api.lua_insert(L, -2);
    this.api.lua_rawset(L, index);
  }

  /** Pushes a field of the table at `index` (absolute), without metamethods. */
  pushField(L: LuaState, index: number, name: string): void {
    this.pushText(L, name);
    this.api.lua_rawget(L, index);
  }

  #cString(text: string): Pointer {
    const bytes = this.#bytes;
    const length = Math.min(text.length, SCRATCH_BYTES - 1);
    for (let i = 0; i < length; i++) bytes[this.#scratch + i] = text.charCodeAt(i);
    bytes[this.#scratch + length] = 0;
    return this.#scratch;
  }

  #look(): void {
    this.#bytes = new Uint8Array(this.api.memory.buffer);
    this.#view = new DataView(this.api.memory.buffer);
  }

  /** Takes more memory, if the limit allows. */
  #grow(bytes: number): number {
    const pages = Math.ceil((bytes - this.memoryBytes) / PAGE_BYTES);
    if (bytes > this.#bytesMax) return 0;
    // In steps, so that a growing heap does not ask for every page.
    const step = Math.min(Math.ceil(this.memoryBytes / 4), this.#bytesMax - this.memoryBytes);
    try {
      this.api.memory.grow(Math.max(pages, Math.floor(step / PAGE_BYTES)));
    } catch {
      return 0;
    }
    this.#look();
    return 1;
  }

  #invoke(fn: number, first: number, second: number): void {
    const { api } = this;
    const stack = api.stackSave();
    try {
      (api.__indirect_function_table.get(fn) as (a: number, b: number) => void)(first, second);
    } catch (error) {
      if (error !== JUMP) throw error;
      api.stackRestore(stack);
      api.setThrew(1, 0);
    }
  }

  /** What the interpreter asks of its surroundings. No files, no environment: nothing leads out of it. */
  #imports() {
    const stop = (): never => {
      throw new LuaPanic("not enough memory");
    };
    const none = () => 0;
    const unsupported = () => UNSUPPORTED;
    const badFile = () => BAD_FILE;
    return {
      env: {
        exit: stop,
        invoke_vii: (fn: number, first: number, second: number) => this.#invoke(fn, first, second),
        _emscripten_throw_longjmp: () => {
          throw JUMP;
        },
        emscripten_resize_heap: (bytes: number) => this.#grow(bytes >>> 0),
        emscripten_memcpy_js: (to: number, from: number, bytes: number) =>
          void this.#bytes.copyWithin(to, from, from + bytes),
        emscripten_date_now: () => Date.now(),
        _emscripten_get_now_is_monotonic: none,
        _emscripten_system: none,
        strftime: none,
        _tzset_js: none,
        _mktime_js: none,
        _localtime_js: none,
        _gmtime_js: none,
        __syscall_openat: unsupported,
        __syscall_fcntl64: unsupported,
        __syscall_ioctl: unsupported,
        __syscall_dup3: unsupported,
        __syscall_unlinkat: unsupported,
        __syscall_rmdir: unsupported,
        __syscall_renameat: unsupported,
        __syscall_readlinkat: unsupported,
      },
      wasi_snapshot_preview1: {
        fd_write: badFile,
        fd_read: badFile,
        fd_close: badFile,
        fd_seek: badFile,
        environ_sizes_get: (count: Pointer, size: Pointer) => {
          this.#view.setUint32(count, 0, true);
          this.#view.setUint32(size, 0, true);
          return 0;
        },
        environ_get: none,
      },
    };
  }
}
