/**
 * The process log: one line per event on stderr, for the operator.
 * A leaf: everything may import it. The access log and the slow log live in server/.
 *
 *     [2026/11/22 15:16:53] info server: listening addr=127.0.0.1:6380
 */

import { writeSync } from "node:fs";
import { clock } from "./clock.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

/** Written as `key=value`; text with blanks or control characters is quoted as in JSON. */
export type LogFields = Readonly<Record<string, unknown>>;

const severity: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

const twoDigits = (value: number): string => `${value}`.padStart(2, "0");

function formatTime(ms: number): string {
  const time = new Date(ms);
  const date = [time.getFullYear(), twoDigits(time.getMonth() + 1), twoDigits(time.getDate())];
  const parts = [time.getHours(), time.getMinutes(), time.getSeconds()];
  return `${date.join("/")} ${parts.map(twoDigits).join(":")}`;
}

function formatField(value: unknown): string {
  const text = value instanceof Error ? value.message : `${value}`;
  return /^[!#-~]+$/.test(text) ? text : JSON.stringify(text);
}

function write(level: LogLevel, component: string, message: string, fields: LogFields = {}): void {
  if (severity[level] < severity[log.level]) return;
  try {
    const words = [`[${formatTime(clock.nowMs())}]`, level, `${component}:`, message];
    for (const [key, value] of Object.entries(fields)) words.push(`${key}=${formatField(value)}`);
    log.sink(`${words.join(" ")}\n`);
  } catch {
    // A log that cannot be written (closed pipe, full disk) must not stop the server.
  }
}

/** Times are local. No call throws. */
export const log = {
  /** Lines below this level are dropped; may be set at any time. */
  level: "info" as LogLevel,
  /** Takes each finished line, newline included. */
  sink(line: string): void {
    writeSync(2, line);
  },
  debug: (component: string, message: string, fields?: LogFields) =>
    write("debug", component, message, fields),
  info: (component: string, message: string, fields?: LogFields) =>
    write("info", component, message, fields),
  warn: (component: string, message: string, fields?: LogFields) =>
    write("warn", component, message, fields),
  error: (component: string, message: string, fields?: LogFields) =>
    write("error", component, message, fields),
};
