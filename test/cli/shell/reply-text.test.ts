import { expect, test } from "bun:test";
import { rawText, standardText } from "../../../src/cli/shell/reply-text.ts";
import { ReplyParser } from "../../../src/resp/reply-parser.ts";

/** Both forms of a reply, given as its bytes on the wire. */
function texts(wire: string): { readonly standard: string; readonly raw: string } {
  const parser = new ReplyParser();
  parser.push(Buffer.from(wire, "latin1"));
  const reply = parser.next()!;
  return { standard: standardText(reply), raw: rawText(reply) };
}

test.each([
  ["+OK\r\n", "OK\n", "OK"],
  ["-ERR no\r\n", "(error) ERR no\n", "ERR no\n"],
  [":42\r\n", "(integer) 42\n", "42"],
  [":9223372036854775807\r\n", "(integer) 9223372036854775807\n", "9223372036854775807"],
  ['$6\r\na"\n\0\xc3\xa9\r\n', '"a\\"\\n\\x00\\xc3\\xa9"\n', 'a"\n\0\xc3\xa9'],
  ["$-1\r\n", "(nil)\n", ""],
  ["*-1\r\n", "(nil)\n", ""],
  ["_\r\n", "(nil)\n", ""],
  ["#t\r\n", "(true)\n", "(true)"],
  [",3.141\r\n", "(double) 3.141\n", "3.141"],
  ["(12345678901234567890\r\n", "(big number) 12345678901234567890\n", "12345678901234567890"],
  ["=6\r\ntxt:ab\r\n", "ab\n", "ab"],
  ["*0\r\n", "(empty array)\n", ""],
  ["~0\r\n", "(empty set)\n", ""],
  ["%0\r\n", "(empty hash)\n", ""],
  [">0\r\n", "(empty push)\n", ""],
  ["*2\r\n:1\r\n$1\r\na\r\n", '1) (integer) 1\n2) "a"\n', "1\na"],
  ["~2\r\n:1\r\n:2\r\n", "1~ (integer) 1\n2~ (integer) 2\n", "1\n2"],
  ["%2\r\n+a\r\n:1\r\n+b\r\n#f\r\n", "1# a => (integer) 1\n2# b => (false)\n", "a 1\nb (false)"],
])("%j is printed for people and for programs", (wire, standard, raw) => {
  expect(texts(wire)).toEqual({ standard, raw });
});

test("items of nested arrays stand under each other, numbers to the right", () => {
  const ten = `*10\r\n${":1\r\n".repeat(9)}*2\r\n:1\r\n*2\r\n:2\r\n:3\r\n`;
  expect(texts(ten).standard).toBe(
    [
      ...Array.from({ length: 9 }, (_, i) => ` ${i + 1}) (integer) 1`),
      "10) 1) (integer) 1",
      "    2) 1) (integer) 2",
      "       2) (integer) 3",
      "",
    ].join("\n"),
  );
});

test("a map's value of several lines begins below its key, a shorter one beside it", () => {
  const wire = "%3\r\n+a\r\n*2\r\n:1\r\n:2\r\n+b\r\n*1\r\n:1\r\n+c\r\n*0\r\n";
  expect(texts(wire).standard).toBe(
    [
      ...["1# a => ", "   1) (integer) 1", "   2) (integer) 2"],
      ...["2# b => 1) (integer) 1", "3# c => (empty array)", ""],
    ].join("\n"),
  );
});

test("items may be joined otherwise", () => {
  const parser = new ReplyParser();
  parser.push(Buffer.from("*2\r\n*2\r\n:1\r\n:2\r\n:3\r\n"));
  expect(rawText(parser.next()!, ", ")).toBe("1, 2, 3");
});
