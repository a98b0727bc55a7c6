/**
 * Finds the end of the log after a stop of any kind: checks the turns that are not in SQLite yet, and
 * moves what cannot be trusted out of the way.
 */

import {
  closeSync,
  fsyncSync,
  openSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { messageOf, StorageError } from "../errors.ts";
import { log } from "../log.ts";
import { FILE_HEADER_BYTES, type FileHeader, LOG_VERSION } from "./event.ts";
import { readFileHeader } from "./log-catalog.ts";
import { listLogFiles, logFileName, logFilePath } from "./log-files.ts";
import type { LogPosition } from "./position.ts";
import { syncPath } from "./sync-path.ts";
import { type ScanResult, scanTurns, showsTurnEnd } from "./turn-scanner.ts";

/** Takes the turns of one file, in order. */
export interface TurnVisitor {
  /** A whole turn, its turn-end event included. */
  turn(from: number, to: number): void;
  /** There are no more in this file. */
  end(): void;
}

/** What the log says about itself, before anything of it is used. */
export interface LogSummary {
  /** The first file; null when there is none. */
  readonly firstFile: number | null;
  /** No file holds a byte of a turn. */
  readonly isBlank: boolean;
}

export function summarizeLog(directory: string): LogSummary {
  const files = listLogFiles(directory);
  const size = (file: number) => statSync(logFilePath(directory, file)).size;
  return {
    firstFile: files[0] ?? null,
    isBlank: files.every((file) => size(file) <= FILE_HEADER_BYTES),
  };
}

/** Copies what a file holds behind `offset` to `<name>.damaged-<offset>`, for people and `repair`. */
function keepDamagedTail(directory: string, file: number, bytes: Uint8Array, offset: number): void {
  const path = `${logFilePath(directory, file)}.damaged-${offset}`;
  try {
    const fd = openSync(path, "w");
    try {
      let from = offset;
      while (from < bytes.length) from += writeSync(fd, bytes, from, bytes.length - from);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw new StorageError(
      `Cannot keep the damaged end of the log in ${path}: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
}

/** Renames the files behind a break in the log: their turns do not follow from anything. */
function setAside(directory: string, files: readonly number[]): void {
  for (const file of files) {
    const path = logFilePath(directory, file);
    if (statSync(path).size < FILE_HEADER_BYTES) {
      unlinkSync(path);
      continue;
    }
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

/** Ends the log where the scan stopped; what lies behind is kept unless it is one append cut short. */
function cut(
  directory: string,
  file: number,
  bytes: Uint8Array,
  scan: ScanResult,
  later: readonly number[],
): void {
  log.warn("binlog", "cut the log at the first turn that is not whole", {
    file: logFileName(file),
    offset: scan.end,
    bytes: bytes.length - scan.end,
    reason: scan.stop,
  });
  if (scan.stop === "damaged" || later.length > 0 || showsTurnEnd(bytes, scan.end)) {
    keepDamagedTail(directory, file, bytes, scan.end);
    setAside(directory, later);
  }
}

/**
 * Walks the log from `from`, hands the whole turns of every file to the visitor that `visit` gives for it,
 * and answers where the log ends. The first turn that is incomplete or damaged ends it: it and all that
 * follows is cut off, and kept in `*.damaged-*` files unless it is only the unfinished end of the last
 * append. What was walked is durable afterwards, but for the last file.
 *
 * @param from a turn's start; without any file there, nothing was logged since
 * @param visit gets the file's number and its bytes, mapped
 * @throws {StorageError} a needed file is missing, foreign or of a newer format
 */
export function recoverLog(
  directory: string,
  from: LogPosition,
  visit: (file: number, bytes: Uint8Array) => TurnVisitor,
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
    if (checkHeader(directory, file) === null) {
      if (start > 0) throw new StorageError(`Cannot open ${path}: its file header is damaged`);
      setAside(directory, files.slice(index));
      return index === 0 ? { file, offset: 0 } : end;
    }
    const later = files.slice(index + 1);
    const bytes = Bun.mmap(path);
    const visitor = visit(file, bytes);
    const scan = scanTurns(bytes, Math.max(start, FILE_HEADER_BYTES), (turnFrom, to) =>
      visitor.turn(turnFrom, to),
    );
    visitor.end();
    end = { file, offset: scan.end };
    if (scan.stop !== null) {
      cut(directory, file, bytes, scan, later);
      return end;
    }
    // A server that was killed has not synced its last files: what is about to be relied on has to be durable.
    if (later.length > 0) syncPath(path);
  }
  return end;
}

/** True when every turn from `from` on, through the end of file `lastFile`, is whole on reading it again. */
export function isLogWhole(directory: string, from: LogPosition, lastFile: number): boolean {
  for (let file = from.file; file <= lastFile; file++) {
    const start = file === from.file ? from.offset : FILE_HEADER_BYTES;
    const bytes = Bun.mmap(logFilePath(directory, file));
    if (scanTurns(bytes, Math.max(start, FILE_HEADER_BYTES), () => {}).stop !== null) return false;
  }
  return true;
}
