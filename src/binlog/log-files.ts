/** Names of the log's files in their directory, as in LedisDB: `ledis-bin.` and seven digits or more. */
import { readdirSync } from "node:fs";
import { join } from "node:path";

const NAME = /^ledis-bin\.(\d{7,})$/;

export function logFileName(number: number): string {
  return `ledis-bin.${String(number).padStart(7, "0")}`;
}

export function logFilePath(directory: string, number: number): string {
  return join(directory, logFileName(number));
}

/** Numbers of the log files in `directory`, ascending; other files are ignored. */
export function listLogFiles(directory: string): number[] {
  const numbers: number[] = [];
  for (const name of readdirSync(directory)) {
    const digits = NAME.exec(name)?.[1];
    if (digits !== undefined) numbers.push(Number(digits));
  }
  return numbers.sort((a, b) => a - b);
}
