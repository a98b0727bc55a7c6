/**
 * A TCP socket that accepts clients with TLS. A client is one when its handshake has succeeded; before, it costs
 * no more than its socket, for a bounded time, and of a bounded number.
 */
import { createSecureContext } from "node:tls";
import type { Socket, SocketHandler, TCPSocketListener } from "bun";
import type { TcpAddress } from "../config/address.ts";
import { ConfigError, messageOf } from "../errors.ts";
import { log } from "../log.ts";
import { tlsReason } from "../net/connect.ts";
import { cannotListen, peerOf, type SocketEvents, socketHandlers } from "./listener.ts";
import { TlsSocket } from "./tls-socket.ts";

/** Bounds of what strangers may cost. */
export interface HandshakeLimits {
  /** How long a handshake may take, in ms. */
  readonly timeMs: number;
  /** Handshakes under way at once; one more ends the oldest. */
  readonly count: number;
}

const LIMITS: HandshakeLimits = { timeMs: 10_000, count: 1000 };

export class TlsListener<T> {
  /** What it listens on, with the port that the system chose if none was asked for. */
  readonly address: TcpAddress;
  readonly #events: SocketEvents<T>;
  readonly #limits: HandshakeLimits;
  /** The oldest first. */
  readonly #handshakes = new Map<Socket<T | null>, ReturnType<typeof setTimeout>>();
  #options: Bun.TLSOptions;
  #listener: TCPSocketListener<T | null>;

  /** @throws {ConfigError} the address is in use or not ours, or the options are of no use */
  constructor(
    address: TcpAddress,
    options: Bun.TLSOptions,
    events: SocketEvents<T>,
    limits: HandshakeLimits = LIMITS,
  ) {
    this.#events = events;
    this.#limits = limits;
    this.#options = checked(options);
    this.#listener = this.#listen(address);
    this.address = { ...address, port: this.#listener.port };
  }

  /**
   * Goes on with other options, a renewed certificate for example. Connections live on; Bun has no other way than
   * another listener, so that a client that comes in this instant may be refused.
   *
   * @throws {ConfigError} they are of no use; it goes on with the old ones
   */
  renew(options: Bun.TLSOptions): void {
    const before = this.#options;
    this.#options = checked(options);
    this.#listener.stop();
    try {
      this.#listener = this.#listen(this.address);
    } catch (error) {
      this.#options = before;
      this.#listener = this.#listen(this.address);
      throw error;
    }
  }

  /** Stops accepting; clients live on, those that are not finished with the handshake are closed. */
  stop(): void {
    this.#listener.stop();
    for (const socket of this.#handshakes.keys()) socket.terminate();
  }

  #listen(address: TcpAddress): TCPSocketListener<T | null> {
    try {
      return Bun.listen<T | null>({
        hostname: address.host,
        port: address.port,
        tls: this.#options,
        socket: this.#handlers(),
        data: null,
      });
    } catch (error) {
      throw cannotListen(address, error);
    }
  }

  #handlers(): SocketHandler<T | null> {
    const { close, ...rest } = socketHandlers(this.#events, null);
    return {
      ...rest,
      open: (socket) => this.#begin(socket),
      handshake: (socket, success, error) => {
        this.#finish(socket);
        if (success && this.#isWelcome(socket)) {
          socket.data = this.#events.open(new TlsSocket(socket), peerOf(socket, null));
        } else {
          const reason = error === null ? "no good certificate" : tlsReason(error);
          log.debug("tls", "handshake failed", { client: socket.remoteAddress, reason });
          socket.terminate();
        }
      },
      close: (socket) => {
        this.#finish(socket);
        close?.(socket);
      },
    };
  }

  #begin(socket: Socket<T | null>): void {
    const [oldest] = this.#handshakes.keys();
    if (this.#handshakes.size >= this.#limits.count) oldest?.terminate();
    const timer = setTimeout(() => socket.terminate(), this.#limits.timeMs);
    this.#handshakes.set(socket, timer);
  }

  #finish(socket: Socket<T | null>): void {
    clearTimeout(this.#handshakes.get(socket));
    this.#handshakes.delete(socket);
  }

  /** Whether the client may come in: a certificate that nobody vouches for is worse than none. */
  #isWelcome(socket: Socket<T | null>): boolean {
    const { requestCert, rejectUnauthorized } = this.#options;
    if (!requestCert || socket.authorized) return true;
    return !rejectUnauthorized && socket.getPeerX509Certificate() === undefined;
  }
}

/** The options, if TLS can use them; that a port is bound should not depend on it. */
function checked(options: Bun.TLSOptions): Bun.TLSOptions {
  const { cert, key, ca, passphrase, ciphers } = options;
  try {
    createSecureContext({ cert, key, ca, passphrase, ciphers } as object);
    return options;
  } catch (cause) {
    throw new ConfigError(`TLS cannot use its options: ${messageOf(cause)}`, { cause });
  }
}
