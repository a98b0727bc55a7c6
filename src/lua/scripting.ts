/** Scripts and functions, with an interpreter each. */
import { Functions } from "./functions.ts";
import type { ScriptLimits } from "./interpreter.ts";
import { Scripts } from "./scripts.ts";

export class Scripting {
  readonly scripts: Scripts;
  readonly functions: Functions;

  /** @param limits asked anew for each interpreter and each run */
  constructor(limits: () => ScriptLimits) {
    this.scripts = new Scripts(limits);
    this.functions = new Functions(limits);
  }

  /** True while a script or a function runs: who asks was called by it. */
  get isRunning(): boolean {
    return this.scripts.isRunning || this.functions.isRunning;
  }
}
