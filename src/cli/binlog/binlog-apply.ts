/** Applies log files to the data directory of a stopped server: point-in-time restore. */
import { FILE_HEADER_BYTES, readU32 } from "../../binlog/event.ts";
import { LogFileWalk, type WalkEnd, type WalkedTurn } from "../../binlog/log-file-walk.ts";
import { logFileName } from "../../binlog/log-files.ts";
import { comparePositions, type LogPosition } from "../../binlog/position.ts";
import { type Bytes, concatBytes, EMPTY, equalBytes } from "../../bytes/bytes.ts";
import { StorageError } from "../../errors.ts";
import type { Keyspace } from "../../keyspace/keyspace.ts";
import { DirectoryBuilder } from "../../keyspace/snapshots/directory-builder.ts";
import { encodeEndBlock, encodeSnapshotHead } from "../../keyspace/snapshots/snapshot-format.ts";
import { isVacant, openOffline } from "../offline.ts";
import { Progress } from "../progress.ts";
import { EXIT_FAILED, EXIT_OK } from "../tool.ts";
import type { LogSpan } from "./log-place.ts";

/** Log bytes applied at once, about. */
const BATCH_BYTES = 256 << 10;

interface Source {
  readonly walk: LogFileWalk;
  readonly file: number;
}

function placeText({ file, offset }: LogPosition): string {
  return `${logFileName(file)}:${offset}`;
}

/** The files, in the order of their numbers. @throws {StorageError} one is no log file of ours, or there twice */
function openSources(paths: readonly string[]): Source[] {
  const sources: Source[] = [];
  try {
    for (const path of paths) {
      const walk = new LogFileWalk(path);
      sources.push({ walk, file: walk.header?.fileNumber ?? 0 });
      if (walk.header !== null) continue;
      const why = walk.isOurs ? "its file header is damaged" : "it is no log file of this program";
      throw new StorageError(`${path} cannot be applied: ${why}`);
    }
    sources.sort((a, b) => a.file - b.file);
    for (const [index, { file, walk }] of sources.entries()) {
      if (sources[index + 1]?.file !== file) continue;
      throw new StorageError(`${walk.path} and another file are both ${logFileName(file)}`);
    }
    return sources;
  } catch (error) {
    for (const { walk } of sources) walk.close();
    throw error;
  }
}

/** Makes an empty directory the beginning of the history that file 1 tells. */
async function begin(directory: string, { walk, file }: Source): Promise<void> {
  if (file !== 1 || walk.header!.base !== 0) {
    throw new StorageError(
      `${directory} is empty, and ${walk.path} is not the first file of a log: load a dump first`,
    );
  }
  const head = encodeSnapshotHead({ file, offset: FILE_HEADER_BYTES }, walk.headerBytes);
  const builder = await DirectoryBuilder.create(directory, head);
  await builder.add(encodeEndBlock(0));
  await builder.finish();
}

/**
 * Applies what the files hold from the end of the directory's own log on; says on stdout where it ends then.
 *
 * @returns the exit status
 * @throws {StorageError} a file does not follow; what came before it is applied
 */
export async function applyLog(
  directory: string,
  paths: readonly string[],
  span: LogSpan,
): Promise<number> {
  const sources = openSources(paths);
  try {
    if (isVacant(directory)) await begin(directory, sources[0]!);
    const keyspace = await openOffline(directory);
    const application = new LogApplication(keyspace, span);
    try {
      keyspace.follow();
      return await application.run(sources);
    } finally {
      application.end();
      const { position } = keyspace.history;
      await keyspace.close();
      const applied = `${application.turns} turns applied`;
      process.stdout.write(`${applied}, the log ends at ${placeText(position)}\n`);
    }
  } finally {
    for (const { walk } of sources) walk.close();
  }
}

class LogApplication {
  readonly #keyspace: Keyspace;
  readonly #span: LogSpan;
  readonly #progress = new Progress("apply");
  turns = 0;
  #done = 0;
  /** Turns to be applied next, and the header of the file that they begin, or nothing. */
  #header: Bytes = EMPTY;
  #batch: Bytes[] = [];
  #batchBytes = 0;
  #file = 0;
  #isStopped = false;

  constructor(keyspace: Keyspace, span: LogSpan) {
    this.#keyspace = keyspace;
    this.#span = span;
  }

  async run(sources: readonly Source[]): Promise<number> {
    const stop = this.#span.stopPosition;
    const { position } = this.#keyspace.history;
    if (stop !== null && comparePositions(position, stop) > 0) {
      throw new StorageError(
        `the data directory is at ${placeText(position)}, behind --stop-position`,
      );
    }
    for (const source of sources) {
      if (this.#isStopped) break;
      const start = this.#startIn(source);
      if (start === null) continue;
      const problem = await this.#apply(source, start);
      if (problem === null) continue;
      process.stderr.write(`ledis: binlog: ${source.walk.path}: ${problem}\n`);
      return EXIT_FAILED;
    }
    return EXIT_OK;
  }

  end(): void {
    this.#progress.end();
  }

  /** Where to go on in this file; null: it holds nothing new. @throws {StorageError} it does not follow */
  #startIn({ walk, file }: Source): number | null {
    const { history } = this.#keyspace;
    const { position } = history;
    const here = placeText(position);
    if (file < position.file) return null;
    const header = walk.header!;
    if (file === position.file) {
      if (!equalBytes(header.historyId, history.id)) {
        throw new StorageError(
          `${walk.path} has another history than ${logFileName(file)} of the data directory, which ends at ${here}`,
        );
      }
      if (walk.size <= position.offset) return null;
      if (walk.firstTurn() > position.offset) {
        throw new StorageError(`${walk.path} does not hold what follows ${here}`);
      }
      return position.offset;
    }
    if (file !== position.file + 1 || header.base !== history.offset) {
      throw new StorageError(
        `${walk.path} does not follow: the data directory's log ends at ${here}, and what comes in between is missing`,
      );
    }
    this.#header = walk.headerBytes;
    return walk.firstTurn();
  }

  async #apply({ walk, file }: Source, start: number): Promise<string | null> {
    this.#file = file;
    const turns = walk.turns(start);
    for (;;) {
      const next = turns.next();
      if (next.done) {
        await this.#flush();
        return problemOf(next.value);
      }
      if (this.#isBehindStop(next.value)) {
        this.#isStopped = true;
        if (this.#batchBytes === 0) this.#header = EMPTY;
        await this.#flush();
        return null;
      }
      const { bytes, from, to } = next.value;
      this.#batch.push(bytes.slice(from, to));
      this.#batchBytes += to - from;
      this.turns++;
      if (this.#batchBytes >= BATCH_BYTES) await this.#flush();
    }
  }

  #isBehindStop({ bytes, from, to, offset }: WalkedTurn): boolean {
    const { stopTime, stopPosition } = this.#span;
    if (stopTime !== null && readU32(bytes, from) > stopTime) return true;
    const end = { file: this.#file, offset: offset + to - from };
    return stopPosition !== null && comparePositions(end, stopPosition) > 0;
  }

  async #flush(): Promise<void> {
    const bytes = concatBytes(this.#header, ...this.#batch);
    if (bytes.length === 0) return;
    await this.#room();
    const begins = this.#header.length > 0;
    const at = begins ? { file: this.#file, offset: 0 } : this.#keyspace.history.position;
    this.#keyspace.applyTurns(at, bytes);
    this.#header = EMPTY;
    this.#batch = [];
    this.#batchBytes = 0;
    this.#done += bytes.length;
    this.#progress.bytes(this.#done);
    await new Promise((resolve) => setImmediate(resolve));
  }

  async #room(): Promise<void> {
    const keyspace = this.#keyspace;
    while (!keyspace.hasRoom) {
      const { writeFailure } = keyspace;
      if (writeFailure !== null) throw new StorageError(writeFailure);
      await new Promise<void>((resolve) => keyspace.onRoom(resolve));
    }
  }
}

function problemOf({ offset, stop }: WalkEnd): string | null {
  if (stop === null) return null;
  const what = stop === "incomplete" ? "ends within a turn" : "is damaged";
  return `the file ${what} at offset ${offset}; what stands before is applied`;
}
