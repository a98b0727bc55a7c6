import { describe, expect, test } from "bun:test";
import { concatBytes, EMPTY, fromText } from "../../src/bytes/bytes.ts";
import { quoteGo, quoteRedis } from "../../src/bytes/quote.ts";

const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);

/** `\xhh` of each byte in [from, to]. */
const hex = (from: number, to: number): string =>
  Array.from(
    { length: to - from + 1 },
    (_, at) => `\\x${(from + at).toString(16).padStart(2, "0")}`,
  ).join("");

const ASCII = String.fromCharCode(...Array.from({ length: 95 }, (_, at) => 0x20 + at))
  .replace("\\", "\\\\")
  .replace('"', '\\"');

describe("quoteRedis", () => {
  test("spells each byte as MONITOR of Redis 7.0 does", () => {
    const low = `${hex(0, 6)}\\a\\b\\t\\n${hex(0x0b, 0x0c)}\\r${hex(0x0e, 0x1f)}`;
    expect(quoteRedis(everyByte)).toBe(`"${low}${ASCII}${hex(0x7f, 0xff)}"`);
  });

  test("quotes the empty string, and UTF-8 byte by byte", () => {
    expect(quoteRedis(EMPTY)).toBe('""');
    expect(quoteRedis(fromText("é"))).toBe('"\\xc3\\xa9"');
  });
});

describe("quoteGo", () => {
  test("spells each byte as Go's %q does", () => {
    const low = `${hex(0, 6)}\\a\\b\\t\\n\\v\\f\\r${hex(0x0e, 0x1f)}`;
    expect(quoteGo(everyByte)).toBe(`"${low}${ASCII}${hex(0x7f, 0xff)}"`);
  });

  test("leaves printable UTF-8 alone", () => {
    expect(quoteGo(fromText("set é 日本 😀 \ufffd"))).toBe('"set é 日本 😀 \ufffd"');
  });

  test("escapes characters that do not print", () => {
    expect(quoteGo(fromText("\u0085\u00a0\u200b\ufeff"))).toBe('"\\u0085\\u00a0\\u200b\\ufeff"');
    expect(quoteGo(fromText("\u{e0001}"))).toBe('"\\U000e0001"');
  });

  test("spells malformed UTF-8 byte by byte, and goes on behind it", () => {
    const bytes = concatBytes(Uint8Array.of(0xed, 0xa0, 0x80, 0xe2, 0x82), fromText("é"));
    expect(quoteGo(bytes)).toBe('"\\xed\\xa0\\x80\\xe2\\x82é"');
  });
});
