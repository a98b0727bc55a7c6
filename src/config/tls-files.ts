/**
 * What the TLS options mean: the files that they name, read and checked. Nothing is kept, so that
 * asking again reads the files again.
 */

import { constants, createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { ConfigError, messageOf } from "../errors.ts";
import type { OptionReader } from "./compatibility.ts";

/** A certificate and its key, as texts in PEM. */
export interface TlsIdentity {
  /** The certificate itself stands first. */
  readonly cert: string;
  readonly key: string;
  readonly passphrase?: string;
}

/** Names of the files of a {@link TlsIdentity}, and what errors call them. */
export interface IdentityFiles {
  readonly cert: NamedFile;
  readonly key: NamedFile;
  /** "" for none. */
  readonly passphrase: string;
}

export interface NamedFile {
  /** The option. */
  readonly option: string;
  /** "" for none. */
  readonly path: string;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----/gs;

const PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ["tlsv1.2", constants.SSL_OP_NO_TLSv1_2],
  ["tlsv1.3", constants.SSL_OP_NO_TLSv1_3],
]);

/**
 * What a listener for TLS needs.
 *
 * @throws {ConfigError} a file is missing or not good, or the options do not fit together
 */
export function serverTls(config: OptionReader): Bun.TLSOptions {
  const identity = readIdentity(serverFiles(config));
  if (identity === null) throw new ConfigError("tls-addr needs tls-cert-file and tls-key-file");
  const clients = config.get("tls-auth-clients");
  const authorities = readOwnAuthorities(config);
  if (clients !== "no" && authorities === null) {
    throw new ConfigError(
      `tls-auth-clients ${clients} needs tls-ca-cert-file; with "no", clients need no certificates`,
    );
  }
  return {
    ...identity,
    ...(authorities === null ? {} : { ca: authorities }),
    ...common(config),
    requestCert: clients !== "no",
    rejectUnauthorized: clients === "yes",
  };
}

/**
 * What the link to a master needs; null when it does not use TLS.
 *
 * @throws {ConfigError} a file is missing or not good, or the options do not fit together
 */
export function masterTls(config: OptionReader): Bun.TLSOptions | null {
  if (!config.get("tls-replication")) return null;
  const ca = readOwnAuthorities(config);
  if (ca === null) throw new ConfigError("tls-replication needs tls-ca-cert-file");
  const identity = readIdentity(clientFiles(config)) ?? readIdentity(serverFiles(config));
  return { ca, ...identity, ...common(config) };
}

function serverFiles(config: OptionReader): IdentityFiles {
  return {
    cert: { option: "tls-cert-file", path: config.get("tls-cert-file") },
    key: { option: "tls-key-file", path: config.get("tls-key-file") },
    passphrase: config.get("tls-key-file-pass"),
  };
}

function clientFiles(config: OptionReader): IdentityFiles {
  return {
    cert: { option: "tls-client-cert-file", path: config.get("tls-client-cert-file") },
    key: { option: "tls-client-key-file", path: config.get("tls-client-key-file") },
    passphrase: config.get("tls-client-key-file-pass"),
  };
}

function readOwnAuthorities(config: OptionReader): string[] | null {
  const path = config.get("tls-ca-cert-file");
  return path === "" ? null : readCertificates({ option: "tls-ca-cert-file", path });
}

function common(config: OptionReader): Bun.TLSOptions {
  const ciphers = config.get("tls-ciphers");
  return {
    secureOptions: refusedProtocols(config.get("tls-protocols")),
    ...(ciphers === "" ? {} : { ciphers }),
  };
}

/** OpenSSL's flags of all versions but these. */
function refusedProtocols(text: string): number {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const unknown = words.find((word) => !PROTOCOLS.has(word));
  if (unknown !== undefined) {
    throw new ConfigError(`tls-protocols: "${unknown}" is neither TLSv1.2 nor TLSv1.3`);
  }
  if (words.length === 0) return 0;
  const refused = [...PROTOCOLS].filter(([name]) => !words.includes(name));
  return refused.reduce((flags, [, flag]) => flags | flag, 0);
}

/**
 * Certificate and key that belong together; null when neither file is named.
 *
 * @throws {ConfigError} one cannot be read, is none, or does not fit the other
 */
export function readIdentity({ cert, key, passphrase }: IdentityFiles): TlsIdentity | null {
  if (cert.path === "" && key.path === "") return null;
  const [missing, present] = cert.path === "" ? [cert, key] : [key, cert];
  if (missing.path === "") throw new ConfigError(`${present.option} needs ${missing.option}`);
  const chain = readCertificates(cert);
  const keyText = readText(key);
  const isPair = parsed(cert, chain[0]!).checkPrivateKey(privateKey(key, keyText, passphrase));
  if (!isPair) throw new ConfigError(`${key.option}: ${key.path} is not the key of ${cert.path}`);
  return {
    cert: chain.join("\n"),
    key: keyText,
    ...(passphrase === "" ? {} : { passphrase }),
  };
}

/**
 * The certificates in a file, in PEM: at least one.
 *
 * @throws {ConfigError} the file cannot be read, or holds none
 */
export function readCertificates(file: NamedFile): string[] {
  const certificates = readText(file).match(CERTIFICATE) ?? [];
  if (certificates.length === 0) {
    throw new ConfigError(`${file.option}: ${file.path} holds no certificate in PEM form`);
  }
  for (const certificate of certificates) parsed(file, certificate);
  return certificates;
}

function parsed({ option, path }: NamedFile, certificate: string): X509Certificate {
  try {
    return new X509Certificate(certificate);
  } catch (cause) {
    throw new ConfigError(`${option}: ${path} holds a damaged certificate`, { cause });
  }
}

function privateKey({ option, path }: NamedFile, key: string, passphrase: string) {
  try {
    return createPrivateKey(passphrase === "" ? key : { key, passphrase });
  } catch (cause) {
    const why = key.includes("ENCRYPTED") ? "its password is another one" : "it is none";
    throw new ConfigError(`${option}: ${path} cannot be used as a key: ${why}`, { cause });
  }
}

function readText({ option, path }: NamedFile): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new ConfigError(`${option}: ${messageOf(cause)}`, { cause });
  }
}
