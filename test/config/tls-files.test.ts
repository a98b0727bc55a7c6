import { expect, test } from "bun:test";
import { constants } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Config } from "../../src/config/config.ts";
import {
  masterTls,
  readCertificates,
  readIdentity,
  serverTls,
} from "../../src/config/tls-files.ts";
import { ConfigError } from "../../src/errors.ts";
import { certificate, TLS_SERVER } from "../support/certificates.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const load = (more: Record<string, string>) =>
  Config.load({ overrides: { ...TLS_SERVER, ...more } });
const server = (more: Record<string, string> = {}) => serverTls(load(more));
const text = (name: string) => readFileSync(certificate(name), "utf8");
const named = (path: string) => ({ option: "--file", path });

function pair(cert: string, key: string, passphrase = "") {
  const path = (name: string) => (name === "" ? "" : certificate(name));
  return readIdentity({
    cert: { option: "--cert", path: path(cert) },
    key: { option: "--key", path: path(key) },
    passphrase,
  });
}

test("a certificate comes with its key, behind a password or not; no files are nobody", () => {
  expect(pair("server.crt", "server.key")).toEqual({
    cert: text("server.crt").trim(),
    key: text("server.key"),
  });
  expect(pair("server.crt", "server-encrypted.key", "sesame")?.passphrase).toBe("sesame");
  expect(pair("", "")).toBeNull();
});

test.each([
  ["server.crt", "", "", "--cert needs --key"],
  ["", "server.key", "", "--key needs --cert"],
  ["server.crt", "renewed.key", "", "server.crt"],
  ["server.crt", "nosuch.key", "", "--key: ENOENT"],
  ["server.key", "server.key", "", "server.key holds no certificate"],
  ["server.crt", "ca.crt", "", "cannot be used as a key: it is none"],
  ["server.crt", "server-encrypted.key", "", "its password is another one"],
  ["server.crt", "server-encrypted.key", "wrong", "its password is another one"],
])("%s with %s and the password %p is refused", (cert, key, passphrase, reason) => {
  expect(() => pair(cert, key, passphrase)).toThrow(ConfigError);
  expect(() => pair(cert, key, passphrase)).toThrow(reason);
});

test("a file may hold several certificates, and other text; a damaged one is told", () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, "all.pem");
  writeFileSync(path, `first\n${text("ca.crt")}\nsecond\n${text("other-ca.crt")}`);
  expect(readCertificates(named(path))).toEqual([
    text("ca.crt").trim(),
    text("other-ca.crt").trim(),
  ]);
  writeFileSync(path, text("ca.crt").replace("MII", "XXX"));
  expect(() => readCertificates(named(path))).toThrow(
    `--file: ${path} holds a damaged certificate`,
  );
});

test("what a listener needs follows from the options", () => {
  const ca = [text("ca.crt").trim()];
  expect(server()).toMatchObject({ ca, requestCert: false, rejectUnauthorized: false });
  const asking = server({ "tls-auth-clients": "optional" });
  expect(asking).toMatchObject({ requestCert: true, rejectUnauthorized: false });
  const insisting = server({ "tls-auth-clients": "yes" });
  expect(insisting).toMatchObject({ requestCert: true, rejectUnauthorized: true });
  expect(server({ "tls-ciphers": "HIGH" }).ciphers).toBe("HIGH");
  expect(server().ciphers).toBeUndefined();
});

test("versions of the protocol are those that are named", () => {
  const refused = (protocols: string) => server({ "tls-protocols": protocols }).secureOptions;
  expect(refused("")).toBe(0);
  expect(refused("TLSv1.2 TLSv1.3")).toBe(0);
  expect(refused("tlsv1.3")).toBe(constants.SSL_OP_NO_TLSv1_2);
  expect(refused("TLSv1.2")).toBe(constants.SSL_OP_NO_TLSv1_3);
  expect(() => refused("TLSv1.1")).toThrow('"tlsv1.1" is neither TLSv1.2 nor TLSv1.3');
});

test("what is missing is told", () => {
  const noFiles = { "tls-cert-file": "", "tls-key-file": "" };
  expect(() => server(noFiles)).toThrow("tls-addr needs tls-cert-file and tls-key-file");
  for (const clients of ["yes", "optional"]) {
    const noAuthority = { "tls-ca-cert-file": "", "tls-auth-clients": clients };
    expect(() => server(noAuthority)).toThrow(`tls-auth-clients ${clients} needs tls-ca-cert-file`);
  }
  expect(server({ "tls-ca-cert-file": "" }).ca).toBeUndefined();
});

test("a slave shows its own certificate, else the server's, else none", () => {
  const master = (more: Record<string, string>) =>
    masterTls(load({ "tls-replication": "yes", ...more }));
  expect(masterTls(load({}))).toBeNull();
  expect(master({})?.cert).toBe(text("server.crt").trim());
  const own = {
    "tls-client-cert-file": certificate("client.crt"),
    "tls-client-key-file": certificate("client.key"),
  };
  expect(master(own)?.cert).toBe(text("client.crt").trim());
  expect(master({ "tls-cert-file": "", "tls-key-file": "" })?.cert).toBeUndefined();
  expect(() => master({ "tls-ca-cert-file": "" })).toThrow(
    "tls-replication needs tls-ca-cert-file",
  );
});
