/**
 * The replies of a turn, of all connections, in one arena. They leave when the turn is in the log (with
 * `sync` "always": when it is durable); if the turn fails, each becomes an error instead, but for those that
 * say nothing of the data. Messages between clients are part of it: they leave in the order in which they were
 * written, among the replies, and not at all if the turn fails.
 */
import { comparePositions, type LogPosition } from "../binlog/position.ts";
import { type Bytes, concatBytes } from "../bytes/bytes.ts";
import type { TurnListener } from "../database/key-table/turn-loop.ts";
import type { StorageError } from "../errors.ts";
import { ErrorReply, type Reply } from "../resp/reply.ts";
import { KEPT_BYTES } from "../resp/reply-arena.ts";
import { type Protocol, ReplyWriter } from "../resp/reply-writer.ts";

/** Who gets replies. */
export interface ReplySink {
  /** Takes encoded replies; views that hold only during the call. */
  send(pieces: readonly Bytes[]): void;
  /** What comes instead of the turn's replies are errors: the turn failed. Called before they come. */
  refused?(): void;
  /** Takes messages for later while a reply is under way that they must come neither before nor into; else null. */
  readonly postponed?: { add(message: Bytes): void } | null;
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
  /** It is true even if the turn fails. */
  readonly holds: boolean;
  readonly isLast: boolean;
}

interface Batch {
  readonly position: LogPosition;
  readonly writer: ReplyWriter;
  readonly segments: readonly Segment[];
  /** It holds messages: what one sink gets stands in many places. */
  readonly isMixed: boolean;
}

/** Finished writers kept for the next turns. */
const SPARE_WRITERS = 4;
/** Parts of one turn from which on it is better ended: messages to many subscribers make many. */
const SEGMENTS_ENOUGH = 20_000;
/** Reply bytes of one turn from which on it is better ended: memory that fits a processor's cache is written faster. */
const REPLY_BYTES_ENOUGH = KEPT_BYTES / 2;

/** Parts below this are joined, in pieces of about so many bytes. */
const JOINED_BYTES = 64 << 10;

function joinSmall(parts: readonly Bytes[]): Bytes[] {
  const pieces: Bytes[] = [];
  let run: Bytes[] = [];
  let runBytes = 0;
  const flush = (): void => {
    if (run.length > 0) pieces.push(run.length === 1 ? run[0]! : concatBytes(...run));
    run = [];
    runBytes = 0;
  };
  for (const part of parts) {
    if (runBytes + part.length > JOINED_BYTES) flush();
    run.push(part);
    runBytes += part.length;
  }
  flush();
  return pieces;
}

export class TurnOutput implements TurnListener {
  readonly #durability: DurabilitySource;
  /** True while replies have to wait until the log is durable. */
  #waitsForSync: () => boolean;
  #segments: Segment[] = [];
  #isMixed = false;
  #waiting: Batch[] = [];
  #spare: ReplyWriter[] = [];
  /** Who is answered now, from where on, and with how many replies not recorded yet. */
  #sink: ReplySink | null = null;
  #start = 0;
  #replies = 0;
  /** Replies since `begin`. */
  #counted = 0;
  /** Where this turn's replies are written. */
  writer = new ReplyWriter();

  constructor(durability: DurabilitySource, waitsForSync: () => boolean) {
    this.#durability = durability;
    this.#waitsForSync = waitsForSync;
  }

  /** True when the turn has so many parts or bytes that nobody should add to them without need. */
  get isCrowded(): boolean {
    return this.#segments.length >= SEGMENTS_ENOUGH || this.writer.size >= REPLY_BYTES_ENOUGH;
  }

  /** Who is answered now: between `begin` and `end`; null: nobody. */
  get answered(): ReplySink | null {
    return this.#sink;
  }

  /** What `writer` gets from now on is for `sink`, until `end`. */
  begin(sink: ReplySink): void {
    this.#sink = sink;
    this.#start = this.writer.length;
    this.#replies = 0;
    this.#counted = 0;
  }

  /**
   * Writes a reply to whom `begin` has named.
   *
   * @param holds it is true even if the turn fails: it says nothing of the data
   */
  answer(reply: Reply, protocol: Protocol, holds = false): void {
    if (holds) this.#cut(false);
    const { size } = this.writer;
    this.writer.write(reply, protocol);
    if (this.writer.size > size) this.countReply();
    if (holds) this.#cut(true);
  }

  /** What was written since the last reply is one more. */
  countReply(): void {
    this.#replies++;
    this.#counted++;
  }

  /** Ends what `begin` began; answers how many replies it was. */
  end(): number {
    this.#cut(false);
    this.#sink = null;
    return this.#counted;
  }

  /** As `end`, when what was written is one reply, and `sink` is to have it instead. */
  endFor(sink: ReplySink): void {
    this.#sink = sink;
    this.#replies = 1;
    this.end();
  }

  /**
   * Sends one text to several sinks, in front of what is written from now on to whom `begin` has named. Sinks that
   * postpone messages get it when they can.
   *
   * @param holds it is sent even if the turn fails
   */
  tell(sinks: Iterable<ReplySink>, write: (writer: ReplyWriter) => void, holds = false): void {
    this.#cut(false);
    const start = this.writer.length;
    write(this.writer);
    const end = this.writer.length;
    for (const sink of sinks) {
      const { postponed } = sink;
      if (postponed) postponed.add(concatBytes(...this.writer.slices(start, end)));
      else this.#segments.push({ sink, start, end, replies: 0, holds, isLast: false });
    }
    this.#start = end;
    this.#isMixed = true;
  }

  /** Records that `writer` holds `replies` replies for `sink` from `start` to its end. */
  add(sink: ReplySink, start: number, replies: number, holds = false): void {
    if (this.writer.length === start && replies === 0) return;
    const last = this.#segments.at(-1);
    if (
      last !== undefined &&
      last.sink === sink &&
      last.end === start &&
      last.holds === holds &&
      !last.isLast
    ) {
      last.end = this.writer.length;
      last.replies += replies;
      return;
    }
    this.#segments.push({ sink, start, end: this.writer.length, replies, holds, isLast: false });
  }

  /** Has `sink` told, when its replies so far were handed over, that there will be no more. */
  addEnd(sink: ReplySink): void {
    const start = this.writer.length;
    this.#segments.push({ sink, start, end: start, replies: 0, holds: true, isLast: true });
  }

  committed(): void {
    if (this.#segments.length === 0) return;
    const { position, syncedPosition } = this.#durability;
    const batch = this.#take(position);
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
    const text = `MISCONF Errors writing to the binlog: ${error.message}`;
    const refusal = this.#refusal(this.#take(this.#durability.position), text);
    this.writer.reset();
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
      else this.#deliver(this.#refusal(batch, text));
      this.#recycle(batch.writer);
    }
  }

  #deliver(batch: Batch): void {
    if (batch.isMixed) {
      this.#deliverMixed(batch);
      return;
    }
    for (const { sink, start, end } of batch.segments) {
      if (end > start) sink.send(batch.writer.slices(start, end));
    }
    batch.writer.reset();
    for (const { sink, isLast } of batch.segments) sink.afterTurn(isLast);
  }

  /** One piece for each sink, as far as it goes: a subscriber may have thousands of messages in one turn. */
  #deliverMixed({ segments, writer }: Batch): void {
    const bySink = new Map<ReplySink, { readonly parts: Bytes[]; isLast: boolean }>();
    for (const { sink, start, end, isLast } of segments) {
      let mail = bySink.get(sink);
      if (mail === undefined) {
        mail = { parts: [], isLast };
        bySink.set(sink, mail);
      }
      if (end > start) mail.parts.push(...writer.slices(start, end));
      mail.isLast ||= isLast;
    }
    for (const [sink, { parts }] of bySink) if (parts.length > 0) sink.send(joinSmall(parts));
    writer.reset();
    for (const [sink, { isLast }] of bySink) sink.afterTurn(isLast);
  }

  #recycle(writer: ReplyWriter): void {
    if (this.#spare.length >= SPARE_WRITERS || writer === this.writer) return;
    writer.reset();
    this.#spare.push(writer);
  }

  /** What was recorded since the turn began. */
  #take(position: LogPosition): Batch {
    const batch = {
      position,
      writer: this.writer,
      segments: this.#segments,
      isMixed: this.#isMixed,
    };
    this.#segments = [];
    this.#isMixed = false;
    return batch;
  }

  /** Records what was written since the last record. */
  #cut(holds: boolean): void {
    if (this.#sink !== null) this.add(this.#sink, this.#start, this.#replies, holds);
    this.#start = this.writer.length;
    this.#replies = 0;
  }

  /** The same error for each reply that does not hold; those that do are copied. */
  #refusal(batch: Batch, text: string): Batch {
    const writer = new ReplyWriter();
    const refused: Segment[] = [];
    for (const segment of batch.segments) {
      segment.sink.refused?.();
      const start = writer.length;
      if (segment.holds) {
        if (segment.end > segment.start)
          writer.appendCopies(batch.writer.slices(segment.start, segment.end));
      } else {
        for (let i = 0; i < segment.replies; i++) writer.write(new ErrorReply(text), 2);
      }
      refused.push({ ...segment, start, end: writer.length });
    }
    return { ...batch, position: this.#durability.position, writer, segments: refused };
  }
}
