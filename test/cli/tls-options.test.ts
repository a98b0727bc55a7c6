import { expect, test } from "bun:test";
import { parseLeadingOptions } from "../../src/cli/leading-options.ts";
import {
  clientTls,
  TLS_ARGUMENTS,
  TLS_FORMS,
  type TlsTexts,
  tlsTexts,
  tlsUsage,
} from "../../src/cli/tls-options.ts";
import { parseAddress } from "../../src/config/address.ts";
import { certificate, clientOf, identity } from "../support/certificates.ts";

const address = parseAddress("127.0.0.1:6380");
const read = (texts: TlsTexts) => clientTls(texts, address);
const files = { cert: certificate("client.crt"), key: certificate("client.key") };
const cacert = certificate("ca.crt");

test("both forms of options mean the same", () => {
  const args = ["--tls", "--cacert", "a", "--cert", "c", "--key", "k", "--sni", "s", "--insecure"];
  const { values } = parseLeadingOptions("tool", args, TLS_FORMS);
  expect(tlsTexts(values)).toEqual({
    ...{ tls: true, cacert: "a", cert: "c", key: "k", sni: "s", insecure: true },
  });
  const names = Object.values(TLS_FORMS).map(({ name }) => name);
  expect(Object.keys(TLS_ARGUMENTS)).toEqual(names);
  expect(read(tlsTexts(new Map()))).toBeNull();
});

test("what must be right about the server depends on who vouches for it", () => {
  expect(read({ tls: true })).toEqual({ options: {}, verify: "name" });
  expect(read({ tls: true, cacert })).toEqual(clientOf());
  expect(read({ tls: true, cacert, insecure: true })?.verify).toBe("nothing");
  expect(read({ tls: true, sni: "h" })?.options.serverName).toBe("h");
  expect(read({ tls: true, cacert, ...files })?.options).toMatchObject(identity("client"));
});

test("what does not fit together, or is no good, is told", () => {
  expect(() => read({ cacert })).toThrow("--cacert has no meaning without --tls");
  expect(() => read({ insecure: true })).toThrow("--insecure has no meaning without --tls");
  expect(() => read({ tls: true, cert: files.cert })).toThrow("--cert needs --key");
  expect(() => read({ tls: true, cacert: "/nosuch" })).toThrow("--cacert: ENOENT");
  expect(() => clientTls({ tls: true }, parseAddress("/x.sock"))).toThrow(
    "a unix socket has no TLS",
  );
});

test("the usage names every option, in columns", () => {
  const lines = tlsUsage(6, 25).trimEnd().split("\n");
  for (const name of Object.keys(TLS_ARGUMENTS)) {
    expect(lines.some((line) => line.startsWith(`      --${name} `))).toBe(true);
  }
  expect(lines.every((line) => /^.{24} \S/.test(line) && line.length <= 110)).toBe(true);
});
