/**
 * Reads the log for somebody who repeats it: whole turns from a place on, in stretches of bounded size. What it
 * answers is framed, but not summed: whoever takes it in checks every turn.
 */
import { equalBytes } from "../bytes/bytes.ts";
import {
  COMMAND_FILE_HEADER,
  COMMAND_TURN_END,
  EVENT_COMMAND,
  EVENT_HEADER_BYTES,
  FILE_HEADER_BYTES,
  readU32,
} from "./event.ts";
import type { LogCatalog } from "./log-catalog.ts";
import { logFilePath } from "./log-files.ts";
import { comparePositions, type LogPosition } from "./position.ts";

export type LogStretch =
  /** Whole turns, and the place behind them; no bytes when only the file's end had been reached. */
  | { readonly kind: "turns"; readonly bytes: Uint8Array; readonly next: LogPosition }
  /** The place is the log's end. */
  | { readonly kind: "end" }
  /** The place is not in this log, or not any more, or not in this history. */
  | { readonly kind: "gone" };

const GONE = { kind: "gone" } as const;

/** Offset behind the last whole turn, or file header, of `bytes`; -1 when what stands there is no event. */
function wholeTurns(bytes: Uint8Array): number {
  let at = 0;
  let whole = 0;
  while (at + EVENT_HEADER_BYTES + 1 <= bytes.length) {
    const length = readU32(bytes, at + 4);
    if (length === 0) return -1;
    const end = at + EVENT_HEADER_BYTES + length;
    if (end > bytes.length) break;
    const isCommand = bytes[at + EVENT_HEADER_BYTES] === EVENT_COMMAND;
    const command = isCommand ? bytes[at + EVENT_HEADER_BYTES + 1] : -1;
    if (command === COMMAND_TURN_END || command === COMMAND_FILE_HEADER) whole = end;
    at = end;
  }
  return whole;
}

export class LogReader {
  readonly #directory: string;
  readonly #catalog: LogCatalog;

  constructor(directory: string, catalog: LogCatalog) {
    this.#directory = directory;
    this.#catalog = catalog;
  }

  /**
   * Whole turns from `from` on: about `bytesMax` bytes, but at least one turn.
   *
   * @param historyId history that the file of `from` must have; null: any
   * @param end the log's end
   * @throws the file cannot be read
   */
  async read(
    from: LogPosition,
    historyId: Uint8Array | null,
    end: LogPosition,
    bytesMax: number,
  ): Promise<LogStretch> {
    const header = this.#catalog.header(from.file);
    const size = this.#catalog.bytesOf(from.file, end);
    if (header === null || size === null || from.offset < 0 || from.offset > size) return GONE;
    if (historyId !== null && !equalBytes(historyId, header.historyId)) return GONE;
    if (from.offset > 0 && from.offset < FILE_HEADER_BYTES) return GONE;
    if (comparePositions(from, end) === 0) return { kind: "end" };
    const bytes = await this.#read(from, size, bytesMax);
    if (bytes === null) return GONE;
    const offset = from.offset + bytes.length;
    const isFileEnd = offset === size && from.file < end.file;
    const next = isFileEnd ? { file: from.file + 1, offset: 0 } : { file: from.file, offset };
    return { kind: "turns", bytes, next };
  }

  /** Null: no turn begins there, or the file is gone. */
  async #read(from: LogPosition, size: number, bytesMax: number): Promise<Uint8Array | null> {
    const file = Bun.file(logFilePath(this.#directory, from.file));
    for (let wanted = bytesMax; ; wanted *= 4) {
      const to = Math.min(from.offset + wanted, size);
      if (to === from.offset) return new Uint8Array(0);
      let bytes: Uint8Array;
      try {
        bytes = await file.slice(from.offset, to).bytes();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
        throw error;
      }
      const whole = wholeTurns(bytes);
      if (whole > 0) return bytes.subarray(0, whole);
      if (whole < 0 || to === size || bytes.length < to - from.offset) return null;
    }
  }
}
