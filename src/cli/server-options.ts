/** Where the server is and who we are there: the options that the client tools share. */
import { type Address, parseAddress } from "../config/address.ts";
import { OptionValueError } from "../config/value-error.ts";
import { ConfigError } from "../errors.ts";
import type { ClientTls } from "../net/connect.ts";
import {
  flag,
  integerOption,
  type LeadingOptions,
  type OptionForms,
  valued,
} from "./leading-options.ts";
import { clientTls, TLS_FORMS, tlsTexts, tlsUsage } from "./tls-options.ts";

export const DEFAULT_HOST = "127.0.0.1";
export const DEFAULT_PORT = 6380;

export const SERVER_OPTIONS: OptionForms = {
  ...valued("-h", "--host"),
  ...valued("-p", "--port"),
  ...valued("-s", "--socket"),
  ...valued("--addr"),
  ...valued("-u", "--uri"),
  ...valued("--user"),
  ...valued("-a", "--pass", "--password"),
  ...flag("--no-auth-warning"),
  ...TLS_FORMS,
  ...flag("-2", "--resp2"),
  ...flag("-3", "--resp3"),
  ...flag("--help"),
};

/** The same for the usage text. */
export const SERVER_USAGE = `  -h, --host HOST        name or IP address (default ${DEFAULT_HOST})
  -p, --port PORT        port (default ${DEFAULT_PORT})
  -s, --socket PATH      unix socket, instead of host and port
      --addr ADDRESS     host:port or the path of a unix socket, instead of the three above
  -u, --uri URI          redis://user:password@host:port/database; rediss:// for TLS
  -a, --password WORD    password; safer in the environment, as LEDIS_PASSWORD
      --user NAME        user name for AUTH
      --no-auth-warning  do not warn of a password on the command line
${tlsUsage(6, 25)}  -2, -3                 speak RESP2 (the default) or RESP3
`;

export interface ServerOptions {
  readonly address: Address;
  /** null: without TLS. */
  readonly tls: ClientTls | null;
  readonly user: string;
  /** "" for none. */
  readonly password: string;
  readonly database: number;
  readonly protocol: 2 | 3;
}

/** What {@link passwordWarning} says. */
const WARNING =
  "Warning: Using a password with '-a' or '-u' option on the command line interface may not be safe.\n";

/** What to say of a password that everybody sees in the list of processes; "" when there is none. */
export function passwordWarning({ values }: LeadingOptions): string {
  const shown = values.has("password") || /^\w+:\/\/[^/]*@/.test(values.get("uri") ?? "");
  return shown && !values.has("no-auth-warning") ? WARNING : "";
}

/**
 * The server that the options name.
 *
 * @param databaseOption name of the option that holds the database's number
 * @throws {ConfigError} a value that is none, or a file that cannot be used
 */
export function serverOptions(options: LeadingOptions, databaseOption: string): ServerOptions {
  const { values } = options;
  const { LEDIS_PASSWORD = "" } = process.env;
  const fromUri = uriOptions(values.get("uri"));
  const address = fromUri.address ?? addressOf(options);
  const texts = tlsTexts(values);
  return {
    address,
    tls: clientTls(fromUri.isSecure ? { ...texts, tls: true } : texts, address),
    user: values.get("user") ?? fromUri.user ?? "",
    password: values.get("password") ?? fromUri.password ?? LEDIS_PASSWORD,
    database: integerOption(options, databaseOption, fromUri.database ?? 0, 0, 2 ** 31 - 1),
    protocol: values.has("resp3") ? 3 : 2,
  };
}

function addressOf(options: LeadingOptions): Address {
  const { values } = options;
  const addr = values.get("addr");
  try {
    if (addr !== undefined) return parseAddress(addr);
  } catch (error) {
    if (!(error instanceof OptionValueError)) throw error;
    throw new ConfigError(`addr: ${error.message}`, { cause: error });
  }
  const path = values.get("socket");
  if (path !== undefined) return { kind: "unix", path };
  const host = values.get("host") ?? DEFAULT_HOST;
  return { kind: "tcp", host, port: integerOption(options, "port", DEFAULT_PORT, 1, 65535) };
}

interface UriOptions {
  readonly address?: Address;
  readonly isSecure?: boolean;
  readonly user?: string;
  readonly password?: string;
  readonly database?: number;
}

function uriOptions(text: string | undefined): UriOptions {
  if (text === undefined) return {};
  const uri = URL.parse(text);
  if (uri?.protocol !== "redis:" && uri?.protocol !== "rediss:")
    throw new ConfigError(`uri must begin with redis:// or rediss://, not '${text}'`);
  const port = uri.port === "" ? DEFAULT_PORT : Number(uri.port);
  const host = uri.hostname.replace(/^\[(.*)\]$/, "$1") || DEFAULT_HOST;
  const database = /^\/(\d+)$/.exec(uri.pathname)?.[1];
  return {
    address: { kind: "tcp", host, port },
    isSecure: uri.protocol === "rediss:",
    ...(uri.username === "" ? {} : { user: decodeURIComponent(uri.username) }),
    ...(uri.password === "" ? {} : { password: decodeURIComponent(uri.password) }),
    ...(database === undefined ? {} : { database: Number(database) }),
  };
}
