import { expect, test } from "bun:test";
import {
  formatAddress,
  formatTlsAddress,
  parseAddress,
  parseTcpAddress,
} from "../../src/config/address.ts";

test.each([
  ["127.0.0.1:6380", { kind: "tcp", host: "127.0.0.1", port: 6380 }],
  ["localhost:0", { kind: "tcp", host: "localhost", port: 0 }],
  [":65535", { kind: "tcp", host: "", port: 65535 }],
  ["[::1]:6380", { kind: "tcp", host: "::1", port: 6380 }],
  ["/run/ledis.sock", { kind: "unix", path: "/run/ledis.sock" }],
  ["./ledis.sock", { kind: "unix", path: "./ledis.sock" }],
] as const)("%s is read and written back", (text, address) => {
  expect(parseAddress(text)).toEqual(address);
  expect(formatAddress(address)).toBe(text);
});

test.each(["", "6380", "host", "host:", "host:65536", "host:-1", "::1:6380", "a b:1", "[::1]"])(
  "%j is refused",
  (text) => {
    expect(() => parseAddress(text)).toThrow(`must be an address "host:port", not "${text}"`);
  },
);

test("a path is no TCP address", () => {
  expect(() => parseTcpAddress("/run/ledis.sock")).toThrow("must be an address");
});

test("the address of a listener with TLS is told from a plain one", () => {
  expect(formatTlsAddress(parseTcpAddress("[::1]:6390"))).toBe("tls://[::1]:6390");
});
