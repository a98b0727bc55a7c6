import { expect, test } from "bun:test";
import { compatibilityParameters } from "../../src/config/compatibility.ts";
import { Config } from "../../src/config/config.ts";

function answerOf(name: string, addr: string): string | undefined {
  const config = Config.load({ overrides: { addr, data_dir: "var", "tls-addr": ":9, :8" } });
  const value = compatibilityParameters.find((parameter) => parameter.name === name)?.value;
  return typeof value === "function" ? value(config) : value;
}

test.each([
  ["port", "127.0.0.1:6380 :7000", "6380"],
  ["port", "/run/l.sock", "0"],
  ["bind", "127.0.0.1:6380 :7000 /run/l.sock", "127.0.0.1 *"],
  ["unixsocket", ":1 /run/l.sock", "/run/l.sock"],
  ["unixsocket", ":1", ""],
  ["tls-port", ":1", "9"],
  ["dir", ":1", `${process.cwd()}/var`],
])("%s is told from the listeners and the data directory (%s)", (name, addr, value) => {
  expect(answerOf(name, addr)).toBe(value);
});
