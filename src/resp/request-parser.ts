/**
 * The requests in a client's byte stream: arrays of bulk strings, or inline lines.
 *
 * The hottest code of the server. A request that arrives whole is read in one pass and allocates
 * nothing; one that is cut goes on where its bytes ended.
 */
import { type Bytes, EMPTY } from "../bytes/bytes.ts";
import { parseInt64 } from "../bytes/integer.ts";
import { splitInline } from "./inline-arguments.ts";
import { ProtocolError } from "./protocol-error.ts";
import { Request } from "./request.ts";
import {
  type RequestLimits,
  UNAUTHENTICATED_ARGUMENTS_MAX,
  UNAUTHENTICATED_BULK_BYTES_MAX,
} from "./request-limits.ts";
import { RequestWindow } from "./request-window.ts";

const LF = 0x0a;
const CR = 0x0d;
const DOLLAR = 0x24;
const ASTERISK = 0x2a;
const ZERO = 0x30;

/** First byte of a line that holds a length: of the array, or of one argument. */
type Prefix = typeof ASTERISK | typeof DOLLAR;

/** Lengths of up to this many digits are read by the fast path. */
const FAST_DIGITS_MAX = 9;

/** Answer of the readers when the window ends too early. Lengths are never negative. */
const INCOMPLETE = -1;

/** What one step of the parser came to: a request, a stretch that holds none, or too few bytes. */
type Step = typeof REQUEST | typeof NOTHING | typeof INCOMPLETE;
const REQUEST = 1;
const NOTHING = 0;

/**
 * Turns pushed chunks into requests, one at a time and in order.
 *
 * Lengths are believed only as far as bytes arrive: nothing is allocated by announcement. Once it
 * has thrown, it parses nothing more.
 */
export class RequestParser {
  private readonly limits: RequestLimits;
  private readonly window = new RequestWindow();
  private request = new Request();
  private failed = false;

  // Where parsing stopped inside a request, counted from the window's start.
  /** Bytes parsed: whole lengths and whole arguments. */
  private parsed = 0;
  /** Bytes searched in vain for the end of the line at hand; never less than `parsed`. */
  private searched = 0;
  /** Arguments still to come; 0 between requests. */
  private argumentsLeft = 0;
  /** Length of the argument at hand, INCOMPLETE when it is not known yet. */
  private bulkLength = INCOMPLETE;
  /** Bytes that the request needs at least. */
  private missing = 1;

  /** Set by the readers of lengths: offset in the window's bytes behind the line. */
  private lineEnd = 0;

  /** @param limits read at each use: its owner may change it between requests */
  constructor(limits: RequestLimits) {
    this.limits = limits;
  }

  /** Bytes pushed that belong to no request taken so far. */
  get bufferedBytes(): number {
    return this.window.bufferedBytes;
  }

  /**
   * Appends what the socket received. The chunk is the parser's from now on: nobody may change it.
   * Requests not taken yet come first. Ignored after a protocol error.
   */
  push(chunk: Bytes): void {
    if (!this.failed) this.window.push(chunk);
  }

  /**
   * The next request, the same object each time, or null when more bytes are needed (or after an
   * error). Blank lines and arrays of no or negative length are skipped.
   *
   * @throws {ProtocolError} once: the connection answers it and closes
   */
  next(): Request | null {
    try {
      for (;;) {
        const step = this.step();
        if (step === REQUEST) return this.request;
        if (step === INCOMPLETE && !this.extend()) return null;
      }
    } catch (error) {
      this.failed = true;
      this.window.clear();
      this.takeTo(0);
      this.request.release();
      throw error;
    }
  }

  /** As `next`, but the request is the caller's from now on: the next one is parsed into `spare`. */
  take(spare: Request): Request | null {
    const request = this.next();
    if (request !== null) this.request = spare;
    return request;
  }

  /** Parses one request, or as much of it as the window holds. */
  private step(): Step {
    const { window, request } = this;
    const { bytes, start, end } = window;
    let at = start + this.parsed;
    let left = this.argumentsLeft;
    let length = this.bulkLength;

    if (left === 0) {
      if (at === end) return INCOMPLETE;
      if (bytes[at] !== ASTERISK) return this.stepInline();
      left = this.readLength(bytes, at, end, ASTERISK);
      if (left > UNAUTHENTICATED_ARGUMENTS_MAX) this.checkCount(left);
      if (left === INCOMPLETE) return INCOMPLETE;
      at = this.lineEnd;
      if (left === 0) {
        this.takeTo(at);
        return NOTHING;
      }
      request.clear();
    }

    do {
      if (length === INCOMPLETE) {
        length = this.readLength(bytes, at, end, DOLLAR);
        if (length > UNAUTHENTICATED_BULK_BYTES_MAX) this.checkBulkLength(length);
        if (length === INCOMPLETE) return this.stop(at - start, left, length, 1);
        at = this.lineEnd;
      }
      // The two bytes behind an argument are skipped unseen, as in Redis.
      const next = at + length + 2;
      if (next > end) return this.stop(at - start, left, length, next - end);
      request.add(at - start, at - start + length);
      at = next;
      length = INCOMPLETE;
    } while (--left > 0);

    request.place(bytes, start);
    this.takeTo(at);
    return REQUEST;
  }

  /** Parses one inline request. */
  private stepInline(): Step {
    const { window, request } = this;
    const { bytes, start, end } = window;
    const lengthMax = this.limits.inlineBytesMax;
    const lineEnd = indexOf(bytes, LF, start + this.searched, end);
    if (lineEnd - start > lengthMax) throw new ProtocolError("too big inline request");
    if (lineEnd === end) {
      this.searched = end - start;
      return INCOMPLETE;
    }
    const textEnd = lineEnd > start && bytes[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd;
    splitInline(bytes, start, textEnd, request);
    this.takeTo(lineEnd + 1);
    return request.count === 0 ? NOTHING : REQUEST;
  }

  /** Remembers where the request at hand goes on. */
  private stop(parsed: number, argumentsLeft: number, bulkLength: number, missing: number): Step {
    if (this.searched < parsed) this.searched = parsed;
    this.parsed = parsed;
    this.argumentsLeft = argumentsLeft;
    this.bulkLength = bulkLength;
    this.missing = missing;
    return INCOMPLETE;
  }

  /** Ends the request at hand, `at` being the offset behind it. */
  private takeTo(at: number): void {
    this.window.take(at);
    this.parsed = 0;
    this.searched = 0;
    this.argumentsLeft = 0;
    this.bulkLength = INCOMPLETE;
    this.missing = 1;
  }

  /** Brings more bytes; false when there are none. */
  private extend(): boolean {
    const { window } = this;
    if (window.end - window.start + this.missing > this.limits.queryBytesMax) {
      throw new ProtocolError("client query buffer limit exceeded");
    }
    if (window.extend(this.missing, this.argumentsLeft === 1 && this.bulkLength !== INCOMPLETE)) {
      return true;
    }
    if (this.argumentsLeft === 0) this.request.release();
    else this.request.place(EMPTY, 0);
    return false;
  }

  /**
   * The length in the line at `at`, behind the prefix, with `lineEnd` set; a negative count is 0.
   * INCOMPLETE when the line has not arrived whole.
   */
  private readLength(bytes: Bytes, at: number, end: number, prefix: Prefix): number {
    const firstDigit = at + 1;
    const fastEnd = Math.min(firstDigit + FAST_DIGITS_MAX, end);
    let value = 0;
    let digitsEnd = firstDigit;
    while (digitsEnd < fastEnd) {
      const digit = bytes[digitsEnd]! - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      digitsEnd++;
    }
    const plain =
      bytes[at] === prefix &&
      digitsEnd > firstDigit &&
      (bytes[firstDigit] !== ZERO || digitsEnd === firstDigit + 1);
    if (!plain || digitsEnd + 1 >= end || bytes[digitsEnd] !== CR) {
      return this.readUnusualLength(bytes, at, end, prefix);
    }
    this.lineEnd = digitsEnd + 2;
    return value;
  }

  /** {@link readLength} of a line that is incomplete, negative, very long or wrong. */
  private readUnusualLength(bytes: Bytes, at: number, end: number, prefix: Prefix): number {
    const { start } = this.window;
    const isCount = prefix === ASTERISK;
    const lineEnd = indexOf(bytes, CR, Math.max(at, start + this.searched), end);
    if (lineEnd - at > this.limits.inlineBytesMax) {
      throw new ProtocolError(isCount ? "too big mbulk count string" : "too big bulk count string");
    }
    if (lineEnd + 1 >= end) {
      this.searched = lineEnd - start;
      return INCOMPLETE;
    }
    if (bytes[at] !== prefix) {
      throw new ProtocolError(`expected '$', got '${String.fromCharCode(bytes[at]!)}'`);
    }
    const value = parseInt64(bytes, at + 1, lineEnd);
    if (value === null || (value < 0n && !isCount)) {
      throw new ProtocolError(isCount ? "invalid multibulk length" : "invalid bulk length");
    }
    this.lineEnd = lineEnd + 2;
    return value < 0n ? 0 : Number(value);
  }

  private checkCount(count: number): void {
    if (count > this.limits.argumentsMax) throw new ProtocolError("invalid multibulk length");
    if (!this.limits.authenticated) throw new ProtocolError("unauthenticated multibulk length");
  }

  private checkBulkLength(length: number): void {
    if (length > this.limits.bulkBytesMax) throw new ProtocolError("invalid bulk length");
    if (!this.limits.authenticated) throw new ProtocolError("unauthenticated bulk length");
  }
}

/** Offset of the first such byte in `bytes[start, end)`, `end` when there is none. */
function indexOf(bytes: Bytes, byte: number, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== byte) at++;
  return at;
}
