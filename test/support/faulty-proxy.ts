/** Stands between a slave and its master: passes bytes on, whole or in pieces, late, damaged, or not at all. */
import type { Socket, TCPSocketListener } from "bun";
import { copyBytes } from "../../src/bytes/bytes.ts";

interface Link {
  /** The other socket; null while it is being connected. */
  other: Socket<Link> | null;
  waiting: Uint8Array[];
  readonly isFromMaster: boolean;
}

export class FaultyProxy implements Disposable {
  readonly #listener: TCPSocketListener<Link>;
  readonly #sockets = new Set<Socket<Link>>();
  /** Changes what the master sends; may answer another text, several pieces, or none. */
  change: (bytes: Uint8Array) => readonly Uint8Array[] = (bytes) => [bytes];
  /** How long the master's bytes are held back, in ms. */
  delayMs = 0;
  /** True: nothing passes, and nobody is told. */
  isDead = false;
  connections = 0;

  constructor(masterPort: number) {
    const handlers = {
      data: (socket: Socket<Link>, bytes: Uint8Array) => this.#pass(socket, copyBytes(bytes)),
      close: (socket: Socket<Link>) => {
        this.#sockets.delete(socket);
        socket.data.other?.end();
      },
      error: () => {},
    };
    this.#listener = Bun.listen<Link>({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        ...handlers,
        open: (socket) => {
          this.connections++;
          this.#sockets.add(socket);
          socket.data = { other: null, waiting: [], isFromMaster: false };
          const data: Link = { other: socket, waiting: [], isFromMaster: true };
          const socketHandlers = { ...handlers, open: () => {} };
          Bun.connect<Link>({
            hostname: "127.0.0.1",
            port: masterPort,
            data,
            socket: socketHandlers,
          }).then(
            (upstream) => {
              this.#sockets.add(upstream);
              socket.data.other = upstream;
              for (const bytes of socket.data.waiting.splice(0)) upstream.write(bytes);
            },
            () => socket.terminate(),
          );
        },
      },
    });
  }

  get port(): number {
    return this.#listener.port;
  }

  /** Closes all connections. */
  cut(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  [Symbol.dispose](): void {
    this.cut();
    this.#listener.stop(true);
  }

  #pass(socket: Socket<Link>, bytes: Uint8Array): void {
    if (this.isDead) return;
    const { other, isFromMaster, waiting } = socket.data;
    if (other === null) {
      waiting.push(bytes);
    } else if (!isFromMaster) {
      other.write(bytes);
    } else {
      const pieces = this.change(bytes);
      const send = () => {
        for (const piece of pieces) other.write(piece);
      };
      if (this.delayMs === 0) send();
      else setTimeout(send, this.delayMs);
    }
  }
}
