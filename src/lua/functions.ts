/**
 * The functions that can be called, and the interpreter that runs them. Which libraries there are a store says, where
 * they outlive this process: whatever changes there (by a master, by a turn that is undone) is noticed at the next call.
 */
import { type Bytes, copyBytes, equalBytes } from "../bytes/bytes.ts";
import { CommandError, messageOf } from "../errors.ts";
import { log } from "../log.ts";
import type { Reply } from "../resp/reply.ts";
import { type Interpreter, LIBRARIES, type ScriptLimits, ScriptStopped } from "./interpreter.ts";
import { InterpreterKeeper } from "./interpreter-keeper.ts";
import { readLibraryHead } from "./library-head.ts";
import { LibraryLoader } from "./library-loader.ts";
import { type Library, type LibraryFunction, LibrarySet } from "./library-set.ts";
import type { ScriptHost } from "./redis-library.ts";
import type { Registration } from "./register-function.ts";

/** How long a new library may take to register its functions, as in Redis. */
const LOAD_MS_MAX = 500;

/** Where libraries are kept, by name. */
export interface LibraryStore {
  /** Another number whenever something has changed. */
  readonly version: number;
  all(): Iterable<{ readonly name: string; readonly code: Bytes }>;
  put(name: string, code: Bytes): void;
  delete(name: string): void;
}

/** What FUNCTION RESTORE does with libraries that are there. */
export type RestorePolicy = "flush" | "append" | "replace";

/** A library's functions in an interpreter. */
interface Compiled {
  readonly owner: number;
  readonly functions: ReadonlyMap<string, Registration>;
}

export class Functions {
  readonly #keeper: InterpreterKeeper;
  readonly #loaders = new WeakMap<Interpreter, LibraryLoader>();
  readonly #compiled = new WeakMap<Library, Compiled>();
  /** As the store had them when its version was this; null: it was not looked at yet. */
  #known = LibrarySet.empty;
  #version: number | null = null;

  /** @param limits asked anew for each interpreter and each run */
  constructor(limits: () => ScriptLimits) {
    this.#keeper = new InterpreterKeeper(LIBRARIES, limits);
  }

  /** True while a function runs: who asks was called by it. */
  get isRunning(): boolean {
    return this.#keeper.isRunning;
  }

  /** Memory of the interpreter, in bytes; 0 while no library was loaded. */
  get memoryBytes(): number {
    return this.#keeper.memoryBytes;
  }

  /** The libraries, as they are in the store now. */
  librariesOf(store: LibraryStore): LibrarySet {
    const { version } = store;
    if (version === this.#version) return this.#known;
    let known = LibrarySet.empty;
    for (const { name, code } of store.all()) {
      const before = this.#known.get(name);
      // One without functions could not be used: perhaps it can be now.
      const isKept = before !== undefined && before.functions.length > 0;
      const isSame = isKept && equalBytes(before.code, code);
      known = this.#withStored(known, isSame ? before : this.#open(name, code));
    }
    this.#become(known, version);
    return known;
  }

  /** Loads a library and stores it; answers its name. @throws {CommandError} it is none, or one is in its way */
  load(store: LibraryStore, code: Bytes, replaces: boolean): string {
    const known = this.librariesOf(store);
    const { name } = readLibraryHead(code);
    if (!replaces) refuseSecond(known, name);
    const library = this.#compileNew(name, copyBytes(code));
    const next = this.#orForget([library], () => known.with(library));
    store.put(name, library.code);
    this.#become(next, store.version);
    return name;
  }

  /** Loads and stores several libraries, all of them or none. @throws {CommandError} as `load` */
  restore(store: LibraryStore, codes: Iterable<Bytes>, policy: RestorePolicy): void {
    const known = this.librariesOf(store);
    const loaded: Library[] = [];
    const next = this.#orForget(loaded, () => {
      let restored = LibrarySet.empty;
      for (const code of codes) {
        const { name } = readLibraryHead(code);
        refuseSecond(restored, name);
        loaded.push(this.#compileNew(name, copyBytes(code)));
        restored = restored.with(loaded.at(-1)!);
      }
      return policy === "flush" ? restored : joined(known, restored, policy === "replace");
    });
    for (const { name } of known) if (next.get(name) === undefined) store.delete(name);
    for (const { name, code } of loaded) store.put(name, code);
    this.#become(next, store.version);
  }

  /** @throws {CommandError} there is no such library */
  delete(store: LibraryStore, name: string): void {
    const known = this.librariesOf(store);
    if (known.get(name) === undefined) throw new CommandError("ERR Library not found");
    store.delete(name);
    this.#become(known.without(name), store.version);
  }

  /** Removes all libraries, and gives the interpreter's memory back. */
  flush(store: LibraryStore): void {
    this.restore(store, [], "flush");
    this.#keeper.drop();
  }

  /**
   * Runs a function to its end.
   *
   * @throws {ScriptStopped} it broke a limit: what it wrote is to be undone
   * @throws what a command threw, unless it was the function's mistake
   */
  run(
    { name, library }: LibraryFunction,
    keys: readonly Bytes[],
    args: readonly Bytes[],
    host: ScriptHost,
  ): Reply {
    return this.#keeper.use((interpreter) => {
      const functions = this.#compile(interpreter, library, Number.POSITIVE_INFINITY);
      return interpreter.run({
        name,
        compiled: functions.get(name)!.compiled,
        host,
        pass({ machine }) {
          machine.pushStrings(machine.state, keys);
          machine.pushStrings(machine.state, args);
          return 2;
        },
      });
    });
  }

  /** A library that was stored. One that cannot be loaded here has no functions, and is there all the same. */
  #open(name: string, stored: Bytes): Library {
    const code = copyBytes(stored);
    try {
      // It has ended before, and does nothing that depends on where it is.
      return this.#newLibrary(name, code, Number.POSITIVE_INFINITY);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      log.error("functions", "a library cannot be loaded", { library: name, error });
      return { name, code, functions: [] };
    }
  }

  /** With a library from the store. It is there without functions, if another one has one of them. */
  #withStored(known: LibrarySet, library: Library): LibrarySet {
    try {
      return known.with(library);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      log.error("functions", "a library cannot be used", { library: library.name, error });
      this.#forget(library);
      return known.with({ ...library, functions: [] });
    }
  }

  #compileNew(name: string, code: Bytes): Library {
    const library = this.#newLibrary(name, code, LOAD_MS_MAX);
    if (library.functions.length === 0) throw new CommandError("ERR No functions registered");
    return library;
  }

  #newLibrary(name: string, code: Bytes, timeMsMax: number): Library {
    const functions: LibraryFunction[] = [];
    const library = { name, code, functions };
    for (const { name, description, flags } of this.#register(library, timeMsMax).values()) {
      functions.push({ name, description, flags, library });
    }
    return library;
  }

  /** As `compile`, in whichever interpreter. @throws {CommandError} it cannot be loaded */
  #register(library: Library, timeMsMax: number): ReadonlyMap<string, Registration> {
    try {
      return this.#keeper.use((interpreter) => this.#compile(interpreter, library, timeMsMax));
    } catch (error) {
      if (!(error instanceof ScriptStopped)) throw error;
      throw new CommandError(`ERR Error registering functions: ERR ${error.message}`);
    }
  }

  /**
   * The library's functions in the interpreter in use.
   *
   * @throws {CommandError} it cannot be loaded
   * @throws {ScriptStopped} it has broken the interpreter: what it needed was more than there may be
   */
  #compile(
    interpreter: Interpreter,
    library: Library,
    timeMsMax: number,
  ): ReadonlyMap<string, Registration> {
    const known = this.#compiled.get(library);
    const owner = this.#keeper.serial;
    if (known?.owner === owner) return known.functions;
    const code = library.code.subarray(readLibraryHead(library.code).bytes);
    try {
      const functions = this.#loaderOf(interpreter).load(code, timeMsMax);
      this.#compiled.set(library, { owner, functions });
      return functions;
    } catch (error) {
      if (error instanceof CommandError) throw error;
      throw new ScriptStopped(messageOf(error));
    }
  }

  #loaderOf(interpreter: Interpreter): LibraryLoader {
    let loader = this.#loaders.get(interpreter);
    if (loader === undefined) {
      loader = new LibraryLoader(interpreter);
      this.#loaders.set(interpreter, loader);
    }
    return loader;
  }

  /** The result of `work`; if there is none, these libraries will not be used. */
  #orForget<T>(loaded: readonly Library[], work: () => T): T {
    try {
      return work();
    } catch (error) {
      for (const library of loaded) this.#forget(library);
      throw error;
    }
  }

  #become(next: LibrarySet, version: number): void {
    for (const library of this.#known) {
      if (next.get(library.name) !== library) this.#forget(library);
    }
    this.#known = next;
    this.#version = version;
  }

  /** Gives back what a library has in the interpreter. */
  #forget(library: Library): void {
    const compiled = this.#compiled.get(library);
    this.#compiled.delete(library);
    const interpreter = this.#keeper.current;
    if (compiled?.owner !== this.#keeper.serial || interpreter === null) return;
    this.#loaderOf(interpreter).forget(compiled.functions);
  }
}

function refuseSecond(libraries: LibrarySet, name: string): void {
  if (libraries.get(name) === undefined) return;
  throw new CommandError(`ERR Library '${name}' already exists`);
}

/** @throws {CommandError} a library is in both and must not be replaced, or two have the same function */
function joined(known: LibrarySet, more: LibrarySet, replaces: boolean): LibrarySet {
  let all = known;
  for (const { name } of more) {
    if (!replaces && known.get(name) !== undefined) {
      throw new CommandError(`ERR Library ${name} already exists`);
    }
    all = all.without(name);
  }
  for (const library of more) all = all.with(library);
  return all;
}
