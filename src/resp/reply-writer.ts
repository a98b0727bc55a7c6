/**
 * Replies as bytes: every form of RESP2 and RESP3, written straight into the arena.
 */
import { type Bytes, copyRange, fromMapKey } from "../bytes/bytes.ts";
import { writeBigint } from "../bytes/integer.ts";
import { Stretch } from "../bytes/stretch.ts";
import {
  LINE_END_BYTES,
  NUMBER_LINE_BYTES_MAX,
  writeLineEnd,
  writeNumberLine,
} from "./number-line.ts";
import {
  BigNumber,
  Double,
  Encoded,
  ErrorReply,
  NullArray,
  Pairs,
  Push,
  Pushes,
  type Reply,
  SetReply,
  Status,
  StreamReply,
  Verbatim,
} from "./reply.ts";
import { EXTERNAL_BYTES_MIN, ReplyArena } from "./reply-arena.ts";
import { LINE_FRAME_BYTES, writeLine } from "./reply-line.ts";

/** Which RESP a connection speaks; 2 until HELLO says 3. */
export type Protocol = 2 | 3;

const PUSH = 0x3e;
const SET = 0x7e;
const MAP = 0x25;
const ARRAY = 0x2a;
const BULK = 0x24;
const INTEGER = 0x3a;
const COLON = 0x3a;
const DOUBLE = 0x2c;
const VERBATIM = 0x3d;
const BIG_NUMBER = 0x28;

const NULL_BULK_LINE = latin1("$-1\r\n");
const NULL_ARRAY_LINE = latin1("*-1\r\n");
const NULL_LINE = latin1("_\r\n");
const TRUE_LINE = latin1("#t\r\n");
const FALSE_LINE = latin1("#f\r\n");

/**
 * Writes replies: {@link write} takes a value, the other methods one form each. A command that
 * answers by them must keep the promise of its headers.
 *
 * Ownership: bytes given here are copied, but from `EXTERNAL_BYTES_MIN` on only referred to. Such a
 * value must not change until it is sent (which may be after the turn, to a slow client).
 */
export class ReplyWriter extends ReplyArena {
  /** Appends any reply. */
  write(reply: Reply, protocol: Protocol): void {
    if (typeof reply === "object") this.writeObject(reply, protocol);
    else if (typeof reply === "number") this.integer(reply);
    else if (typeof reply === "string") this.text(reply);
    else if (typeof reply === "bigint") this.bigint(reply);
    else this.boolean(reply, protocol);
  }

  private writeObject(reply: Extract<Reply, object | null>, protocol: Protocol): void {
    if (reply === null) this.null(protocol);
    else if (reply instanceof Status) this.status(reply);
    else if (reply instanceof Stretch) this.bulkRange(reply.buffer, reply.start, reply.end);
    else if (reply instanceof Uint8Array) this.bulk(reply);
    else if (reply instanceof Double) this.double(reply.text, protocol);
    else if (reply instanceof ErrorReply) this.error(reply.text);
    else if (reply instanceof Pairs) {
      this.mapHeader(reply.items.length / 2, protocol);
      this.items(reply.items, protocol);
    } else if (reply instanceof SetReply) {
      this.setHeader(reply.items.length, protocol);
      this.items(reply.items, protocol);
    } else if (reply instanceof Push) {
      this.pushHeader(reply.items.length, protocol);
      this.items(reply.items, protocol);
    } else if (reply instanceof Pushes) this.items(reply.messages, protocol);
    else if (reply instanceof Encoded) this.appendCopies(reply.parts);
    else if (reply instanceof Verbatim) this.verbatim(reply.format, reply.text, protocol);
    else if (reply instanceof NullArray) this.nullArray(protocol);
    else if (reply instanceof StreamReply) this.stream(reply, protocol);
    else if (reply instanceof BigNumber) this.bigNumber(reply.text, protocol);
    else {
      this.arrayHeader(reply.length);
      this.items(reply, protocol);
    }
  }

  /** The head of a reply whose items follow, as many as it says. */
  streamHeader({ kind, count }: StreamReply, protocol: Protocol): void {
    if (kind === "pairs") this.mapHeader(count, protocol);
    else if (kind === "set") this.setHeader(count, protocol);
    else this.arrayHeader(count);
  }

  /** All of it at once. */
  private stream(reply: StreamReply, protocol: Protocol): void {
    this.streamHeader(reply, protocol);
    const take = (item: Reply) => this.write(item, protocol);
    while (reply.source.next(take));
    reply.source.close();
  }

  private items(items: readonly Reply[], protocol: Protocol): void {
    for (const item of items) this.write(item, protocol);
  }

  /** `+text`. */
  status(status: Status): void {
    this.append(status.encoded, 0, status.encoded.length);
  }

  /** `-text`, code word first; see `ErrorReply`. */
  error(text: string): void {
    this.reserve(text.length + LINE_FRAME_BYTES);
    this.length = writeLine(this.buffer, this.length, "-", text);
  }

  /** `:n`, a safe integer. */
  integer(value: number): void {
    this.header(INTEGER, value);
  }

  /** `:n`, an int64. */
  bigint(value: bigint): void {
    this.reserve(NUMBER_LINE_BYTES_MAX);
    const { buffer } = this;
    buffer[this.length] = INTEGER;
    this.length = writeBigint(buffer, this.length + 1, value);
    this.lineEnd();
  }

  /** A bulk string. */
  bulk(bytes: Bytes): void {
    this.bulkRange(bytes, 0, bytes.length);
  }

  /** A bulk string: `source[start, end)`. */
  bulkRange(source: Bytes, start: number, end: number): void {
    const size = end - start;
    if (size >= EXTERNAL_BYTES_MIN) {
      this.header(BULK, size);
      this.append(source, start, end);
      this.lineEnd();
      return;
    }
    this.reserve(NUMBER_LINE_BYTES_MAX + size + LINE_END_BYTES);
    const { buffer } = this;
    const head = writeNumberLine(buffer, this.length, BULK, size);
    this.length = writeLineEnd(buffer, copyRange(source, start, end, buffer, head));
  }

  /** A bulk string: the text in UTF-8. */
  text(text: string): void {
    const bytes = Buffer.byteLength(text);
    this.header(BULK, bytes);
    this.utf8(text, bytes);
  }

  /** Null. */
  null(protocol: Protocol): void {
    this.line(protocol === 2 ? NULL_BULK_LINE : NULL_LINE);
  }

  /** Null where an array was asked for. */
  nullArray(protocol: Protocol): void {
    this.line(protocol === 2 ? NULL_ARRAY_LINE : NULL_LINE);
  }

  /** An array's head: `count` replies follow. */
  arrayHeader(count: number): void {
    this.header(ARRAY, count);
  }

  /** A map's head: `pairs` times two replies follow. */
  mapHeader(pairs: number, protocol: Protocol): void {
    if (protocol === 2) this.header(ARRAY, 2 * pairs);
    else this.header(MAP, pairs);
  }

  /** A set's head: `count` replies follow. */
  setHeader(count: number, protocol: Protocol): void {
    this.header(protocol === 2 ? ARRAY : SET, count);
  }

  /** A push message's head: `count` replies follow. */
  pushHeader(count: number, protocol: Protocol): void {
    this.header(protocol === 2 ? ARRAY : PUSH, count);
  }

  /** A double, as its digits. */
  double(text: string, protocol: Protocol): void {
    if (protocol === 2) {
      this.text(text);
      return;
    }
    this.reserve(1);
    this.buffer[this.length++] = DOUBLE;
    this.utf8(text, text.length);
  }

  /** An integer of any size, as its digits. */
  bigNumber(text: string, protocol: Protocol): void {
    const bytes = fromMapKey(text);
    if (protocol === 2) {
      this.bulk(bytes);
      return;
    }
    this.reserve(1);
    this.buffer[this.length++] = BIG_NUMBER;
    this.append(bytes, 0, bytes.length);
    this.lineEnd();
  }

  /** True or false. */
  boolean(value: boolean, protocol: Protocol): void {
    if (protocol === 2) this.integer(value ? 1 : 0);
    else this.line(value ? TRUE_LINE : FALSE_LINE);
  }

  /** Text with its format, of three letters; in RESP2 the text alone. */
  verbatim(format: string, text: string | Bytes, protocol: Protocol): void {
    if (protocol === 2) {
      if (typeof text === "string") this.text(text);
      else this.bulk(text);
      return;
    }
    const bytes = typeof text === "string" ? Buffer.byteLength(text) : text.length;
    this.header(VERBATIM, format.length + 1 + bytes);
    this.reserve(format.length + 1);
    this.length += this.buffer.write(format, this.length, "latin1");
    this.buffer[this.length++] = COLON;
    if (typeof text === "string") {
      this.utf8(text, bytes);
      return;
    }
    this.append(text, 0, bytes);
    this.lineEnd();
  }

  /** A prefix, a safe integer, CR LF. */
  private header(prefix: number, value: number): void {
    this.reserve(NUMBER_LINE_BYTES_MAX);
    this.length = writeNumberLine(this.buffer, this.length, prefix, value);
  }

  /** Text of `bytes` bytes in UTF-8, CR LF. */
  private utf8(text: string, bytes: number): void {
    this.reserve(bytes);
    this.length += this.buffer.write(text, this.length);
    this.lineEnd();
  }

  private line(encoded: Bytes): void {
    this.append(encoded, 0, encoded.length);
  }

  private lineEnd(): void {
    this.reserve(LINE_END_BYTES);
    this.length = writeLineEnd(this.buffer, this.length);
  }
}

function latin1(text: string): Bytes {
  return Buffer.from(text, "latin1");
}
