/** Network addresses as the configuration writes them. */

import { OptionValueError } from "./value-error.ts";

export interface TcpAddress {
  readonly kind: "tcp";
  /** Name or IP address, IPv6 without brackets; "" means every interface when listening. */
  readonly host: string;
  /** 0 to 65535; 0 lets the operating system choose when listening. */
  readonly port: number;
}

export interface UnixAddress {
  readonly kind: "unix";
  readonly path: string;
}

export type Address = TcpAddress | UnixAddress;

/**
 * Address meant by "host:port", ":port", "[ipv6]:port", or a path (anything with a "/").
 *
 * @throws {OptionValueError} neither form
 */
export function parseAddress(text: string): Address {
  return text.includes("/") ? { kind: "unix", path: text } : parseTcpAddress(text);
}

/**
 * Address meant by "host:port", ":port" or "[ipv6]:port".
 *
 * @throws {OptionValueError} another form, or a port above 65535
 */
export function parseTcpAddress(text: string): TcpAddress {
  const [, ipv6, name, port] =
    /^(?:\[([0-9a-f:.%a-z]+)\]|([^\s:[\]]*)):(\d{1,5})$/i.exec(text) ?? [];
  if (port === undefined || Number(port) > 65535) {
    throw new OptionValueError(`argument must be an address "host:port", not "${text}"`);
  }
  return { kind: "tcp", host: ipv6 ?? name ?? "", port: Number(port) };
}

/** Inverse of {@link parseAddress}. */
export function formatAddress(address: Address): string {
  if (address.kind === "unix") return address.path;
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return `${host}:${address.port}`;
}

/** How the address of a listener with TLS is shown. */
export function formatTlsAddress(address: TcpAddress): string {
  return `tls://${formatAddress(address)}`;
}
