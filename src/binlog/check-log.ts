/** Checks all files of a log: headers, sums, and that each file follows on the one before. Changes nothing. */
import { existsSync, readdirSync } from "node:fs";
import { FILE_HEADER_BYTES, LOG_VERSION } from "./event.ts";
import { LogFileWalk, type WalkEnd } from "./log-file-walk.ts";
import { listLogFiles, logFileName, logFilePath } from "./log-files.ts";
import { comparePositions, type LogPosition } from "./position.ts";

/** One file as it was found. */
export interface CheckedFile {
  readonly file: number;
  /** null: damaged. */
  readonly historyId: Uint8Array | null;
  readonly base: number;
  readonly size: number;
  /** Where the turns that can be read start: the first one, or the place that the reading was resumed at. */
  readonly start: number;
  /** Behind the last whole turn that follows from there. */
  readonly end: number;
  /** True: what stands before `start` is damaged. */
  readonly isResumed: boolean;
  /** False: from `start` on something is damaged, or cut short although files follow. */
  readonly isWhole: boolean;
}

export interface LogCheck {
  readonly files: readonly CheckedFile[];
  /** What is damaged, a line each. */
  readonly problems: readonly string[];
  /** What is worth knowing, but as it may be. */
  readonly notes: readonly string[];
}

class LogChecker {
  readonly #directory: string;
  readonly files: CheckedFile[] = [];
  readonly problems: string[] = [];
  readonly notes: string[] = [];

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** @param resumeAt where a turn starts for certain; null: nobody knows of one in this file */
  check(
    file: number,
    isLast: boolean,
    resumeAt: number | null,
    onBytes: (bytes: number) => void,
  ): void {
    using walk = new LogFileWalk(logFilePath(this.#directory, file));
    const { header } = walk;
    const name = logFileName(file);
    let start = walk.size < FILE_HEADER_BYTES ? walk.size : walk.firstTurn();
    let end = endOf(walk, start, onBytes);
    const isNew = isLast && walk.size < FILE_HEADER_BYTES;
    const isHeaderDamaged = header === null && !isNew;
    if (isHeaderDamaged) this.problems.push(`${name}: its file header is damaged`);
    else if (header !== null) this.#checkHeader(name, file, header);
    let isWhole = isNew || this.#checkEnd(name, end, isLast);
    const isBroken = isHeaderDamaged || !isWhole;
    const isResumed = isBroken && resumeAt !== null && resumeAt <= walk.size;
    if (isResumed && (isHeaderDamaged || end.offset < resumeAt)) {
      start = resumeAt;
      end = endOf(walk, start, onBytes);
      isWhole = end.stop === null || this.#checkEnd(name, end, isLast);
    }
    const { historyId = null, base = 0 } = header ?? {};
    const { size, offset } = end;
    this.files.push({ file, historyId, base, size, start, end: offset, isResumed, isWhole });
  }

  #checkHeader(
    name: string,
    file: number,
    header: { version: number; fileNumber: number; base: number },
  ): void {
    if (header.version > LOG_VERSION) {
      this.problems.push(`${name}: its format ${header.version} is newer than this program's`);
    }
    if (header.fileNumber !== file) {
      this.problems.push(`${name}: its header says that it is file ${header.fileNumber}`);
    }
    const previous = this.files.at(-1);
    if (previous === undefined || previous.historyId === null) return;
    if (previous.file + 1 === file && previous.base + previous.size !== header.base) {
      this.problems.push(`${name}: it does not go on where ${logFileName(previous.file)} ends`);
    }
  }

  #checkEnd(name: string, { offset, stop, size }: WalkEnd, isLast: boolean): boolean {
    if (stop === null) return true;
    if (stop === "incomplete" && isLast) {
      this.notes.push(
        `${name}: an append was not finished: the last ${size - offset} bytes go at the next start`,
      );
      return true;
    }
    const what = stop === "incomplete" ? "it ends within a turn" : "it is damaged";
    this.problems.push(`${name}: ${what}, at offset ${offset} of ${size}`);
    return false;
  }
}

function endOf(walk: LogFileWalk, start: number, onBytes: (bytes: number) => void): WalkEnd {
  const turns = walk.turns(start);
  for (;;) {
    const next = turns.next();
    if (next.done) return next.value;
    onBytes(next.value.to - next.value.from);
  }
}

/**
 * @param directory need not be there
 * @param applied a place where a turn starts for certain: reading resumes there behind damage
 * @param onBytes told of each stretch of log that was checked
 * @throws a file cannot be read
 */
export function checkLog(
  directory: string,
  applied: LogPosition | null,
  onBytes: (bytes: number) => void = () => {},
): LogCheck {
  const checker = new LogChecker(directory);
  const files = existsSync(directory) ? listLogFiles(directory) : [];
  for (const [index, file] of files.entries()) {
    const previous = files[index - 1];
    if (previous !== undefined && previous + 1 !== file) {
      checker.problems.push(`${logFileName(previous + 1)}: it is missing`);
    }
    const resumeAt = applied?.file === file ? applied.offset : null;
    checker.check(file, index === files.length - 1, resumeAt, onBytes);
  }
  const kept = existsSync(directory)
    ? readdirSync(directory).filter((name) => name.includes(".damaged-"))
    : [];
  for (const name of kept) checker.notes.push(`${name}: was set aside by an earlier start`);
  return checker;
}

/** What of a log can be replayed. */
export interface ReplayableLog {
  readonly from: LogPosition;
  readonly to: LogPosition;
  /** History of the file of `to`; null: its header is damaged. */
  readonly historyId: Uint8Array | null;
}

/**
 * The longest stretch of the log without a break that holds `applied` and ends as late as it can.
 *
 * @param applied the rows that it is replayed on hold everything before; null: they hold nothing
 * @returns null: nothing follows on `applied`
 */
export function replayableLog(log: LogCheck, applied: LogPosition | null): ReplayableLog | null {
  let from: LogPosition | null = null;
  let last: CheckedFile | null = null;
  for (const file of log.files) {
    const follows = last === null || (last.isWhole && last.file + 1 === file.file);
    const isBehind = applied === null || file.file > applied.file;
    if (isBehind && !(follows && file.historyId !== null)) break;
    if (from === null || !follows || file.isResumed || file.historyId === null) {
      from = { file: file.file, offset: file.start };
    }
    last = file;
  }
  if (from === null || last === null) return null;
  const to = { file: last.file, offset: last.end };
  if (applied !== null && comparePositions(to, applied) < 0) return null;
  if (applied !== null && comparePositions(from, applied) > 0 && from.file !== applied.file) {
    return null;
  }
  return { from, to, historyId: last.historyId };
}
