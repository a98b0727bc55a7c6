/** The certificates of test/certificates, and options that use them. */
import { join } from "node:path";
import type { OptionTexts } from "../../src/config/config.ts";
import { readCertificates, readIdentity } from "../../src/config/tls-files.ts";
import type { ClientTls } from "../../src/net/connect.ts";
import { RespClient } from "./resp-client.ts";
import type { TestServer } from "./start-server.ts";

/** Path of one of the files. */
export const certificate = (name: string): string => join(import.meta.dir, "../certificates", name);

/** Options of a server that listens for TLS too, and asks clients for no certificates. */
export const TLS_SERVER: OptionTexts = {
  "tls-addr": "127.0.0.1:0",
  "tls-cert-file": certificate("server.crt"),
  "tls-key-file": certificate("server.key"),
  "tls-ca-cert-file": certificate("ca.crt"),
  "tls-auth-clients": "no",
};

/** A certificate and its key. */
export function identity(name: string) {
  const file = (end: string) => ({ option: end, path: certificate(`${name}.${end}`) });
  return readIdentity({ cert: file("crt"), key: file("key"), passphrase: "" })!;
}

/** How a client talks TLS: whom it trusts, and who it is. */
export function clientOf(name?: string, authority = "ca"): ClientTls {
  const ca = readCertificates({ option: "ca", path: certificate(`${authority}.crt`) });
  return { options: { ca, ...(name === undefined ? {} : identity(name)) }, verify: "chain" };
}

/** A connection to a server's first TLS address. */
export function connectTls(server: TestServer, tls = clientOf()): Promise<RespClient> {
  return RespClient.connect(server.app.tlsAddresses[0]!, tls);
}
