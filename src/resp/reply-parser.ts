/**
 * The replies in a server's byte stream, RESP2 and RESP3: for our client side (command line,
 * slave, tests). Streamed strings and aggregates (`$?`, `*?`), which no server sends, are refused.
 */
import { type Bytes, mapKey } from "../bytes/bytes.ts";
import { parseSafeInteger } from "../bytes/integer.ts";
import { GrowingBytes } from "./growing-bytes.ts";
import type { ParsedPair, ParsedReply, ParsedValue } from "./parsed-reply.ts";
import { ProtocolError } from "./protocol-error.ts";
import { parseScalar } from "./reply-scalar.ts";

const LF = 0x0a;
const CR = 0x0d;

/** Longest line, its end included: statuses, errors, numbers. */
const LINE_BYTES_MAX = 64 * 1024;

/** How much a server may send. */
export interface ReplyLimits {
  /** Most bytes of one reply, nested ones included. */
  readonly replyBytesMax: number;
  /** Deepest nesting: 1 allows arrays of scalars. */
  readonly depthMax: number;
}

const DEFAULT_LIMITS: ReplyLimits = { replyBytesMax: 1024 * 1024 * 1024, depthMax: 128 };

/** A string with announced length that is arriving. */
interface OpenString {
  readonly prefix: string;
  readonly length: number;
  readonly bytes: GrowingBytes;
}

/** An aggregate whose items are arriving. */
interface OpenAggregate {
  readonly prefix: string;
  readonly count: number;
  readonly items: ParsedReply[];
  readonly attributes: readonly ParsedPair[] | null;
}

/**
 * Turns pushed chunks into replies. Every byte is read once, a string copied at most about twice
 * into memory of its own, and nothing is allocated by announced lengths. Once it has thrown, it
 * parses nothing more.
 */
export class ReplyParser {
  private readonly limits: ReplyLimits;
  private chunks: Bytes[] = [];
  /** Offset in the first chunk. */
  private at = 0;
  private waiting = 0;
  /** The line at hand, as far as it came in earlier chunks. */
  private line = new GrowingBytes();
  private string: OpenString | null = null;
  private readonly aggregates: OpenAggregate[] = [];
  /** Attributes for the next reply. */
  private attributes: readonly ParsedPair[] | null = null;
  /** Bytes of the reply at hand so far. */
  private replyBytes = 0;
  private failed = false;

  constructor(limits: ReplyLimits = DEFAULT_LIMITS) {
    this.limits = limits;
  }

  /** Bytes pushed that belong to no reply taken so far. */
  get bufferedBytes(): number {
    return this.waiting + this.replyBytes;
  }

  /** Appends what the socket received; the chunk must not change until its replies are taken. */
  push(chunk: Bytes): void {
    if (this.failed || chunk.length === 0) return;
    this.chunks.push(chunk);
    this.waiting += chunk.length;
  }

  /**
   * The next reply, with memory of its own; undefined when more bytes are needed (or after an
   * error).
   *
   * @throws {ProtocolError} the bytes are no reply, or one beyond the limits
   */
  next(): ParsedReply | undefined {
    try {
      while (this.chunks.length > 0) {
        const value = this.string === null ? this.readLine() : this.readString(this.string);
        const reply = value === null ? null : this.deliver(value);
        if (reply !== null) {
          this.replyBytes = 0;
          return reply;
        }
      }
      return undefined;
    } catch (error) {
      this.failed = true;
      this.chunks = [];
      this.waiting = 0;
      this.replyBytes = 0;
      this.string = null;
      this.aggregates.length = 0;
      this.attributes = null;
      this.line = new GrowingBytes();
      throw error;
    }
  }

  /** Reads to the end of a line, or of the chunk; answers the value that the line completes. */
  private readLine(): ParsedValue | null {
    const chunk = this.chunks[0]!;
    const found = chunk.indexOf(LF, this.at);
    const end = found < 0 ? chunk.length : found + 1;
    if (this.line.length + end - this.at > LINE_BYTES_MAX) throw new ProtocolError("too big line");
    this.line.append(chunk, this.at, end);
    this.advance(end);
    if (found < 0) return null;

    const line = this.line.take();
    if (line.length < 3 || line[line.length - 2] !== CR) throw new ProtocolError("invalid line");
    const prefix = mapKey(line.subarray(0, 1));
    const text = line.subarray(1, line.length - 2);
    return parseScalar(prefix, text) ?? this.open(prefix, text);
  }

  /** Reads a string's bytes as far as they came; answers it when it is complete. */
  private readString(string: OpenString): ParsedValue | null {
    const chunk = this.chunks[0]!;
    const end = Math.min(chunk.length, this.at + string.length + 2 - string.bytes.length);
    string.bytes.append(chunk, this.at, end);
    this.advance(end);
    if (string.bytes.length < string.length + 2) return null;

    this.string = null;
    const whole = string.bytes.take();
    if (whole[string.length] !== CR || whole[string.length + 1] !== LF) {
      throw new ProtocolError("string without line end");
    }
    const bytes = whole.subarray(0, string.length);
    if (string.prefix === "$") return { kind: "bulk", bytes };
    if (string.prefix === "!") return { kind: "error", text: mapKey(bytes) };
    if (bytes[3] !== 0x3a) throw new ProtocolError("invalid verbatim string");
    return { kind: "verbatim", format: mapKey(bytes.subarray(0, 3)), bytes: bytes.subarray(4) };
  }

  /** Begins a string or an aggregate; answers a value when nothing of it is to come. */
  private open(prefix: string, text: Bytes): ParsedValue | null {
    const isString = prefix === "$" || prefix === "=" || prefix === "!";
    if (!isString && !"*~>%|".includes(prefix)) {
      throw new ProtocolError(`unexpected reply type '${prefix}'`);
    }
    const length = parseSafeInteger(text);
    if (length === -1 && prefix === "$") return { kind: "null", form: "bulk" };
    if (length === -1 && prefix === "*") return { kind: "null", form: "array" };
    if (!(length >= 0 && length <= this.limits.replyBytesMax)) {
      throw new ProtocolError("invalid length");
    }
    if (isString) {
      this.string = { prefix, length, bytes: new GrowingBytes(length + 2) };
      return null;
    }
    if (this.aggregates.length === this.limits.depthMax) throw new ProtocolError("too deep reply");
    const count = prefix === "%" || prefix === "|" ? 2 * length : length;
    const aggregate = { prefix, count, items: [], attributes: this.attributes };
    this.attributes = null;
    if (count === 0) return this.close(aggregate);
    this.aggregates.push(aggregate);
    return null;
  }

  /** The value of a complete aggregate; null for attributes, which wait for their reply. */
  private close({ prefix, items, attributes }: OpenAggregate): ParsedValue | null {
    if (prefix === "|") {
      this.attributes = [...(attributes ?? []), ...pairsOf(items)];
      return null;
    }
    this.attributes = attributes;
    if (prefix === "%") return { kind: "map", pairs: pairsOf(items) };
    if (prefix === "~") return { kind: "set", items };
    return { kind: prefix === ">" ? "push" : "array", items };
  }

  /** Puts a value where it belongs; answers the whole reply when this completes it. */
  private deliver(value: ParsedValue): ParsedReply | null {
    let complete: ParsedValue | null = value;
    while (complete !== null) {
      const reply: ParsedReply =
        this.attributes === null ? complete : { ...complete, attributes: this.attributes };
      this.attributes = null;
      const parent = this.aggregates.at(-1);
      if (parent === undefined) return reply;
      parent.items.push(reply);
      if (parent.items.length < parent.count) return null;
      this.aggregates.pop();
      complete = this.close(parent);
    }
    return null;
  }

  /** The first chunk is read up to `end`. */
  private advance(end: number): void {
    const read = end - this.at;
    this.waiting -= read;
    this.replyBytes += read;
    if (this.replyBytes > this.limits.replyBytesMax) throw new ProtocolError("too big reply");
    this.at = end;
    if (end === this.chunks[0]!.length) {
      this.chunks.shift();
      this.at = 0;
    }
  }
}

function pairsOf(items: readonly ParsedReply[]): ParsedPair[] {
  const pairs: ParsedPair[] = [];
  for (let at = 0; at + 1 < items.length; at += 2) pairs.push([items[at]!, items[at + 1]!]);
  return pairs;
}
