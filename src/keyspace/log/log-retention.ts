/** Which log files may go: those that nobody needs, beyond the number and the age to be kept. */
import { unlinkSync } from "node:fs";
import type { LogFile } from "../../binlog/log-catalog.ts";
import { logFilePath } from "../../binlog/log-files.ts";
import { clock } from "../../clock.ts";
import { log } from "../../log.ts";

export class LogRetention {
  readonly #directory: string;
  readonly #removed: (file: number) => void;
  /** Files to keep, the current one included; 0 keeps the current one alone. */
  filesMax: number;
  /** A file whose successor began longer ago goes, in seconds; 0: age does not matter. */
  ageMaxSeconds = 0;
  /** The first file that somebody else needs still; null: none. */
  lowestNeeded: () => number | null = () => null;

  /** @param removed told of each file that has gone */
  constructor(directory: string, filesMax: number, removed: (file: number) => void) {
    this.#directory = directory;
    this.#removed = removed;
    this.filesMax = filesMax;
  }

  /**
   * Removes the files that neither number nor age keeps.
   *
   * @param files all of the log, oldest first
   * @param durableFile files before this number are not needed for recovery
   */
  purge(files: readonly LogFile[], durableFile: number): void {
    const last = files.at(-1)?.file ?? 0;
    const byNumber = last - Math.max(1, this.filesMax) + 1;
    this.purgeTo(files, Math.min(durableFile, Math.max(byNumber, this.#firstYoung(files))));
  }

  /**
   * Removes files before `keepFrom` that nobody else needs.
   *
   * @returns the number of the first file left
   */
  purgeTo(files: readonly LogFile[], keepFrom: number): number {
    const needed = this.lowestNeeded() ?? keepFrom;
    try {
      for (const { file } of files.slice(0, -1)) {
        if (file >= keepFrom || file >= needed) return file;
        unlinkSync(logFilePath(this.#directory, file));
        this.#removed(file);
      }
    } catch (error) {
      log.warn("binlog", "cannot remove old log files", { error });
    }
    return files.at(-1)?.file ?? 0;
  }

  /** Number of the first file that is not too old; 0 when age does not matter. */
  #firstYoung(files: readonly LogFile[]): number {
    if (this.ageMaxSeconds === 0) return 0;
    const oldest = clock.nowMs() / 1000 - this.ageMaxSeconds;
    const young = files.findIndex((_, i) => (files[i + 1]?.createdAt ?? Infinity) > oldest);
    return files[young]?.file ?? 0;
  }
}
