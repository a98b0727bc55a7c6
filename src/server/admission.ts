/** Whether a new connection is served at all. */
import type { Config } from "../config/config.ts";
import type { Peer } from "./listener.ts";

const PROTECTED =
  "-DENIED ledis is running in protected mode because protected mode is enabled and no password is set. " +
  "In this mode connections are only accepted from the loopback interface and from unix sockets. To accept " +
  "others: 1) set a password with the requirepass option, or 2) switch the mode off with " +
  "'CONFIG SET protected-mode no' sent over the loopback interface, if the network is trusted.\r\n";

const TOO_MANY = "-ERR max number of clients reached\r\n";

function isLoopback(ip: string): boolean {
  return ip.startsWith("127.") || ip === "::1" || ip.startsWith("::ffff:127.");
}

/**
 * The line that refuses a connection, as it goes to the socket; null to serve it.
 *
 * @param isOpen the user `default` needs no password
 */
export function refusalOf(
  config: Config,
  isOpen: boolean,
  peer: Peer,
  connections: number,
): string | null {
  if (connections >= config.get("maxclients")) return TOO_MANY;
  if (peer.isUnix || isLoopback(peer.ip)) return null;
  return config.get("protected-mode") && isOpen ? PROTECTED : null;
}
