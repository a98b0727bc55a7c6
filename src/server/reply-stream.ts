/**
 * One long reply under way: its head leaves like any reply when its turn is in the log; then its items follow,
 * as fast as the client takes them.
 */
import type { Bytes } from "../bytes/bytes.ts";
import { clock } from "../clock.ts";
import { log } from "../log.ts";
import type { Reply, StreamReply } from "../resp/reply.ts";
import type { Protocol, ReplyWriter } from "../resp/reply-writer.ts";
import type { ReplyStreams } from "./reply-streams.ts";
import type { ReplySink, TurnOutput } from "./turn-output.ts";

/** A piece has about so many bytes, or one element. */
const PIECE_BYTES = 64 << 10;
/** With more than this unread the client is waited for, in bytes. */
const UNREAD_BYTES_MAX = 256 << 10;
/** With no more than this unread the reply goes on, in bytes. */
const UNREAD_BYTES_LOW = 64 << 10;
/** Elements between two looks at the time. */
const ELEMENTS_PER_LOOK = 16;

/** A client that has taken nothing for so long is given up, in ms: its reply holds a snapshot. */
const IDLE_MS_MAX = 60_000;
/** So is one that takes longer than this altogether, in ms. */
const TOTAL_MS_MAX = 600_000;

/** Whose reply it is. */
export interface StreamOwner extends ReplySink {
  /** Unread bytes of replies. */
  readonly outputBytes: number;
  readonly protocol: Protocol;
  kill(): void;
  /** The reply has been sent, or was refused. */
  streamEnded(): void;
}

/** What a long reply needs of the server. */
export interface StreamServer {
  readonly output: TurnOutput;
  readonly streams: ReplyStreams;
}

export class ReplyStream implements ReplySink {
  readonly #owner: StreamOwner;
  readonly #reply: StreamReply;
  readonly #streams: ReplyStreams;
  #state: "head" | "items" | "ended" = "head";
  /** True when it is the client's turn to read. */
  #waits = false;
  readonly #startMs = Date.now();
  #lastMs = this.#startMs;

  constructor(owner: StreamOwner, reply: StreamReply, streams: ReplyStreams) {
    this.#owner = owner;
    this.#reply = reply;
    this.#streams = streams;
  }

  /** Writes the head; what was written is to be added to the turn's output for the new stream. */
  static begin(owner: StreamOwner, reply: StreamReply, server: StreamServer): ReplyStream {
    server.output.writer.streamHeader(reply, owner.protocol);
    return new ReplyStream(owner, reply, server.streams);
  }

  send(pieces: readonly Bytes[]): void {
    this.#owner.send(pieces);
  }

  refused(): void {
    if (this.#state === "head") this.#end(true);
  }

  afterTurn(isLast: boolean): void {
    this.#owner.afterTurn(isLast);
    if (this.#state !== "head") return;
    this.#state = "items";
    this.#streams.add(this);
  }

  /** True when the client has taken too long. */
  isLate(nowMs: number): boolean {
    return nowMs - this.#lastMs > IDLE_MS_MAX || nowMs - this.#startMs > TOTAL_MS_MAX;
  }

  /** The client has read something. */
  drained(): void {
    this.#lastMs = Date.now();
    if (!this.#waits || this.#owner.outputBytes > UNREAD_BYTES_LOW) return;
    this.#waits = false;
    this.#streams.add(this);
  }

  /** Sends a piece of it; true when the next one may follow at once. */
  piece(writer: ReplyWriter, deadlineUs: number): boolean {
    if (this.#state !== "items") return false;
    let more = true;
    try {
      more = this.#write(writer, deadlineUs);
      if (writer.length > 0) this.#owner.send(writer.slices(0, writer.length));
    } catch (error) {
      // Its head has promised more: there is no way to tell the client but to go.
      const reason = error instanceof Error ? (error.stack ?? error.message) : error;
      log.error("connection", "a reply broke off", { error: reason });
      this.close();
      this.#owner.kill();
      return false;
    } finally {
      writer.reset();
    }
    if (!more) {
      this.#end(false);
      return false;
    }
    this.#waits = this.#owner.outputBytes > UNREAD_BYTES_MAX;
    return !this.#waits && this.#state === "items";
  }

  /** The client is gone. */
  close(): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#reply.source.close();
  }

  /** Writes elements until the piece is long enough or the time is up; false when it was the last one. */
  #write(writer: ReplyWriter, deadlineUs: number): boolean {
    const { protocol } = this.#owner;
    const { source } = this.#reply;
    const take = (item: Reply) => writer.write(item, protocol);
    for (let count = 1; writer.size < PIECE_BYTES; count++) {
      if (!source.next(take)) return false;
      if (count % ELEMENTS_PER_LOOK === 0 && clock.monotonicUs() >= deadlineUs) break;
    }
    return true;
  }

  #end(wasRefused: boolean): void {
    this.close();
    // A refusal is not sent yet: the client goes on behind it.
    if (wasRefused) setImmediate(() => this.#owner.streamEnded());
    else this.#owner.streamEnded();
  }
}
