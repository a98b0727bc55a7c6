import { expect, test } from "bun:test";
import type { ParsedValue } from "../../src/resp/parsed-reply.ts";
import { ProtocolError } from "../../src/resp/protocol-error.ts";
import { parseScalar } from "../../src/resp/reply-scalar.ts";
import { latin1 } from "./support.ts";

const LINES: [line: string, expected: ParsedValue][] = [
  ["+OK", { kind: "status", text: "OK" }],
  ["+", { kind: "status", text: "" }],
  ["-ERR \xff", { kind: "error", text: "ERR \xff" }],
  [":-12", { kind: "integer", value: -12 }],
  [":+12", { kind: "integer", value: 12 }],
  [":9007199254740991", { kind: "integer", value: 9007199254740991 }],
  [":9007199254740993", { kind: "integer", value: 9007199254740993n }],
  ["_", { kind: "null", form: "null" }],
  ["#t", { kind: "boolean", value: true }],
  ["#f", { kind: "boolean", value: false }],
  [",1.5e3", { kind: "double", value: 1500 }],
  [",-inf", { kind: "double", value: Number.NEGATIVE_INFINITY }],
  [",nan", { kind: "double", value: Number.NaN }],
  ["(-12345678901234567890", { kind: "bigNumber", value: -12345678901234567890n }],
  ["(+1", { kind: "bigNumber", value: 1n }],
];

test.each(LINES)("%j", (line, expected) => {
  expect(parseScalar(line[0]!, latin1(line.slice(1)))).toEqual(expected);
});

test.each([":", ":1.5", ":+-1", ":9223372036854775808", "_x", "#x", "#", ",x", ",", "(", "(1x"])(
  "%j is no value",
  (line) => {
    expect(() => parseScalar(line[0]!, latin1(line.slice(1)))).toThrow(ProtocolError);
  },
);

test("other types are not of one line", () => {
  expect(parseScalar("$", latin1("1"))).toBeNull();
});
