import { expect, test } from "bun:test";
import { parseLeadingOptions, valued } from "../../src/cli/leading-options.ts";
import { passwordWarning, SERVER_OPTIONS, serverOptions } from "../../src/cli/server-options.ts";

const parse = (...args: string[]) =>
  parseLeadingOptions("tool", args, { ...SERVER_OPTIONS, ...valued("-n", "--db") });
const read = (...args: string[]) => serverOptions(parse(...args), "db");

test("the server is named by host and port, path, address or URI", () => {
  expect(read().address).toEqual({ kind: "tcp", host: "127.0.0.1", port: 6380 });
  expect(read("-h", "::1", "-p", "7").address).toEqual({ kind: "tcp", host: "::1", port: 7 });
  expect(read("-s", "x.sock").address).toEqual({ kind: "unix", path: "x.sock" });
  expect(read("--addr", "a:9").address).toEqual({ kind: "tcp", host: "a", port: 9 });
  expect(read("-u", "redis://me:p%20w@[::1]:8/3")).toEqual({
    address: { kind: "tcp", host: "::1", port: 8 },
    tls: null,
    user: "me",
    password: "p w",
    database: 3,
    protocol: 2,
  });
});

test("TLS is asked for by name or by URI", () => {
  expect(read("--tls").tls?.verify).toBe("name");
  expect(read("-u", "rediss://h").tls?.verify).toBe("name");
  expect(read("-u", "rediss://h", "--insecure").tls?.verify).toBe("nothing");
  expect(read("-u", "redis://h").tls).toBeNull();
  expect(() => read("-u", "redis://h", "--insecure")).toThrow("no meaning without --tls");
});

test("user, password, database and protocol", () => {
  const { user, password, database, protocol } = read("--user", "u", "-a", "p", "-n", "2", "-3");
  expect({ user, password, database, protocol }).toEqual({
    user: "u",
    password: "p",
    database: 2,
    protocol: 3,
  });
});

test("values that are none are refused", () => {
  for (const args of [
    ["-p", "0"],
    ["--addr", "foo"],
    ["-u", "http://x"],
    ["-n", "-1"],
  ]) {
    expect(() => read(...args)).toThrow();
  }
});

test("a password that others can see is worth a warning", () => {
  expect(passwordWarning(parse("-a", "x"))).toStartWith("Warning: Using a password");
  expect(passwordWarning(parse("-u", "redis://:x@h"))).toStartWith("Warning:");
  expect(passwordWarning(parse("-a", "x", "--no-auth-warning"))).toBe("");
  expect(passwordWarning(parse("-u", "redis://h"))).toBe("");
});
