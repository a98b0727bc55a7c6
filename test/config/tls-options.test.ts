import { expect, test } from "bun:test";
import { Config } from "../../src/config/config.ts";
import { isSecretOption } from "../../src/config/option-names.ts";
import { tlsOptions } from "../../src/config/tls-options.ts";

const load = (overrides: Record<string, string>) => Config.load({ overrides });

test("TLS is off, and asks clients for certificates once it is on", () => {
  const config = load({});
  expect(config.get("tls-addr")).toEqual([]);
  expect(config.get("tls-auth-clients")).toBe("yes");
  expect(config.get("tls-replication")).toBe(false);
});

test("TLS is served on ports, not on unix sockets", () => {
  const address = (host: string, port: number) => ({ kind: "tcp", host, port }) as const;
  expect(load({ "tls-addr": ":1, [::1]:2" }).get("tls-addr")).toEqual([
    address("", 1),
    address("::1", 2),
  ]);
  expect(() => load({ "tls-addr": "/run/l.sock" })).toThrow('must be an address "host:port"');
});

test("passwords of keys are secret, and everything but the addresses may change", () => {
  expect(tlsOptions.filter(({ name }) => isSecretOption(name)).map(({ name }) => name)).toEqual([
    "tls-key-file-pass",
    "tls-client-key-file-pass",
  ]);
  expect(tlsOptions.filter(({ runtime }) => !runtime).map(({ name }) => name)).toEqual([
    "tls-addr",
  ]);
});
