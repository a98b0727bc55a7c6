/**
 * Finds the end of the log after a stop of any kind: checks the turns that are not in SQLite yet, and
 * moves what cannot be trusted out of the way.
 */
import { closeSync, fsyncSync, openSync, readSync, renameSync, statSync, writeSync } from "node:fs";
import { StorageError } from "../errors.ts";
import { log } from "../log.ts";
import { decodeFileHeader, FILE_HEADER_BYTES, type FileHeader, LOG_VERSION } from "./event.ts";
import { listLogFiles, logFileName, logFilePath } from "./log-files.ts";
import type { LogPosition } from "./position.ts";
import { scanTurns } from "./turn-scanner.ts";

/** One stretch of whole turns inside one file. `bytes` is the mapped file from its start to `end`. */
export interface LogStretch {
  readonly file: number;
  readonly bytes: Uint8Array;
  readonly turns: readonly TurnBounds[];
}

/** A turn's bytes within a stretch, its turn-end event included. */
export interface TurnBounds {
  readonly from: number;
  readonly to: number;
}

/** Header of a log file, or null when the file is shorter than one or its header is damaged. */
export function readFileHeader(path: string): FileHeader | null {
  const fd = openSync(path, "r");
  try {
    const bytes = new Uint8Array(FILE_HEADER_BYTES);
    const count = readSync(fd, bytes, 0, bytes.length, 0);
    return decodeFileHeader(bytes.subarray(0, count));
  } finally {
    closeSync(fd);
  }
}

/** Copies what a file holds behind `offset` to `<name>.damaged-<offset>`, for people and `repair`. */
function keepDamagedTail(directory: string, file: number, bytes: Uint8Array, offset: number): void {
  const path = `${logFilePath(directory, file)}.damaged-${offset}`;
  const fd = openSync(path, "w");
  try {
    let from = offset;
    while (from < bytes.length) from += writeSync(fd, bytes, from, bytes.length - from);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Renames the files behind a break in the log: their turns do not follow from anything. */
function setAside(directory: string, files: readonly number[]): void {
  for (const file of files) {
    const path = logFilePath(directory, file);
    renameSync(path, `${path}.damaged-0`);
    log.warn("binlog", "set aside a file behind damaged log", { file: logFileName(file) });
  }
}

function checkHeader(directory: string, file: number): FileHeader | null {
  const path = logFilePath(directory, file);
  const header = readFileHeader(path);
  if (header !== null && header.version > LOG_VERSION) {
    throw new StorageError(
      `Cannot open ${path}: log format ${header.version} is newer than this program's ${LOG_VERSION}`,
    );
  }
  if (header !== null && header.fileNumber !== file) {
    throw new StorageError(
      `Cannot open ${path}: its header says that it is file ${header.fileNumber}`,
    );
  }
  return header;
}

/**
 * Walks the log from `from`, hands every file's whole turns to `onStretch`, and answers where the log
 * ends. The first turn that is incomplete or damaged ends it: it and all that follows is cut off, and
 * kept in `*.damaged-*` files unless it is only the unfinished end of the last append.
 *
 * @param from a turn's start; a file that does not exist there means that nothing was logged since
 * @throws {StorageError} a needed file is missing, foreign or of a newer format
 */
export function recoverLog(
  directory: string,
  from: LogPosition,
  onStretch: (stretch: LogStretch) => void,
): LogPosition {
  const files = listLogFiles(directory).filter((file) => file >= from.file);
  if (files.length === 0) return { file: from.file, offset: 0 };
  if (files[0] !== from.file) {
    throw new StorageError(
      `Cannot recover: ${logFilePath(directory, from.file)} is missing, but later log files exist`,
    );
  }
  let end: LogPosition = from;
  for (const [index, file] of files.entries()) {
    const path = logFilePath(directory, file);
    const start = file === from.file ? from.offset : 0;
    if (index > 0 && file !== files[index - 1]! + 1) {
      throw new StorageError(`Cannot recover: ${logFilePath(directory, file - 1)} is missing`);
    }
    const size = statSync(path).size;
    if (size < start) {
      throw new StorageError(
        `Cannot recover: ${path} has ${size} bytes, but SQLite holds its state up to byte ${start}`,
      );
    }
    const header = checkHeader(directory, file);
    if (header === null) {
      if (start > 0) throw new StorageError(`Cannot open ${path}: its file header is damaged`);
      setAside(directory, files.slice(index));
      return index === 0 ? { file, offset: 0 } : end;
    }
    const bytes = Bun.mmap(path);
    const turns: TurnBounds[] = [];
    const scan = scanTurns(bytes, Math.max(start, FILE_HEADER_BYTES), (turnFrom, to) => {
      turns.push({ from: turnFrom, to });
    });
    end = { file, offset: scan.end };
    if (turns.length > 0) onStretch({ file, bytes: bytes.subarray(0, scan.end), turns });
    if (scan.stop === null) continue;
    const later = files.slice(index + 1);
    log.warn("binlog", "cut the log at the first turn that is not whole", {
      file: logFileName(file),
      offset: scan.end,
      bytes: size - scan.end,
      reason: scan.stop,
    });
    if (scan.stop === "damaged" || later.length > 0) {
      keepDamagedTail(directory, file, bytes, scan.end);
      setAside(directory, later);
    }
    return end;
  }
  return end;
}
