/** Which log files may go: those whose state is durable in SQLite, beyond the number to be kept. */
import { unlinkSync } from "node:fs";
import { listLogFiles, logFilePath } from "../binlog/log-files.ts";
import { log } from "../log.ts";

export class LogRetention {
  readonly #directory: string;
  /** Files to keep, the current one included; 0 keeps the current one alone. */
  filesMax: number;

  constructor(directory: string, filesMax: number) {
    this.#directory = directory;
    this.filesMax = filesMax;
  }

  /**
   * Removes the oldest files until `filesMax` are left.
   *
   * @param durableFile files before this number are not needed for recovery
   */
  purge(durableFile: number, currentFile: number): void {
    const keepFrom = Math.min(durableFile, currentFile - Math.max(1, this.filesMax) + 1);
    try {
      for (const file of listLogFiles(this.#directory)) {
        if (file >= keepFrom) return;
        unlinkSync(logFilePath(this.#directory, file));
      }
    } catch (error) {
      log.warn("binlog", "cannot remove old log files", { error });
    }
  }
}
