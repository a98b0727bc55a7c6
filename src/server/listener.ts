/** Sockets that accept clients without TLS: TCP and unix. */
import { chmodSync, lstatSync, unlinkSync } from "node:fs";
import type { Socket, SocketHandler } from "bun";
import { type Address, formatAddress } from "../config/address.ts";
import { ConfigError, messageOf } from "../errors.ts";
import type { ClientSocket } from "./outgoing.ts";

/** What happens on accepted sockets. `T` is what `open` attached to the socket. */
export interface SocketEvents<T> {
  open(socket: ClientSocket, peer: Peer): T | null;
  data(attached: T, bytes: Uint8Array): void;
  drain(attached: T): void;
  close(attached: T): void;
}

/** Both ends of an accepted connection. */
export interface Peer {
  /** IP address; "" on a unix socket. */
  readonly ip: string;
  /** `host:port`, or `path:0`. */
  readonly address: string;
  readonly localAddress: string;
  readonly isUnix: boolean;
}

export interface Listener {
  /** What it listens on, with the port that the system chose if none was asked for. */
  readonly address: Address;
  /** Stops accepting; connections live on. A unix socket's file is removed. */
  stop(): void;
}

/** What a socket does whose client is served from the start. */
export function socketHandlers<T>(
  events: SocketEvents<T>,
  unixPath: string | null,
): SocketHandler<T | null> {
  return {
    open(socket) {
      socket.data = events.open(socket, peerOf(socket, unixPath));
    },
    data(socket, bytes) {
      if (socket.data !== null && socket.data !== undefined) events.data(socket.data, bytes);
    },
    drain(socket) {
      if (socket.data !== null && socket.data !== undefined) events.drain(socket.data);
    },
    close(socket) {
      if (socket.data !== null && socket.data !== undefined) events.close(socket.data);
      socket.data = null;
    },
    // Closing follows, and is all that there is to do.
    error() {},
  };
}

export function peerOf<T>(socket: Socket<T>, unixPath: string | null): Peer {
  if (unixPath !== null) {
    const address = `${unixPath}:0`;
    return { ip: "", address, localAddress: address, isUnix: true };
  }
  return {
    ip: socket.remoteAddress,
    address: hostPort(socket.remoteAddress, socket.remotePort),
    localAddress: hostPort(socket.localAddress, socket.localPort),
    isUnix: false,
  };
}

function hostPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Listens on an address.
 *
 * @param unixPermissions mode of a unix socket's file, 0 to leave it to the umask
 * @throws {ConfigError} the address is in use or not ours
 */
export async function listen<T>(
  address: Address,
  unixPermissions: number,
  events: SocketEvents<T>,
): Promise<Listener> {
  return address.kind === "unix"
    ? listenUnix(address.path, unixPermissions, events)
    : listenTcp(address, events);
}

function listenTcp<T>(
  address: Extract<Address, { kind: "tcp" }>,
  events: SocketEvents<T>,
): Listener {
  try {
    const listener = Bun.listen<T | null>({
      hostname: address.host,
      port: address.port,
      socket: socketHandlers(events, null),
      data: null,
    });
    return {
      address: { ...address, port: listener.port },
      stop: () => listener.stop(),
    };
  } catch (error) {
    throw cannotListen(address, error);
  }
}

async function listenUnix<T>(
  path: string,
  permissions: number,
  events: SocketEvents<T>,
): Promise<Listener> {
  await removeStaleSocket(path);
  try {
    const listener = Bun.listen<T | null>({
      unix: path,
      socket: socketHandlers(events, path),
      data: null,
    });
    if (permissions !== 0) chmodSync(path, permissions);
    return {
      address: { kind: "unix", path },
      stop() {
        listener.stop();
        unlinkQuietly(path);
      },
    };
  } catch (error) {
    throw cannotListen({ kind: "unix", path }, error);
  }
}

/** Removes the file that a killed server has left; one that a server answers on is refused. */
async function removeStaleSocket(path: string): Promise<void> {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isSocket()) {
    throw new ConfigError(`Cannot listen on ${path}: the file exists and is no socket`);
  }
  const alive = await Bun.connect({ unix: path, socket: { data() {} } }).then(
    (socket) => {
      socket.end();
      return true;
    },
    () => false,
  );
  if (alive) throw new ConfigError(`Cannot listen on ${path}: address already in use`);
  unlinkQuietly(path);
}

function unlinkQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {}
}

/** What the system's error codes mean to the operator. */
const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "address already in use",
  EADDRNOTAVAIL: "no such address on this machine",
  EACCES: "permission denied",
  ENOENT: "no such directory",
};

export function cannotListen(address: Address, error: unknown): ConfigError {
  const code = error instanceof Error && "code" in error ? `${error.code}` : "";
  const message = messageOf(error);
  const reason = REASONS[code] ?? (code === "" ? message : `${message} (${code})`);
  return new ConfigError(`Cannot listen on ${formatAddress(address)}: ${reason}`, { cause: error });
}
