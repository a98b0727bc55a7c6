/** Shows the rows of log files that somebody asked for. */
import { basename } from "node:path";
import { isRowEvent, LOG_VERSION } from "../../binlog/event.ts";
import { LogFileWalk, type WalkEnd, type WalkedTurn } from "../../binlog/log-file-walk.ts";
import { logFileName } from "../../binlog/log-files.ts";
import { comparePositions } from "../../binlog/position.ts";
import { forEachEvent } from "../../binlog/turn-scanner.ts";
import type { Bytes } from "../../bytes/bytes.ts";
import { matchesGlob } from "../../bytes/glob.ts";
import { StorageError } from "../../errors.ts";
import type { LineOutput } from "../line-output.ts";
import { legacyEvents } from "./legacy-log.ts";
import type { LogNames } from "./log-names.ts";
import type { LogSpan } from "./log-place.ts";
import { type LoggedRow, loggedRow } from "./log-row.ts";
import { formatDateTime, headerJson, headerText, rowJson, rowText } from "./log-text.ts";

export interface ListFilter extends LogSpan {
  /** null: all. */
  readonly database: number | null;
  /** null: all, and rows of no key too. */
  readonly keyPattern: Bytes | null;
}

export class LogListing {
  readonly #output: LineOutput;
  readonly #names: LogNames;
  readonly #filter: ListFilter;
  readonly #asJson: boolean;

  constructor(output: LineOutput, names: LogNames, filter: ListFilter, asJson: boolean) {
    this.#output = output;
    this.#names = names;
    this.#filter = filter;
    this.#asJson = asJson;
  }

  /**
   * Shows one file.
   *
   * @returns what is wrong with it; null: nothing
   * @throws {StorageError} it is of a newer format
   * @throws it cannot be read
   */
  file(path: string): string | null {
    using walk = new LogFileWalk(path);
    const { header } = walk;
    if (walk.size === 0) return null;
    if (header === null) {
      return walk.isOurs ? "its file header is damaged" : this.#legacy(walk, path);
    }
    if (header.version > LOG_VERSION) {
      throw new StorageError(
        `${path}: log format ${header.version} is newer than this program's ${LOG_VERSION}`,
      );
    }
    const name = logFileName(header.fileNumber);
    const time = walk.createdAt;
    this.#output.line(this.#asJson ? headerJson(header, time) : headerText(name, header, time));
    const turns = walk.turns();
    for (;;) {
      const turn = turns.next();
      if (turn.done) return problemOf(turn.value);
      this.#turn(turn.value, header.fileNumber, name);
    }
  }

  #turn(turn: WalkedTurn, file: number, name: string): void {
    const { bytes, from, to } = turn;
    this.#names.learn(bytes, from, to);
    const { startPosition, stopPosition } = this.#filter;
    const place = { file, offset: turn.offset };
    if (startPosition !== null && comparePositions(place, startPosition) < 0) return;
    if (stopPosition !== null && comparePositions(place, stopPosition) >= 0) return;
    let isShown = false;
    forEachEvent(bytes, from, to, (at) => {
      if (!isRowEvent(bytes, at)) return;
      const row = loggedRow(bytes, at, this.#names);
      if (!this.#wants(row)) return;
      if (this.#asJson) {
        this.#output.line(
          rowJson(row, { file, turn: turn.offset, offset: turn.offset + at - from }),
        );
        return;
      }
      if (!isShown) this.#output.line(`# at ${name}:${turn.offset}`);
      isShown = true;
      this.#output.line(rowText(row));
    });
  }

  #legacy(walk: LogFileWalk, path: string): string | null {
    const file = basename(path);
    const events = legacyEvents(walk);
    for (;;) {
      const event = events.next();
      if (event.done) return problemOf(event.value);
      const { row, offset, time } = event.value;
      if (row === null) {
        // LedisDB's own words, and all that it had to say of the ends of bitmaps.
        const isWanted = this.#filter.database === null && this.#filter.keyPattern === null;
        if (isWanted && !this.#asJson && this.#isInTime(time)) {
          this.#output.line(`${formatDateTime(time)} invalid binglog event`);
        }
      } else if (this.#wants(row)) {
        this.#output.line(this.#asJson ? rowJson(row, { file, offset }) : rowText(row));
      }
    }
  }

  #wants(row: LoggedRow): boolean {
    const { database, keyPattern } = this.#filter;
    if (!this.#isInTime(row.time)) return false;
    if (database !== null && row.database !== database) return false;
    return keyPattern === null || (row.key !== null && matchesGlob(keyPattern, row.key));
  }

  #isInTime(time: number): boolean {
    const { startTime, stopTime } = this.#filter;
    return (startTime === null || time >= startTime) && (stopTime === null || time <= stopTime);
  }
}

function problemOf({ offset, stop, size }: WalkEnd): string | null {
  if (stop === null) return null;
  if (stop === "incomplete") return `it ends within a turn, at offset ${offset} of ${size}`;
  return `it is damaged at offset ${offset}; ${size - offset} bytes from there on are not shown`;
}
