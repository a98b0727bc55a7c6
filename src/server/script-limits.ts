/** What scripts and functions may take, by the configuration. */
import type { Config } from "../config/config.ts";
import type { ScriptLimits } from "../lua/interpreter.ts";

export function scriptLimits(config: Config): ScriptLimits {
  return {
    memoryBytesMax: config.get("script-memory-limit"),
    timeMsMax: config.get("busy-reply-threshold"),
  };
}
