/** The interpreter in use: made when something needs it, given back when it is broken or has grown too large. */
import { CommandError } from "../errors.ts";
import { type Dialect, Interpreter, type ScriptLimits } from "./interpreter.ts";

/** An interpreter that has grown beyond this is given back after the run. */
const KEPT_BYTES_MAX = 48 << 20;
/** When the stack holds nothing of it any more, in ms. */
const COLLECT_MS = 100;

export class InterpreterKeeper {
  readonly #dialect: Dialect;
  readonly #limits: () => ScriptLimits;
  #interpreter: Interpreter | null = null;
  #serial = 0;
  #isRunning = false;

  /** @param limits asked anew for each interpreter and each run */
  constructor(dialect: Dialect, limits: () => ScriptLimits) {
    this.#dialect = dialect;
    this.#limits = limits;
  }

  /** True while something runs in it: who asks was called by that. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Memory of the interpreter, in bytes; 0 while there is none. */
  get memoryBytes(): number {
    return this.#interpreter?.memoryBytes ?? 0;
  }

  /**
   * Names the interpreter in use, or else the one that `use` hands out next: what another one has compiled is of no use
   * to it. It may be gone after each use, so whoever compiles something runs it within the same one.
   */
  get serial(): number {
    const isThere = this.#isRunning || this.#interpreter !== null;
    return isThere ? this.#serial : this.#serial + 1;
  }

  /** The interpreter, if there is one. */
  get current(): Interpreter | null {
    return this.#interpreter;
  }

  /**
   * Works with the interpreter. It is not used again after anything else than a result or a client's mistake.
   *
   * @throws what `work` throws
   */
  use<T>(work: (interpreter: Interpreter) => T): T {
    if (this.#interpreter === null) this.#serial++;
    const interpreter = this.#interpreter ?? new Interpreter(this.#dialect, this.#limits);
    // Away while it works: should it break, it is gone.
    this.#interpreter = null;
    this.#isRunning = true;
    try {
      const result = work(interpreter);
      this.#keep(interpreter);
      return result;
    } catch (error) {
      if (error instanceof CommandError) this.#keep(interpreter);
      throw error;
    } finally {
      this.#isRunning = false;
      if (this.#interpreter === null) collectLater();
    }
  }

  /** Gives the interpreter's memory back. */
  drop(): void {
    if (this.#interpreter !== null) collectLater();
    this.#interpreter = null;
  }

  #keep(interpreter: Interpreter): void {
    if (interpreter.memoryBytes <= KEPT_BYTES_MAX) this.#interpreter = interpreter;
  }
}

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
