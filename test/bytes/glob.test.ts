import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { equalBytes, fromText, toText } from "../../src/bytes/bytes.ts";
import { globPrefix, matchesGlob } from "../../src/bytes/glob.ts";
import { readCaptured } from "./captured.ts";

const [keys, ...captured] = readCaptured("redis-globs.jsonl") as [
  string[],
  ...[pattern: string, listed: string][],
];
const fromHex = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));

const matches = (pattern: string, subject: string, ignoreCase = false) =>
  matchesGlob(fromText(pattern), fromText(subject), ignoreCase);

test("patterns match as each captured KEYS of Redis 7.0", () => {
  const subjects = keys.map(fromHex);
  expect(captured.length).toBeGreaterThan(200);
  for (const [pattern, listed] of captured) {
    const matched = subjects.map((subject) => (matchesGlob(fromHex(pattern), subject) ? 1 : 0));
    expect([pattern, matched.join("")]).toEqual([pattern, listed]);
  }
});

describe("matchesGlob", () => {
  test.each([
    ["h?llo", "hello", true],
    ["h?llo", "hllo", false],
    ["h*llo", "hllo", true],
    ["h*llo", "heeeello", true],
    ["h[ae]llo", "hallo", true],
    ["h[ae]llo", "hillo", false],
    ["h[^e]llo", "hello", false],
    ["h[a-b]llo", "hbllo", true],
    ["h[b-a]llo", "hallo", true],
    ["h\\*llo", "h*llo", true],
    ["h\\*llo", "hello", false],
    ["[\\]]", "]", true],
    ["a[b", "ab", true],
    ["a\\", "a\\", true],
    ["**b**", "abc", true],
    ["*b*d", "abcbd", true],
    ["*b*d", "abcb", false],
  ])("%p against %p: %p", (pattern, subject, expected) => {
    expect(matches(pattern, subject)).toBe(expected);
  });

  test("only the empty pattern matches the empty string", () => {
    expect(matches("", "")).toBe(true);
    expect(matches("*", "")).toBe(false);
    expect(matches("", "a")).toBe(false);
  });

  test("ignoring case folds letters and ranges, but no escape inside a class", () => {
    expect(matches("HEL*", "hello")).toBe(false);
    expect(matches("HEL*", "hello", true)).toBe(true);
    expect(matches("[A-C]x", "bX", true)).toBe(true);
    expect(matches("\\A", "a", true)).toBe(true);
    expect(matches("[\\A]", "a", true)).toBe(false);
  });

  test("bounds of ranges are signed chars", () => {
    const bytes = (...values: number[]) => Uint8Array.from(values);
    const pattern = bytes(0x5b, 0x61, 0x2d, 0xff, 0x5d);
    expect(matchesGlob(pattern, bytes(0x41))).toBe(true);
    expect(matchesGlob(pattern, bytes(0x62))).toBe(false);
    expect(matchesGlob(pattern, bytes(0xff))).toBe(true);
    expect(matchesGlob(pattern, bytes(0x80))).toBe(false);
  });

  test("ignoring case, a bound of 0x80 to 0xfe becomes its unsigned value", () => {
    const pattern = Uint8Array.of(0x5b, 0x80, 0x2d, 0x7a, 0x5d);
    expect(matchesGlob(pattern, fromText("m"))).toBe(true);
    expect(matchesGlob(pattern, fromText("m"), true)).toBe(false);
  });

  test("a text with every byte escaped matches itself alone", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (subject, other) => {
        const pattern = Uint8Array.from([...subject].flatMap((byte) => [0x5c, byte]));
        expect(matchesGlob(pattern, subject)).toBe(true);
        expect(matchesGlob(pattern, other)).toBe(equalBytes(subject, other));
      }),
    );
  });

  test("a hundred thousand stars neither overflow the stack nor explode", () => {
    const pattern = fromText(`${"a*".repeat(100_000)}b`);
    expect(matchesGlob(pattern, fromText("a".repeat(100_000)))).toBe(false);
  });
});

describe("globPrefix", () => {
  test.each([
    ["user:*", "user:"],
    ["user:?", "user:"],
    ["user:[ab]", "user:"],
    ["us\\*er\\\\*", "us*er\\"],
    ["plain", "plain"],
    ["end\\", "end\\"],
    ["*", ""],
    ["", ""],
  ])("of %p is %p", (pattern, prefix) => {
    expect(toText(globPrefix(fromText(pattern)))).toBe(prefix);
  });

  test("starts every match", () => {
    const byte = fc.constantFrom(...fromText("ab*?[]^-\\"));
    const bytes = fc.array(byte, { maxLength: 5 }).map((values) => Uint8Array.from(values));
    fc.assert(
      fc.property(bytes, bytes, (pattern, subject) => {
        fc.pre(matchesGlob(pattern, subject));
        const prefix = globPrefix(pattern);
        expect(equalBytes(subject.subarray(0, prefix.length), prefix)).toBe(true);
      }),
    );
  });
});
