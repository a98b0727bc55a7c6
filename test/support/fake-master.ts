/** A server that answers requests as a test says, to play a master. */
import type { Socket, TCPSocketListener } from "bun";
import { copyBytes, mapKey } from "../../src/bytes/bytes.ts";
import type { TcpAddress } from "../../src/config/address.ts";
import { defaultRequestLimits } from "../../src/resp/request-limits.ts";
import { RequestParser } from "../../src/resp/request-parser.ts";

/** A whole reply as it is on the wire; null: none. */
export type Answer = Uint8Array | string | null;

export const bulk = (bytes: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from("\r\n")]);

export const array = (...texts: readonly string[]): Uint8Array =>
  Buffer.concat([
    Buffer.from(`*${texts.length}\r\n`),
    ...texts.map((text) => bulk(Buffer.from(text, "latin1"))),
  ]);

export const OK = "+OK\r\n";

export class FakeMaster implements Disposable {
  readonly #listener: TCPSocketListener<RequestParser>;
  readonly #sockets = new Set<Socket<RequestParser>>();
  /** Every request, its words joined by blanks. */
  readonly requests: string[] = [];
  connections = 0;

  /**
   * @param answer told the words of a request, in latin1
   * @param tls null: without TLS
   */
  constructor(
    answer: (words: readonly string[]) => Answer | Promise<Answer>,
    tls: Bun.TLSOptions | null = null,
  ) {
    const serve = async (socket: Socket<RequestParser>) => {
      for (let next = socket.data.next(); next !== null; next = socket.data.next()) {
        const request = next;
        const words = Array.from({ length: request.count }, (_, i) => mapKey(request.bytes(i)));
        this.requests.push(words.join(" "));
        const reply = await answer(words);
        if (reply !== null) socket.write(reply);
      }
    };
    this.#listener = Bun.listen<RequestParser>({
      hostname: "127.0.0.1",
      port: 0,
      ...(tls === null ? {} : { tls }),
      socket: {
        open: (socket) => {
          this.connections++;
          this.#sockets.add(socket);
          socket.data = new RequestParser({ ...defaultRequestLimits(), authenticated: true });
        },
        data: (socket, bytes) => {
          socket.data.push(copyBytes(bytes));
          void serve(socket);
        },
        close: (socket) => void this.#sockets.delete(socket),
      },
    });
  }

  get address(): TcpAddress {
    return { kind: "tcp", host: "127.0.0.1", port: this.#listener.port };
  }

  /** Closes all connections. */
  cut(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  /** Sends what nobody asked for. */
  push(bytes: string): void {
    for (const socket of this.#sockets) socket.write(bytes);
  }

  [Symbol.dispose](): void {
    this.cut();
    this.#listener.stop(true);
  }
}
