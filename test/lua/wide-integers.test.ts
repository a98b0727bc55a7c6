import { expect, test } from "bun:test";
import { toText } from "../../src/bytes/bytes.ts";
import { ErrorReply, type Reply } from "../../src/resp/reply.ts";
import { TestScripts } from "../support/script-host.ts";

/** What each expression is in Redis 7.0.15, on a processor of 64 bits. */
const FORMATTED: readonly (readonly [expression: string, text: string])[] = [
  ["'%d', 1700000000000", "1700000000000"],
  ["'%i|%5d|%-5d|%05d', 2^33, 2^31, -2^31 - 1, 7", "8589934592|2147483648|-2147483649|00007"],
  ["'%d', '12345678901'", "12345678901"],
  [
    "'%x %X %#x %o %u', 2^40, 2^44 - 1, 2^40, 2^35, -1",
    "10000000000 FFFFFFFFFFF 0x10000000000 400000000000 18446744073709551615",
  ],
  [
    "'%+d|% d|%015d|%-15d|%.13d', 2^33, 2^33, -2^33, 2^33, 2^33",
    "+8589934592| 8589934592|-00008589934592|8589934592     |0008589934592",
  ],
  ["'%d %d %x', 1e300, 0/0, -1e300", "-9223372036854775808 -9223372036854775808 8000000000000000"],
  ["'%#x|%.u|%5.X|', 1e300, 1e300, 2^64", "0||     |"],
  ["'100%% %s %d', 'of', 2^32", "100% of 4294967296"],
];

const NUMBERS: readonly (readonly [expression: string, text: string])[] = [
  ["'fffffffff', 16", "68719476735"],
  ["' 0xFFFFFFFFF ', 16", "68719476735"],
  ["'zzzzzzzz\\0', 36", "2821109907455"],
  ["'-7', 8", "1.844674407371e+19"],
  [`'${"f".repeat(40)}', 16`, "1.844674407371e+19"],
  ["'ff', 16", "255"],
  ["'12345678901234', 10", "12345678901234"],
  ["'fffffffg', 16", "nil"],
];

function shown(reply: Reply): string {
  return reply instanceof ErrorReply ? reply.text : toText(reply as Uint8Array);
}

test("string.format shows integers of 64 bits", () => {
  const lua = new TestScripts();
  const body = FORMATTED.map(([expression]) => `string.format(${expression})`).join();
  const replies = lua.run(`return {${body}}`) as readonly Reply[];
  expect(replies.map(shown)).toEqual(FORMATTED.map(([, text]) => text));
});

test("its mistakes are Lua's", () => {
  const lua = new TestScripts();
  expect(shown(lua.run("return string.format('%------d', 2^40)"))).toContain("repeated flags");
  expect(shown(lua.run("return string.format('%123d', 2^40)"))).toContain("too long");
  expect(shown(lua.run("return string.format('%d %d', 2^40)"))).toContain("#3");
});

test("tonumber reads integers of 64 bits, whatever the base", () => {
  const lua = new TestScripts();
  const body = NUMBERS.map(([expression]) => `tostring(tonumber(${expression}))`).join();
  const replies = lua.run(`return {${body}}`) as readonly Reply[];
  expect(replies.map(shown)).toEqual(NUMBERS.map(([, text]) => text));
});
