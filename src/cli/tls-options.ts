/** How a tool talks to a server over TLS: redis-cli's options, in both forms in which tools read options. */
import type { Address } from "../config/address.ts";
import { readCertificates, readIdentity } from "../config/tls-files.ts";
import { ConfigError } from "../errors.ts";
import type { ClientTls } from "../net/connect.ts";
import { flag, type OptionForms, valued } from "./leading-options.ts";

/** For `parseLeadingOptions`. */
export const TLS_FORMS: OptionForms = {
  ...flag("--tls"),
  ...valued("--cacert"),
  ...valued("--cert"),
  ...valued("--key"),
  ...valued("--sni"),
  ...flag("--insecure"),
};

/** For `util.parseArgs`. */
export const TLS_ARGUMENTS = {
  tls: { type: "boolean" },
  cacert: { type: "string" },
  cert: { type: "string" },
  key: { type: "string" },
  sni: { type: "string" },
  insecure: { type: "boolean" },
} as const;

/** What stands behind --tls only. */
const DETAILS = ["cacert", "cert", "key", "sni", "insecure"] as const;

/** What was given; undefined for what was not. */
export interface TlsTexts {
  readonly tls?: boolean | undefined;
  readonly cacert?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly sni?: string | undefined;
  readonly insecure?: boolean | undefined;
}

const LINES: readonly (readonly [form: string, meaning: string])[] = [
  ["--tls", "talk TLS"],
  ["--cacert FILE", "authorities that vouch for the server, whatever its name; without it the"],
  ["", "public ones do, and its name must be that in the certificate"],
  ["--cert FILE", "certificate to show to the server"],
  ["--key FILE", "and its key"],
  ["--sni HOST", "name to ask the server for, and to look for in its certificate"],
  ["--insecure", "take any certificate"],
];

/** Lines of the usage text, with so many blanks in front and the meanings in this column. */
export function tlsUsage(blanks: number, column: number): string {
  const lines = LINES.map(
    ([form, meaning]) => (" ".repeat(blanks) + form).padEnd(column) + meaning,
  );
  return `${lines.join("\n")}\n`;
}

/** The values of leading options. */
export function tlsTexts(values: ReadonlyMap<string, string>): TlsTexts {
  return {
    tls: values.has("tls") || undefined,
    cacert: values.get("cacert"),
    cert: values.get("cert"),
    key: values.get("key"),
    sni: values.get("sni"),
    insecure: values.has("insecure") || undefined,
  };
}

/**
 * How TLS is to be used; null when it is not.
 *
 * @throws {ConfigError} options that do not fit together, or files that are no good
 */
export function clientTls(texts: TlsTexts, address: Address): ClientTls | null {
  if (!texts.tls) {
    const given = DETAILS.find((name) => texts[name] !== undefined);
    if (given !== undefined) throw new ConfigError(`--${given} has no meaning without --tls`);
    return null;
  }
  if (address.kind === "unix") throw new ConfigError("--tls: a unix socket has no TLS");
  const { cacert = "", cert = "", key = "", sni, insecure } = texts;
  const identity = readIdentity({
    cert: { option: "--cert", path: cert },
    key: { option: "--key", path: key },
    passphrase: "",
  });
  return {
    options: {
      ...identity,
      ...(cacert === "" ? {} : { ca: readCertificates({ option: "--cacert", path: cacert }) }),
      ...(sni === undefined ? {} : { serverName: sni }),
    },
    verify: insecure ? "nothing" : cacert === "" ? "name" : "chain",
  };
}
