/** Which server a tool means: its address and password on the command line. */
import { type Address, parseAddress } from "../../config/address.ts";
import { TLS_ARGUMENTS, type TlsTexts, tlsUsage } from "../tls-options.ts";

/** Options of tools that ask a server. `host`, `port` and `sock` are LedisDB's. */
export const SOURCE_OPTIONS = {
  addr: { type: "string" },
  host: { type: "string" },
  port: { type: "string" },
  sock: { type: "string" },
  password: { type: "string" },
  ...TLS_ARGUMENTS,
} as const;

export const SOURCE_USAGE = `  --addr ADDRESS       host:port or the path of a unix socket (default 127.0.0.1:6380)
  --host HOST, --port PORT, --sock PATH
                       the same in parts, as LedisDB's tools have it
  --password PASSWORD  sent with AUTH first; else LEDIS_PASSWORD from the environment
${tlsUsage(2, 23)}`;

export interface ServerOptionTexts extends TlsTexts {
  readonly addr?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly sock?: string | undefined;
  readonly password?: string | undefined;
}

/** True when the command line names a server. */
export function namesServer({ addr, host, port, sock, tls }: ServerOptionTexts): boolean {
  return [addr, host, port, sock, tls].some((text) => text !== undefined);
}

/** @throws {OptionValueError} */
export function serverAddress({ addr, host, port, sock }: ServerOptionTexts): Address {
  if (sock !== undefined && sock !== "") return { kind: "unix", path: sock };
  if (addr !== undefined) return parseAddress(addr);
  const name = host ?? "127.0.0.1";
  return parseAddress(`${name.includes(":") ? `[${name}]` : name}:${port ?? "6380"}`);
}

export function serverPassword({ password }: ServerOptionTexts): string {
  const { LEDIS_PASSWORD = "" } = process.env;
  return password ?? LEDIS_PASSWORD;
}
