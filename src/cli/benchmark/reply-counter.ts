/** Counts the replies in a server's byte stream without building them, RESP2 and RESP3. */
import { type Bytes, mapKey } from "../../bytes/bytes.ts";

const LF = 0x0a;
const CR = 0x0d;
const MINUS = 0x2d;
const ZERO = 0x30;

/** Types whose line is a count: of bytes, of items, of pairs. */
const DOLLAR = 0x24;
const EQUALS = 0x3d;
const EXCLAMATION = 0x21;
const ASTERISK = 0x2a;
const TILDE = 0x7e;
const GREATER = 0x3e;
const PERCENT = 0x25;
const BAR = 0x7c;

/** Longest text of an error that is kept. */
const ERROR_BYTES_MAX = 1024;

/** REQUIRES: the bytes are well-formed replies; what is not is miscounted. */
export class ReplyCounter {
  /** Text of the first error reply, nested ones included; null while there is none. */
  error: string | null = null;
  /** Values that the reply at hand still needs; 0 between replies. */
  #wanted = 0;
  /** Bytes of the string at hand that are still to come, its line end included. */
  #skip = 0;
  /** Type of the line at hand; 0 where a line begins. */
  #type = 0;
  /** What the line at hand says so far, if it is a count. */
  #count = 0;
  #isNegative = false;
  #errorText = "";

  /** Takes the next chunk; answers how many replies end in it. */
  take(bytes: Bytes): number {
    const end = bytes.length;
    let ended = 0;
    let at = 0;
    while (at < end) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, end - at);
        this.#skip -= step;
        at += step;
        if (this.#skip === 0 && --this.#wanted === 0) ended++;
        continue;
      }
      if (this.#type === 0) {
        this.#begin(bytes[at++]!);
        continue;
      }
      at = this.#readLine(bytes, at, end);
      if (bytes[at - 1] !== LF) break;
      this.#finishLine();
      if (this.#wanted === 0) ended++;
    }
    return ended;
  }

  #begin(type: number): void {
    this.#type = type;
    this.#count = 0;
    this.#isNegative = false;
    if (this.#wanted === 0) this.#wanted = 1;
  }

  /** Reads to behind the line's end, or to the end of the chunk. */
  #readLine(bytes: Bytes, start: number, end: number): number {
    let at = start;
    if (this.#type === MINUS) {
      while (at < end && bytes[at] !== LF) at++;
      const stop = Math.min(at < end ? at + 1 : at, start + ERROR_BYTES_MAX);
      this.#errorText += mapKey(bytes.subarray(start, stop));
      return at < end ? at + 1 : at;
    }
    let count = this.#count;
    while (at < end) {
      const byte = bytes[at++]!;
      if (byte === LF) break;
      if (byte === MINUS) this.#isNegative = true;
      else if (byte !== CR) count = count * 10 + byte - ZERO;
    }
    this.#count = count;
    return at;
  }

  /** The line at hand is whole: it is a value, or tells what is to come. */
  #finishLine(): void {
    const count = this.#isNegative ? 0 : this.#count;
    const type = this.#type;
    this.#type = 0;
    switch (type) {
      case DOLLAR:
      case EQUALS:
      case EXCLAMATION:
        if (this.#isNegative) this.#wanted--;
        else this.#skip = count + 2;
        return;
      case ASTERISK:
      case TILDE:
      case GREATER:
        this.#wanted += count - 1;
        return;
      case PERCENT:
        this.#wanted += 2 * count - 1;
        return;
      case BAR:
        this.#wanted += 2 * count;
        return;
      default:
        this.#wanted--;
        if (type !== MINUS) return;
        this.error ??= this.#errorText.trimEnd();
        this.#errorText = "";
    }
  }
}
