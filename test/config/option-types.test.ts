import { expect, test } from "bun:test";
import type { AnyOptionValue, OptionRow } from "../../src/config/option-row.ts";
import {
  formatOption,
  optionToJson,
  parseJsonOption,
  parseOption,
} from "../../src/config/option-types.ts";

function row(type: OptionRow["type"], more: Partial<OptionRow> = {}): OptionRow {
  return { name: "x", section: "Clients", default: "1", runtime: true, doc: "", ...more, type };
}

const readable: [OptionRow, text: string, value: AnyOptionValue][] = [
  [row("integer"), "12", 12],
  [row("integer"), "-1", -1],
  [row("integer"), "9223372036854775807", Number.MAX_SAFE_INTEGER],
  [row("bytes"), "2kb", 2048],
  [row("boolean"), "YES", true],
  [row("boolean"), "no", false],
  [row("enum", { choices: ["a", "b"] }), "B", "b"],
  [row("mode"), "770", 0o770],
  [row("string"), "", ""],
  [row("master"), "", null],
  [row("master"), "::1 6380", { kind: "tcp", host: "::1", port: 6380 }],
];

for (const [option, text, value] of readable) {
  test(`${option.type} reads ${JSON.stringify(text)}`, () => {
    expect(parseOption(option, text)).toEqual(value);
  });
}

test("a list of addresses is split at commas and blanks", () => {
  const value = parseOption(row("addresses"), "a:1, /tmp/s ,[::1]:2");
  expect(value).toEqual([
    { kind: "tcp", host: "a", port: 1 },
    { kind: "unix", path: "/tmp/s" },
    { kind: "tcp", host: "::1", port: 2 },
  ]);
  expect(formatOption(row("addresses"), value)).toBe("a:1 /tmp/s [::1]:2");
  expect(optionToJson(row("addresses"), value)).toEqual(["a:1", "/tmp/s", "[::1]:2"]);
});

const refused: [OptionRow, text: string, message: string][] = [
  [row("integer"), "abc", "argument couldn't be parsed into an integer"],
  [row("integer"), "", "argument couldn't be parsed into an integer"],
  [row("integer"), "007", "argument couldn't be parsed into an integer"],
  [row("integer"), " 7", "argument couldn't be parsed into an integer"],
  [row("integer"), "7.0", "argument couldn't be parsed into an integer"],
  [row("integer"), "9223372036854775808", "argument couldn't be parsed into an integer"],
  [row("integer", { min: 1, max: 2 }), "3", "argument must be between 1 and 2 inclusive"],
  [
    row("integer", { min: -1 }),
    "-2",
    "argument must be between -1 and 9223372036854775807 inclusive",
  ],
  [row("bytes"), "-1", "argument must be a memory value"],
  [row("bytes", { min: 512, powerOfTwo: true }), "1000", "argument must be a power of two"],
  [row("boolean"), "true", "argument must be 'yes' or 'no'"],
  [row("enum", { choices: ["a", "b"] }), "c", "argument(s) must be one of the following: a, b"],
  [row("mode"), "999", "argument must be an octal file mode"],
  [row("addresses"), "a", 'argument must be an address "host:port", not "a"'],
  [row("tcp-addresses"), ":1 /tmp/s", 'argument must be an address "host:port", not "/tmp/s"'],
  [row("string", { required: true }), "", "argument must not be empty"],
  [row("master"), "localhost", 'argument must be an address "host:port", not "localhost"'],
];

for (const [option, text, message] of refused) {
  test(`${option.type} refuses ${JSON.stringify(text)}: ${message}`, () => {
    expect(() => parseOption(option, text)).toThrow(message);
  });
}

test.each(["0", "-5"])("%s means the default where LedisDB says so", (text) => {
  const bytes = row("bytes", { default: "64mb", min: 4096, nonPositiveIsDefault: true });
  expect(parseOption(bytes, text)).toBe(67_108_864);
  expect(parseJsonOption(bytes, Number(text))).toBe(67_108_864);
  const integer = row("integer", { default: "10", min: 1, nonPositiveIsDefault: true });
  expect(parseJsonOption(integer, Number(text))).toBe(10);
});

const jsonTaken: [OptionRow, json: unknown, value: AnyOptionValue][] = [
  [row("integer"), 5, 5],
  [row("bytes"), 5, 5],
  [row("bytes"), "5kb", 5120],
  [row("boolean"), true, true],
  [row("boolean"), "no", false],
  [row("mode"), 770, 0o770],
  [row("addresses"), ["a:1"], [{ kind: "tcp", host: "a", port: 1 }]],
];

for (const [option, json, value] of jsonTaken) {
  test(`${option.type} takes the JSON value ${JSON.stringify(json)}`, () => {
    expect(parseJsonOption(option, json)).toEqual(value);
  });
}

const jsonRefused: [OptionRow, json: unknown, types: string][] = [
  [row("string"), 5, "a string"],
  [row("string"), null, "a string"],
  [row("boolean"), 1, "true or false"],
  [row("integer"), "5", "a whole number"],
  [row("integer"), 5.5, "a whole number"],
  [row("bytes"), true, "a number of bytes"],
  [row("bytes"), {}, "a number of bytes"],
  [row("enum", { choices: ["a"] }), 1, "a string"],
  [row("addresses"), [1], "a string or an array of strings"],
  [row("master"), ["a:1"], "a string"],
  [row("limits"), [], "a number of bytes or a string"],
];

for (const [option, json, types] of jsonRefused) {
  test(`${option.type} refuses the JSON value ${JSON.stringify(json)}`, () => {
    expect(() => parseJsonOption(option, json)).toThrow(`argument must be ${types}`);
  });
}

test("a master is answered as in Redis and stored as in LedisDB", () => {
  const value = parseOption(row("master"), "10.0.0.1:6380");
  expect(formatOption(row("master"), value)).toBe("10.0.0.1 6380");
  expect(optionToJson(row("master"), value)).toBe("10.0.0.1:6380");
});
