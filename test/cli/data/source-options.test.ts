import { expect, test } from "bun:test";
import {
  namesServer,
  serverAddress,
  serverPassword,
} from "../../../src/cli/data/source-options.ts";

test("the address may come whole or in parts", () => {
  const local = { kind: "tcp", host: "127.0.0.1", port: 6380 } as const;
  expect(serverAddress({})).toEqual(local);
  expect(serverAddress({ addr: "h:1" })).toEqual({ kind: "tcp", host: "h", port: 1 });
  expect(serverAddress({ port: "7000" })).toEqual({ ...local, port: 7000 });
  expect(serverAddress({ host: "::1" })).toEqual({ kind: "tcp", host: "::1", port: 6380 });
  expect(serverAddress({ sock: "/x" })).toEqual({ kind: "unix", path: "/x" });
  expect(() => serverAddress({ port: "x" })).toThrow();
});

test("what names a server is known, and the password is the one given", () => {
  expect(namesServer({ password: "x" })).toBe(false);
  expect(namesServer({ port: "1" })).toBe(true);
  expect(namesServer({ tls: true })).toBe(true);
  expect(serverPassword({ password: "x" })).toBe("x");
});
