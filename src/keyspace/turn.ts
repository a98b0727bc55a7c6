/**
 * The turn under way: how many events it has, and the generation's state before it. Ends in one append to
 * the log, or in everything being put back.
 */
import { TURN_END_BYTES, writeTurnEndHead, writeU32 } from "../binlog/event.ts";
import type { LogPiece, LogWriter } from "../binlog/log-writer.ts";
import { crc32 } from "../bytes/crc32.ts";
import { clock } from "../clock.ts";
import type { Generation } from "./generations/generation.ts";
import { type GenerationMark, UndoLog } from "./generations/undo-log.ts";

/** Where a turn stood at some moment. */
export interface Savepoint {
  readonly mark: GenerationMark;
  readonly undoLength: number;
  readonly eventCount: number;
}

export class Turn {
  readonly undo = new UndoLog();
  #mark: GenerationMark | null = null;
  /** Events so far; 0 when the turn has written nothing. */
  eventCount = 0;
  /** Time of the turn's events, unix seconds. */
  timeSeconds = 0;

  get isOpen(): boolean {
    return this.#mark !== null;
  }

  begin(generation: Generation): void {
    this.#mark = generation.mark();
    this.undo.length = 0;
    this.undo.advance(generation);
    this.eventCount = 0;
    this.timeSeconds = Math.floor(clock.nowMs() / 1000);
  }

  /**
   * Closes the turn with its count and CRC and appends it.
   *
   * @throws {StorageError} the log refused; call `takeBack`
   */
  append(generation: Generation, log: LogWriter): void {
    const at = generation.reserve(TURN_END_BYTES);
    const last = generation.chunks.length - 1;
    writeTurnEndHead(generation.chunks[last]!, at, this.timeSeconds, this.eventCount);
    const pieces = this.#pieces(generation);
    let sum = 0;
    for (const [index, piece] of pieces.entries()) {
      const end = index === pieces.length - 1 ? piece.end - 4 : piece.end;
      sum = crc32(piece.buffer.subarray(piece.start, end), sum);
    }
    writeU32(generation.chunks[last]!, at + TURN_END_BYTES - 4, sum);
    const { file, offset } = log.position;
    log.append(pieces);
    this.#notePlaces(generation, file, offset);
    this.#mark = null;
  }

  /** Puts the generation back to where it was before the turn. */
  takeBack(generation: Generation): void {
    if (this.#mark !== null) generation.undo(this.undo, this.#mark);
    this.#mark = null;
  }

  /** Remembers where the turn stands: null when it has not begun. */
  savepoint(generation: Generation): Savepoint | null {
    if (this.#mark === null) return null;
    this.undo.advance(generation);
    const { length: undoLength } = this.undo;
    return { mark: generation.mark(), undoLength, eventCount: this.eventCount };
  }

  /** Puts the generation back to where it was at a savepoint of this turn. */
  rollback(generation: Generation, savepoint: Savepoint | null): void {
    if (savepoint === null) {
      this.takeBack(generation);
      return;
    }
    generation.undo(this.undo, savepoint.mark, savepoint.undoLength);
    this.undo.length = savepoint.undoLength;
    this.eventCount = savepoint.eventCount;
  }

  #firstChunk(): number {
    const mark = this.#mark!;
    return mark.sealed ? mark.chunkCount : mark.chunkCount - 1;
  }

  #pieces(generation: Generation): LogPiece[] {
    const pieces: LogPiece[] = [];
    let start = this.#mark!.end;
    for (let number = this.#firstChunk(); number < generation.chunks.length; number++) {
      const end = generation.chunkEnds[number]!;
      if (end > start) pieces.push({ buffer: generation.chunks[number]!, start, end });
      start = 0;
    }
    return pieces;
  }

  /** Remembers where in the log the chunks that this turn began start. */
  #notePlaces(generation: Generation, file: number, offset: number): void {
    let start = this.#mark!.end;
    let at = offset;
    for (let number = this.#firstChunk(); number < generation.chunks.length; number++) {
      generation.places[number] ??= { file, offset: at - start };
      at += generation.chunkEnds[number]! - start;
      start = 0;
    }
  }
}
