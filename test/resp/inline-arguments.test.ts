import { expect, test } from "bun:test";
import fc from "fast-check";
import { inlineWords, splitInline } from "../../src/resp/inline-arguments.ts";
import { ProtocolError } from "../../src/resp/protocol-error.ts";
import { Request } from "../../src/resp/request.ts";
import { latin1, words } from "./support.ts";

function split(line: string): string[] {
  const request = new Request();
  const bytes = latin1(`<${line}>`);
  splitInline(bytes, 1, bytes.length - 1, request);
  return words(request);
}

// Captured from redis-server 7.0.15 with ECHO.
const LINES: [line: string, expected: string[]][] = [
  ["", []],
  [" \t\v\f ", []],
  ["  ping  ", ["ping"]],
  ["a\r\rb", ["a", "b"]],
  ['echo "a b\\x41\\n\\r\\t\\b\\a\\q\\"\\\\"', ["echo", 'a bA\n\r\t\b\x07q"\\']],
  ["echo 'a\\'b\\n'", ["echo", "a'b\\n"]],
  ['echo abc"def"', ["echo", "abcdef"]],
  ["echo abc'd e'", ["echo", "abcd e"]],
  ['echo "\\xzz"', ["echo", "xzz"]],
  ['echo "\\x4"', ["echo", "x4"]],
  ['echo "\\xfF"', ["echo", "\xff"]],
  ["echo \va\v", ["echo", "a\v"]],
  ["echo ''", ["echo", ""]],
  ['echo ""', ["echo", ""]],
  ["echo \"a\" \t 'b'", ["echo", "a", "b"]],
  ["echo a\0b\xe9", ["echo", "a\0b\xe9"]],
];

test.each(LINES)("%j is split as Redis splits it", (line, expected) => {
  expect(split(line)).toEqual(expected);
});

test.each([
  'echo "abc',
  "echo 'abc",
  'echo "abc"def',
  "echo 'abc'def",
  'echo "abc\\"',
  'echo "abc\\',
  "echo 'abc\\'",
  'echo "a""b"',
])("%j has unbalanced quotes", (line) => {
  expect(() => split(line)).toThrow(new ProtocolError("unbalanced quotes in request"));
});

test("what is quoted comes back, whatever its bytes", () => {
  const word = fc
    .uint8Array({ maxLength: 20 })
    .map((bytes) => Buffer.from(bytes).toString("latin1"));
  fc.assert(
    fc.property(fc.array(word, { maxLength: 5 }), (expected) => {
      const quoted = expected.map((text) => {
        const escaped = Array.from(text, (character) => {
          const code = character.charCodeAt(0);
          if (character === '"' || character === "\\") return `\\${character}`;
          return code % 2 === 0 ? `\\x${code.toString(16).padStart(2, "0")}` : character;
        });
        return `"${escaped.join("")}"`;
      });
      expect(split(quoted.join(" "))).toEqual(expected);
    }),
  );
});

test("a line by itself has its words, and none when a quote is not closed", () => {
  expect(inlineWords(latin1(' a "b c" ')).map((word) => Buffer.from(word).toString())).toEqual([
    "a",
    "b c",
  ]);
  expect(inlineWords(latin1('a "b'))).toEqual([]);
});
