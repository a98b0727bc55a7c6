/**
 * Bytes in double quotes for people: Go's `%q` (LedisDB's access log and error texts) and Redis's
 * sdscatrepr (MONITOR, SLOWLOG, the client).
 */
import type { Bytes } from "./bytes.ts";
import { readRune } from "./utf8.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const DELETE = 0x7f;

/** Escapes of one letter that both quotings know. */
const REDIS_ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x07, "\\a"],
  [0x08, "\\b"],
  [0x09, "\\t"],
  [0x0a, "\\n"],
  [0x0d, "\\r"],
  [QUOTE, '\\"'],
  [BACKSLASH, "\\\\"],
]);

const GO_ESCAPES: ReadonlyMap<number, string> = new Map([
  ...REDIS_ESCAPES,
  [0x0b, "\\v"],
  [0x0c, "\\f"],
]);

/** What Go's unicode.IsPrint keeps, by the Unicode tables of this runtime. */
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/**
 * The bytes as Redis's sdscatrepr prints them: printable ASCII as it is, `\"`, `\\`, `\n`, `\r`,
 * `\t`, `\a`, `\b`, every other byte as `\xhh`.
 */
export function quoteRedis(bytes: Bytes): string {
  let text = '"';
  for (const byte of bytes) text += REDIS_ESCAPES.get(byte) ?? asciiOrHex(byte);
  return `${text}"`;
}

/**
 * The bytes as Go's strconv.Quote prints them: printable UTF-8 as it is, `\"`, `\\`, `\a`, `\b`,
 * `\f`, `\n`, `\r`, `\t`, `\v`, other ASCII and malformed bytes as `\xhh`, other characters as
 * `\uhhhh` or `\Uhhhhhhhh`.
 */
export function quoteGo(bytes: Bytes): string {
  let text = '"';
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at]!;
    if (byte < 0x80) {
      text += GO_ESCAPES.get(byte) ?? asciiOrHex(byte);
      at++;
      continue;
    }
    const rune = readRune(bytes, at);
    if (rune < 0) {
      text += hexByte(byte);
      at++;
      continue;
    }
    text += runeText(rune);
    at += rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;
  }
  return `${text}"`;
}

function runeText(rune: number): string {
  const character = String.fromCodePoint(rune);
  if (PRINTABLE.test(character)) return character;
  const hex = rune.toString(16);
  return rune < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

function asciiOrHex(byte: number): string {
  return byte >= 0x20 && byte < DELETE ? String.fromCharCode(byte) : hexByte(byte);
}

function hexByte(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, "0")}`;
}
