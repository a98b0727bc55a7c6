import { expect, test } from "bun:test";
import {
  flag,
  integerOption,
  parseLeadingOptions,
  secondsOption,
  valued,
} from "../../src/cli/leading-options.ts";

const FORMS = { ...valued("-p", "--port"), ...flag("-q"), ...valued("-i", "--interval") };
const parse = (...args: string[]) => parseLeadingOptions("tool", args, FORMS);

/** The message that it throws. */
function failure(run: () => unknown): string {
  try {
    return `no error: ${run()}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

test("options stand in front, and the first other word begins the rest", () => {
  const { values, rest } = parse("-q", "-p", "1", "set", "-p", "2", "--foo");
  expect([...values]).toEqual([
    ["q", ""],
    ["port", "1"],
  ]);
  expect(rest).toEqual(["set", "-p", "2", "--foo"]);
  expect(parse("--port=7").values.get("port")).toBe("7");
  expect(parse("-1").rest).toEqual(["-1"]);
  expect(parse("-").rest).toEqual(["-"]);
});

test("what is unknown, missing or too much is told", () => {
  expect(failure(() => parse("--nosuch"))).toBe("tool: unknown option '--nosuch'");
  expect(failure(() => parse("--constructor"))).toBe("tool: unknown option '--constructor'");
  expect(failure(() => parse("-p"))).toBe("tool: -p needs a value");
});

test("numbers are read within their bounds", () => {
  expect(integerOption(parse(), "port", 5, 1, 10)).toBe(5);
  expect(integerOption(parse("-p", "10"), "port", 5, 1, 10)).toBe(10);
  for (const text of ["11", "x", "1.5", ""]) {
    expect(failure(() => integerOption(parse("-p", text), "port", 5, 1, 10))).toContain(
      "port must",
    );
  }
  expect(secondsOption(parse("-i", "0.25"), "interval", 1)).toBe(0.25);
  for (const text of ["-1", "x", " "]) {
    expect(failure(() => secondsOption(parse("-i", text), "interval", 1))).toContain(
      "interval must",
    );
  }
});
