import { expect, test } from "bun:test";
import { encodeLine, writeLine } from "../../src/resp/reply-line.ts";

function line(text: string): string {
  return Buffer.from(encodeLine("-", text)).toString("latin1");
}

test("a line is prefix, text, CR LF", () => {
  expect(line("ERR x")).toBe("-ERR x\r\n");
  expect(line("")).toBe("-\r\n");
});

test("line ends are cut at the ends and are spaces inside, as in Redis", () => {
  expect(line("\r\nERR a\r\nb\nc\r\n\n")).toBe("-ERR a  b c\r\n");
  expect(line("\r\n")).toBe("-\r\n");
  expect(line("ERR got '\r'")).toBe("-ERR got ' '\r\n");
});

test("each character is one byte, and none above U+00FF smuggles one in", () => {
  expect(line("ERR \xff\0")).toBe("-ERR \xff\0\r\n");
  expect(line("ERR \u010a\u0100")).toBe("-ERR ??\r\n");
});

test("a line is written where it belongs", () => {
  const target = new Uint8Array(8).fill(0x2e);
  expect(writeLine(target, 1, "+", "OK")).toBe(6);
  expect(Buffer.from(target).toString()).toBe(".+OK\r\n..");
});
