/**
 * Reads a log file turn by turn, in pieces of bounded size, for tools. The file may belong to a server that runs
 * and appends to it: only what is whole is handed out, and an end that is not is looked at again.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import {
  COMMAND_FILE_HEADER,
  COMMAND_TURN_END,
  decodeFileHeader,
  EVENT_COMMAND,
  EVENT_HEADER_BYTES,
  eventEnd,
  FILE_HEADER_BYTES,
  type FileHeader,
  readU32,
} from "./event.ts";
import { type ScanStop, scanTurns, showsTurnEnd } from "./turn-scanner.ts";

/** Bytes read at once; more when a turn is longer. */
const WINDOW_BYTES = 4 << 20;
/** How often an end that is not whole is looked at again, and the pause before, in ms: an append is one write. */
const SECOND_LOOKS = 5;
const SECOND_LOOK_MS = 10;

/** A whole turn. */
export interface WalkedTurn {
  /** `from` to `to` is the turn; valid until the next one is asked for. */
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  /** Where it starts in the file. */
  readonly offset: number;
}

export interface WalkEnd {
  /** Behind the last whole turn. */
  readonly offset: number;
  /** "incomplete": the file ends within a turn, as a crash leaves it. "damaged": it does not go on as it should. */
  readonly stop: ScanStop;
  /** Size of the file. */
  readonly size: number;
}

export class LogFileWalk {
  readonly path: string;
  readonly #fd: number;
  readonly #window: number;
  /** What the file begins with; null: cut short, damaged, or no file of ours. */
  readonly header: FileHeader | null;
  /** The header event; fewer bytes when the file is shorter. */
  readonly headerBytes: Uint8Array;

  /** @throws the file cannot be read */
  constructor(path: string, windowBytes = WINDOW_BYTES) {
    this.path = path;
    this.#window = windowBytes;
    this.#fd = openSync(path, "r");
    this.headerBytes = this.read(0, FILE_HEADER_BYTES);
    this.header = decodeFileHeader(this.headerBytes);
  }

  get size(): number {
    return fstatSync(this.#fd).size;
  }

  /** Unix seconds of the header. */
  get createdAt(): number {
    return readU32(this.headerBytes, 0);
  }

  /** True when the file begins as ours do, whatever the rest of the header says. */
  get isOurs(): boolean {
    const { headerBytes: bytes } = this;
    return (
      bytes.length > EVENT_HEADER_BYTES + 1 &&
      bytes[EVENT_HEADER_BYTES] === EVENT_COMMAND &&
      (bytes[EVENT_HEADER_BYTES + 1] === COMMAND_FILE_HEADER ||
        bytes[EVENT_HEADER_BYTES + 1] === COMMAND_TURN_END)
    );
  }

  /** Up to `length` bytes from `offset` on; fewer at the file's end. */
  read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const count = readSync(this.#fd, bytes, filled, length - filled, offset + filled);
      if (count === 0) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  }

  /**
   * Whole turns from `start` on.
   *
   * @param start a turn's start; missing: behind the header, and behind the hole that a copy's first file has
   */
  *turns(start = this.firstTurn()): Generator<WalkedTurn, WalkEnd> {
    let offset = start;
    let window = this.#window;
    for (let looks = 0; ; ) {
      const size = this.size;
      const bytes = this.read(offset, Math.min(window, Math.max(0, size - offset)));
      const found: [number, number][] = [];
      const scan = scanTurns(bytes, 0, (from, to) => found.push([from, to]));
      for (const [from, to] of found) yield { bytes, from, to, offset: offset + from };
      offset += scan.end;
      if (scan.end > 0) {
        window = this.#window;
        looks = 0;
      }
      const isAtEnd = offset - scan.end + bytes.length >= size;
      if (scan.stop === "damaged") return { offset, stop: "damaged", size };
      if (!isAtEnd) {
        if (scan.end > 0) continue;
        if (!reachesBeyond(bytes, size - offset)) {
          window *= 4;
          continue;
        }
      }
      if (scan.stop === null) {
        if (this.size === size) return { offset, stop: null, size };
        continue;
      }
      if (looks++ < SECOND_LOOKS) {
        Bun.sleepSync(SECOND_LOOK_MS);
        continue;
      }
      const stop = showsTurnEnd(bytes, scan.end) || !isAtEnd ? "damaged" : "incomplete";
      return { offset, stop, size };
    }
  }

  /** Where the first turn starts: behind the header, or behind the hole there. The file's size when it has none. */
  firstTurn(): number {
    const head = this.read(FILE_HEADER_BYTES, EVENT_HEADER_BYTES + 1);
    if (head.length === 0 || head.some((byte) => byte !== 0)) return FILE_HEADER_BYTES;
    const { size } = this;
    for (let at = FILE_HEADER_BYTES; at < size; at += this.#window) {
      const bytes = this.read(at, this.#window);
      const found = bytes.findIndex((byte) => byte !== 0);
      if (found >= 0) return this.#turnAround(at + found);
    }
    return size;
  }

  close(): void {
    closeSync(this.#fd);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** A turn's first byte is its time's, which may be 0. */
  #turnAround(offset: number): number {
    for (let start = offset; start > offset - 4 && start >= FILE_HEADER_BYTES; start--) {
      const bytes = this.read(start, this.#window);
      if (scanTurns(bytes, 0, () => {}).end > 0) return start;
    }
    return offset;
  }
}

/** True when an event of these bytes would end behind `length`. */
function reachesBeyond(bytes: Uint8Array, length: number): boolean {
  let at = 0;
  while (at + EVENT_HEADER_BYTES <= bytes.length) {
    at = eventEnd(bytes, at);
    if (at > length) return true;
  }
  return false;
}
