import { expect, test } from "bun:test";
import { parseServerArguments } from "../../src/config/command-line.ts";
import { ConfigError } from "../../src/errors.ts";

const parse = (line: string) => parseServerArguments(line.split(" ").filter((word) => word));

test.each(["-config a.json", "--config a.json", "-config=a.json", "--config=a.json"])(
  "%s names the file",
  (line) => {
    expect(parse(line)).toEqual({ action: "run", file: "a.json", overrides: {} });
  },
);

test("any option is a flag, in any spelling, with its value after a blank or =", () => {
  expect(
    parse("--addr :7000 --data-dir=/data --DB.cache_size 32mb --sync always --auth=a=b").overrides,
  ).toEqual({
    addr: ":7000",
    data_dir: "/data",
    "db.cache_size": "32mb",
    sync: "always",
    requirepass: "a=b",
  });
});

test("the last of several values wins", () => {
  expect(parse("--addr :1 --addr :2").overrides).toEqual({ addr: ":2" });
});

test("a value may be empty, negative or look like a short flag", () => {
  expect(parseServerArguments(["--slowlog-log-slower-than", "-1"]).overrides).toEqual({
    "slowlog-log-slower-than": "-1",
  });
  expect(parseServerArguments(["--access_log", "", "--requirepass=--x"]).overrides).toEqual({
    access_log: "",
    requirepass: "--x",
  });
});

test.each([
  ["--help", "help"],
  ["-h", "help"],
  ["--version", "version"],
  ["-v", "version"],
  ["", "run"],
] as const)("%j asks for %s", (line, action) => {
  expect(parse(line).action).toBe(action);
});

test.each([
  ["--data-dri x", 'unknown flag "--data-dri"; did you mean "data_dir"?'],
  ["--frobnicate", 'unknown flag "--frobnicate"'],
  ["-x", 'unknown flag "-x"'],
  ["extra", 'unexpected argument "extra"'],
  ["--", 'unexpected argument "--"'],
  ["--sync", "--sync needs a value"],
  ["--sync --addr :1", "--sync needs a value"],
  ["--config", "--config needs a value"],
  ["-config=", "--config needs a value"],
])("%s is refused with one clear line", (line, message) => {
  expect(() => parse(line)).toThrow(new ConfigError(message));
});
