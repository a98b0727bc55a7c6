/** Redis's four log levels, told in those of log.ts. */

import type { LogLevel } from "../log.ts";
import type { OptionValue } from "./options.ts";

const levels: Readonly<Record<OptionValue<"loglevel">, LogLevel>> = {
  debug: "debug",
  verbose: "info",
  notice: "info",
  warning: "warn",
};

/** The level of the process log that the option `loglevel` asks for. */
export function logLevelOf(option: OptionValue<"loglevel">): LogLevel {
  return levels[option];
}
