import { expect, test } from "bun:test";
import { parseToolArguments, reasonOf, UsageError } from "../../src/cli/tool.ts";
import { StorageError } from "../../src/errors.ts";

const specs = { "stop-datetime": { type: "string" }, force: { type: "boolean" } } as const;

test("options may have one dash and underscores, and anything else is left alone", () => {
  for (const option of ["--stop-datetime", "-stop-datetime", "-stop_datetime"]) {
    const { values, positionals } = parseToolArguments([option, "x", "-force", "file"], specs);
    expect({ ...values }).toEqual({ "stop-datetime": "x", force: true });
    expect(positionals).toEqual(["file"]);
  }
  expect(parseToolArguments(["-stop-datetime=a b"], specs).values["stop-datetime"]).toBe("a b");
});

test("a mistake is one sentence", () => {
  expect(() => parseToolArguments(["--nosuch"], specs)).toThrow(UsageError);
  expect(() => parseToolArguments(["--nosuch"], specs)).toThrow(/^Unknown option '--nosuch'$/);
  expect(() => parseToolArguments(["--stop-datetime"], specs)).toThrow(/argument missing/);
});

test("failures of the surroundings have a reason, defects are thrown on", () => {
  expect(reasonOf(new StorageError("no\nroom"))).toBe("no room");
  expect(reasonOf(Object.assign(new Error("ENOENT: x"), { code: "ENOENT" }))).toBe("ENOENT: x");
  const defect = new RangeError("oops");
  expect(() => reasonOf(defect)).toThrow(defect);
});
