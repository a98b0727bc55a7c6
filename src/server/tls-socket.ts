/**
 * A client's socket with TLS. It ends otherwise than a plain one: Bun's `end` would wait for the client's own
 * end for as long as that takes, and then no other method closes the socket any more.
 */
import type { Socket } from "bun";
import type { Bytes } from "../bytes/bytes.ts";
import type { ClientSocket } from "./outgoing.ts";

/** How long a client may take to end its side after the server did, in ms. */
const LINGER_MS = 10_000;

export class TlsSocket implements ClientSocket {
  readonly #socket: Socket<unknown>;
  readonly #lingerMs: number;

  constructor(socket: Socket<unknown>, lingerMs = LINGER_MS) {
    this.#socket = socket;
    this.#lingerMs = lingerMs;
  }

  get fd(): number {
    const { fd = -1 } = this.#socket as ClientSocket;
    return fd;
  }

  write(bytes: Bytes): number {
    return this.#socket.write(bytes);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  setKeepAlive(enable: boolean, delayMs: number): boolean {
    return this.#socket.setKeepAlive(enable, delayMs);
  }

  /** The client's own end, or that of patience, closes the socket; what was written before arrives either way. */
  end(): void {
    this.#socket.shutdown();
    // The client's end is not noticed while nothing is read.
    this.#socket.resume();
    setTimeout(() => this.#socket.close(), this.#lingerMs).unref();
  }

  terminate(): void {
    this.#socket.terminate();
  }
}
