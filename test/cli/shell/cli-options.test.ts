import { expect, test } from "bun:test";
import { parseCliOptions } from "../../../src/cli/shell/cli-options.ts";

const parse = (...args: string[]) => parseCliOptions(args, false)!;
const ONE = { kind: "array", items: [{ kind: "integer", value: 1 }] } as const;

test("what is given decides what is done", () => {
  expect(parse().mode).toBe("shell");
  expect(parse("get", "--scan").mode).toBe("command");
  expect(parse("--scan", "--pattern", "a*")).toMatchObject({ mode: "scan", pattern: "a*" });
  expect(parse("--pipe").mode).toBe("pipe");
  expect(parseCliOptions(["--help"], true)).toBeNull();
  for (const args of [["--pipe", "--scan"], ["--scan", "get"], ["-r", "x"], ["--nosuch"]]) {
    expect(() => parse(...args)).toThrow();
  }
});

test("the form of replies follows the options, and stdout", () => {
  expect(parse("x").format(ONE, false)).toBe("1\n");
  expect(parse("-D", "é", "x").format(ONE, false)).toBe("1\xc3\xa9");
  expect(parse("--no-raw", "x").format(ONE, false)).toBe("1) (integer) 1\n");
  expect(parse("--no-raw", "x").format(ONE, true)).toBe("1");
  expect(parse("--csv", "x").format(ONE, false)).toBe("1\n");
  expect(parse("--json", "x").format(ONE, false)).toBe("[1]\n");
  expect(parseCliOptions(["x"], true)!.isStandard).toBe(true);
  expect(parseCliOptions(["--raw", "x"], true)!.isStandard).toBe(false);
});

test("JSON speaks RESP3 unless told otherwise", () => {
  expect(parse("x").server.protocol).toBe(2);
  expect(parse("--json", "x").server.protocol).toBe(3);
  expect(parse("--json", "-2", "x").server.protocol).toBe(2);
});

test("repeats, stdin's word and errors", () => {
  expect(parse("-r", "-1", "-i", "0.1", "x")).toMatchObject({
    repeats: Number.POSITIVE_INFINITY,
    intervalSeconds: 0.1,
  });
  expect(parse("-x", "set", "k").stdinWord).toBe(true);
  expect(parse("-X", "tag", "set", "k").stdinWord).toBe("tag");
  expect(parse("-e", "x").stopsAtErrors).toBe(true);
});
