/**
 * The replies of a turn, of all connections, in one arena. They leave when the turn is in the log (with
 * `sync` "always": when it is durable); if the turn fails, each becomes an error instead.
 */
import { comparePositions, type LogPosition } from "../binlog/position.ts";
import type { Bytes } from "../bytes/bytes.ts";
import type { TurnListener } from "../database/turn-loop.ts";
import type { StorageError } from "../errors.ts";
import { ErrorReply } from "../resp/reply.ts";
import { ReplyWriter } from "../resp/reply-writer.ts";

/** Who gets replies. */
export interface ReplySink {
  /** Takes encoded replies; views that hold only during the call. */
  send(pieces: readonly Bytes[]): void;
  /** All replies of the turn were handed over; `isLast`: nothing comes behind them, see `addEnd`. */
  afterTurn(isLast: boolean): void;
}

/** What the log can say about its own durability. */
export interface DurabilitySource {
  readonly position: LogPosition;
  readonly syncedPosition: LogPosition;
}

interface Segment {
  readonly sink: ReplySink;
  readonly start: number;
  end: number;
  /** Replies in it: each becomes an error if the turn fails. */
  replies: number;
  readonly isLast: boolean;
}

interface Batch {
  readonly position: LogPosition;
  readonly writer: ReplyWriter;
  readonly segments: readonly Segment[];
}

/** Finished writers kept for the next turns. */
const SPARE_WRITERS = 4;

export class TurnOutput implements TurnListener {
  readonly #durability: DurabilitySource;
  /** True while replies have to wait until the log is durable. */
  #waitsForSync: () => boolean;
  #segments: Segment[] = [];
  #waiting: Batch[] = [];
  #spare: ReplyWriter[] = [];
  /** Where this turn's replies are written. */
  writer = new ReplyWriter();

  constructor(durability: DurabilitySource, waitsForSync: () => boolean) {
    this.#durability = durability;
    this.#waitsForSync = waitsForSync;
  }

  /** Records that `writer` holds `replies` replies for `sink` from `start` to its end. */
  add(sink: ReplySink, start: number, replies: number): void {
    if (this.writer.length === start && replies === 0) return;
    const last = this.#segments.at(-1);
    if (last !== undefined && last.sink === sink && last.end === start && !last.isLast) {
      last.end = this.writer.length;
      last.replies += replies;
      return;
    }
    this.#segments.push({ sink, start, end: this.writer.length, replies, isLast: false });
  }

  /** Has `sink` told, when its replies so far were handed over, that there will be no more. */
  addEnd(sink: ReplySink): void {
    const start = this.writer.length;
    this.#segments.push({ sink, start, end: start, replies: 0, isLast: true });
  }

  committed(): void {
    if (this.#segments.length === 0) return;
    const { position, syncedPosition } = this.#durability;
    const batch = { position, writer: this.writer, segments: this.#segments };
    this.#segments = [];
    // No reply overtakes an earlier one, even if it would not have to wait itself.
    const waits = this.#waiting.length > 0 || this.#waitsForSync();
    if (waits && comparePositions(syncedPosition, position) < 0) {
      this.#waiting.push(batch);
      this.writer = this.#spare.pop() ?? new ReplyWriter();
      return;
    }
    this.#deliver(batch);
  }

  failed(error: StorageError): void {
    const segments = this.#segments;
    this.#segments = [];
    this.writer.reset();
    const refusal = this.#refusal(
      segments,
      `MISCONF Errors writing to the binlog: ${error.message}`,
    );
    // Replies of earlier turns that still wait have to arrive first.
    if (this.#waiting.length > 0) this.#waiting.push(refusal);
    else this.#deliver(refusal);
  }

  /** The log became durable up to its synced position, or could not be made so. */
  synced(failure: string | null): void {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting[0]!;
      const durable = comparePositions(batch.position, this.#durability.syncedPosition) <= 0;
      if (!durable && failure === null && this.#waitsForSync()) return;
      this.#waiting.shift();
      const text = `MISCONF Errors writing to the binlog: ${failure}`;
      if (durable || failure === null) this.#deliver(batch);
      else this.#deliver(this.#refusal(batch.segments, text));
      this.#recycle(batch.writer);
    }
  }

  #deliver(batch: Batch): void {
    for (const { sink, start, end } of batch.segments) {
      if (end > start) sink.send(batch.writer.slices(start, end));
    }
    batch.writer.reset();
    for (const { sink, isLast } of batch.segments) sink.afterTurn(isLast);
  }

  #recycle(writer: ReplyWriter): void {
    if (this.#spare.length >= SPARE_WRITERS || writer === this.writer) return;
    writer.reset();
    this.#spare.push(writer);
  }

  /** The same error for each reply. */
  #refusal(segments: readonly Segment[], text: string): Batch {
    const writer = new ReplyWriter();
    const refused: Segment[] = [];
    for (const { sink, replies, isLast } of segments) {
      const start = writer.length;
      for (let i = 0; i < replies; i++) writer.write(new ErrorReply(text), 2);
      refused.push({ sink, start, end: writer.length, replies, isLast });
    }
    return { position: this.#durability.position, writer, segments: refused };
  }
}
