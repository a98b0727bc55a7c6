/**
 * Inline requests: one line of words, as people type them. The quoting is Redis's `sdssplitargs`.
 */
import type { Bytes } from "../bytes/bytes.ts";
import { ProtocolError } from "./protocol-error.ts";
import { Request } from "./request.ts";

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const BACKSLASH = 0x5c;
const LOWER_X = 0x78;

/** What a backslash and one of these letters mean between double quotes. */
const ESCAPES = new Map([
  [0x6e, LF],
  [0x72, CR],
  [0x74, TAB],
  [0x62, 0x08],
  [0x61, 0x07],
]);

/** The words of a line that is no request; none when a quote in it is not closed, as Redis has it. */
export function inlineWords(line: Bytes): Bytes[] {
  const request = new Request();
  try {
    splitInline(line, 0, line.length, request);
  } catch (error) {
    if (error instanceof ProtocolError) return [];
    throw error;
  }
  return request.views();
}

/**
 * Sets the request to the words of `line[start, end)`, none when it is blank, in a buffer of its own.
 *
 * Words are split by blanks. `"..."` knows `\xhh`, `\n \r \t \b \a`, and a backslash before any
 * other byte means that byte; `'...'` knows `\'` alone. Quotes may open inside a word and end it.
 *
 * @throws {ProtocolError} a quote is not closed, or something follows it directly
 */
export function splitInline(line: Bytes, start: number, end: number, request: Request): void {
  // A word is never longer than its spelling.
  const target = new Uint8Array(end - start);
  request.clear();
  request.place(target, 0);
  let at = skipBlanks(line, start, end);
  let length = 0;
  while (at < end) {
    const wordStart = length;
    while (at < end && !endsWord(line[at]!)) {
      const byte = line[at]!;
      if (byte !== DOUBLE_QUOTE && byte !== SINGLE_QUOTE) {
        target[length++] = byte;
        at++;
        continue;
      }
      const close = findClose(line, at, end);
      length = unquote(line, at + 1, close, byte, target, length);
      at = close + 1;
      break;
    }
    request.add(wordStart, length);
    at = skipBlanks(line, at, end);
  }
}

/** Offset of the quote that closes the one at `open`: a blank or the end follows it. */
function findClose(line: Bytes, open: number, end: number): number {
  const quote = line[open]!;
  let at = open + 1;
  while (at < end && line[at] !== quote) at += at + 1 < end && escapes(line, at, quote) ? 2 : 1;
  if (at >= end || (at + 1 < end && !isBlank(line[at + 1]!))) {
    throw new ProtocolError("unbalanced quotes in request");
  }
  return at;
}

/** Whether the byte at `at` takes the one behind it along, inside such quotes. */
function escapes(line: Bytes, at: number, quote: number): boolean {
  return line[at] === BACKSLASH && (quote === DOUBLE_QUOTE || line[at + 1] === SINGLE_QUOTE);
}

/** Writes what `line[start, end)` means inside such quotes to `target[to]`; answers its end there. */
function unquote(
  line: Bytes,
  start: number,
  end: number,
  quote: number,
  target: Bytes,
  to: number,
): number {
  let length = to;
  for (let at = start; at < end; at++) {
    if (!escapes(line, at, quote)) {
      target[length++] = line[at]!;
      continue;
    }
    const escaped = line[++at]!;
    const high = at + 2 < end ? hexDigit(line[at + 1]!) : -1;
    const low = at + 2 < end ? hexDigit(line[at + 2]!) : -1;
    if (quote === DOUBLE_QUOTE && escaped === LOWER_X && high >= 0 && low >= 0) {
      target[length++] = high * 16 + low;
      at += 2;
    } else {
      target[length++] = quote === DOUBLE_QUOTE ? (ESCAPES.get(escaped) ?? escaped) : escaped;
    }
  }
  return length;
}

function skipBlanks(line: Bytes, start: number, end: number): number {
  let at = start;
  while (at < end && isBlank(line[at]!)) at++;
  return at;
}

/** C's isspace. */
function isBlank(byte: number): boolean {
  return byte === SPACE || (byte >= TAB && byte <= CR);
}

/** Fewer than the blanks between words: a form feed inside a word belongs to it, as in Redis. */
function endsWord(byte: number): boolean {
  return byte === SPACE || byte === TAB || byte === LF || byte === CR;
}

/** 0..15, or -1 for a byte that is no hex digit. */
function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = (byte | 0x20) - 0x61;
  return letter >= 0 && letter <= 5 ? letter + 10 : -1;
}
