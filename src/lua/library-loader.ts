/** Has libraries register their functions in one interpreter. */
import type { Bytes } from "../bytes/bytes.ts";
import { CommandError } from "../errors.ts";
import type { Interpreter } from "./interpreter.ts";
import { loggingLibrary } from "./redis-library.ts";
import { type Registration, registerFunction } from "./register-function.ts";
import { errorOf, raiseError } from "./script-error.ts";
import { REGISTRY } from "./wasm.ts";

export class LibraryLoader {
  readonly #interpreter: Interpreter;
  readonly #globals: number;
  /** While a library is being loaded. */
  #registered: Map<string, Registration> | null = null;

  constructor(interpreter: Interpreter) {
    this.#interpreter = interpreter;
    const { machine, sandbox } = interpreter;
    const register_function = registerFunction(machine, () => this.#registered);
    this.#globals = sandbox.makeGlobals({
      redis: { ...loggingLibrary(machine), register_function },
    });
  }

  /**
   * Runs a library's code, which finds only what it needs to register functions; answers these, by name.
   *
   * @param timeMsMax how long that may take
   * @throws {CommandError} it is no Lua, it failed, or took too long
   */
  load(code: Bytes, timeMsMax: number): ReadonlyMap<string, Registration> {
    const registered = new Map<string, Registration>();
    const compiled = this.#interpreter.compile(code);
    try {
      this.#registered = registered;
      this.#run(compiled, timeMsMax);
      return registered;
    } catch (error) {
      this.forget(registered);
      throw error;
    } finally {
      this.#registered = null;
      this.#interpreter.forget(compiled);
    }
  }

  /** Functions that nobody will call any more. */
  forget(registered: ReadonlyMap<string, Registration>): void {
    for (const { compiled } of registered.values()) this.#interpreter.forget(compiled);
  }

  #run(compiled: number, timeMsMax: number): void {
    const { machine, sandbox } = this.#interpreter;
    const { api, state: L } = machine;
    const onTime = (state: number) => raiseError(machine, state, "FUNCTION LOAD timeout");
    const status = this.#interpreter.prepare(timeMsMax, onTime, () =>
      sandbox.withGlobals(this.#globals, () => {
        api.lua_rawgeti(L, REGISTRY, compiled);
        return api.lua_pcall(L, 0, 0, 0);
      }),
    );
    if (status === 0) return;
    const text = errorOf(machine, L);
    api.lua_settop(L, 0);
    throw new CommandError(`ERR Error registering functions: ${text}`);
  }
}
