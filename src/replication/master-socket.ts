/** A slave's socket to its master: bytes out, bytes in, silence noticed. What the bytes mean is its owner's. */

import type { Socket, SocketHandler } from "bun";
import type { Bytes } from "../bytes/bytes.ts";
import { clock } from "../clock.ts";
import type { TcpAddress } from "../config/address.ts";
import { messageOf } from "../errors.ts";
import { type ClientTls, connectTo } from "../net/connect.ts";
import { LinkError } from "./link-error.ts";

/** How often the silence is measured, in ms. */
const CHECK_MS = 1000;
/** Silence after which TCP asks whether the other end is still there, in ms. */
const KEEP_ALIVE_MS = 30_000;

export interface SocketOptions {
  /** Longest silence, of connecting and while something is expected, in ms. */
  readonly timeoutMs: number;
  /** null: without TLS. */
  readonly tls?: ClientTls | null;
  /** Closes it when aborted, also while it is being opened. */
  readonly signal?: AbortSignal;
}

export interface SocketOwner {
  /** @param bytes the owner's from now on @throws what ends the connection */
  received(bytes: Bytes): void;
  /** The connection is lost, or was closed. Told once, and the last. */
  failed(error: LinkError): void;
}

export class MasterSocket {
  readonly #timeoutMs: number;
  readonly #owner: SocketOwner;
  readonly #timer: ReturnType<typeof setInterval>;
  #socket: Socket | null = null;
  #unsent: Bytes = new Uint8Array(0);
  #failure: LinkError | null = null;
  #expects = true;
  /** When something was received last, monotonic. */
  #heardUs = clock.monotonicUs();

  private constructor(timeoutMs: number, owner: SocketOwner) {
    this.#timeoutMs = timeoutMs;
    this.#owner = owner;
    this.#timer = setInterval(() => this.#check(), Math.min(CHECK_MS, timeoutMs / 2));
  }

  /**
   * @throws {LinkError} nobody listens there, or does not answer in time, or TLS does not come about
   */
  static async open(
    address: TcpAddress,
    { timeoutMs, tls = null, signal }: SocketOptions,
    owner: SocketOwner,
  ): Promise<MasterSocket> {
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => {});
    const opened = new MasterSocket(timeoutMs, {
      received: (bytes) => owner.received(bytes),
      failed(error) {
        signal?.removeEventListener("abort", abort);
        reject(error);
        owner.failed(error);
      },
    });
    const abort = () => opened.close();
    signal?.addEventListener("abort", abort);
    if (signal?.aborted) abort();
    const handlers: SocketHandler<undefined> = {
      data: (_, bytes) => opened.#receive(bytes),
      drain: () => opened.#flush(),
      close: () => opened.#fail("the master closed the connection"),
      end: () => opened.#fail("the master closed the connection"),
      error: (_, error) => opened.#fail(error.message),
      connectError: (_, error) => opened.#fail(reasonOf(error)),
    };
    const connecting = connectTo(address, handlers, tls).catch((error: unknown) => {
      opened.#fail(reasonOf(error));
      return promise;
    });
    void connecting.then(
      // It was given up meanwhile.
      (socket) => opened.#failure !== null && socket.terminate(),
      () => {},
    );
    const socket = await Promise.race([connecting, promise]);
    opened.#expects = false;
    opened.#socket = socket;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    return opened;
  }

  /** Why it is of no use any more; null while it is. */
  get failure(): LinkError | null {
    return this.#failure;
  }

  /** Whether the master owes something: only then its silence ends the connection. */
  set expects(expects: boolean) {
    if (expects && !this.#expects) this.#heardUs = clock.monotonicUs();
    this.#expects = expects;
  }

  /** Sends bytes, which are the socket's from now on; those that do not fit go later. */
  write(bytes: Bytes): void {
    this.#unsent = this.#unsent.length === 0 ? bytes : Buffer.concat([this.#unsent, bytes]);
    this.#flush();
  }

  /** Receives nothing more until `resume`: the master has to wait. */
  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  /** Closes at once. */
  close(): void {
    this.#fail("the link was given up");
  }

  #flush(): void {
    if (this.#unsent.length === 0 || this.#socket === null) return;
    const sent = Math.max(0, this.#socket.write(this.#unsent));
    this.#unsent = this.#unsent.subarray(sent);
  }

  #receive(bytes: Bytes): void {
    if (this.#failure !== null) return;
    this.#heardUs = clock.monotonicUs();
    try {
      this.#owner.received(bytes);
    } catch (error) {
      this.#fail(reasonOf(error));
    }
  }

  #check(): void {
    if (!this.#expects) return;
    const silentMs = (clock.monotonicUs() - this.#heardUs) / 1000;
    if (silentMs < this.#timeoutMs) return;
    this.#fail(`the master did not answer for ${Math.round(silentMs / 1000)} s`);
  }

  #fail(reason: string): void {
    if (this.#failure !== null) return;
    this.#failure = new LinkError(reason);
    clearInterval(this.#timer);
    this.#socket?.terminate();
    this.#owner.failed(this.#failure);
  }
}

/** What the system's error codes mean to the operator. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ENOTFOUND: "no such host",
  ETIMEDOUT: "connection timed out",
  EHOSTUNREACH: "no route to host",
};

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? `${error.code}` : "";
  return REASONS[code] ?? messageOf(error);
}
