/** A Redis that has slaves, for tests: a copy, and behind it a stream of what a test says. */
import type { Socket, TCPSocketListener } from "bun";
import { copyBytes, mapKey } from "../../src/bytes/bytes.ts";
import type { TcpAddress } from "../../src/config/address.ts";
import { encodeRequest } from "../../src/resp/request-encoder.ts";
import { defaultRequestLimits } from "../../src/resp/request-limits.ts";
import { RequestParser } from "../../src/resp/request-parser.ts";
import { rdbOf } from "./rdb-file.ts";

interface Peer {
  readonly parser: RequestParser;
  isFollowing: boolean;
  unsent: Uint8Array;
}

type PeerSocket = Socket<Peer>;

export class FakeRedis implements Disposable {
  readonly #listener: TCPSocketListener<Peer>;
  readonly #sockets = new Set<PeerSocket>();
  /** Every request, its words joined by blanks. */
  readonly requests: string[] = [];
  replicationId = "a".repeat(40);
  /** What the other one must send; "": nothing. */
  password = "";
  /** The copy, for the end of the stream. */
  copy: () => Uint8Array = () => rdbOf([]);
  /** What stands before the copy, and what between its announcement and its first byte. */
  greeting = "\n\n";
  /** Longest piece that is sent of copy and stream. */
  pieceBytes = Number.POSITIVE_INFINITY;
  #stream: Buffer = Buffer.alloc(0);
  /** Of the stream: where what is kept of it begins. */
  #start: number;
  copies = 0;

  /** @param start bytes of the stream that are gone */
  constructor(start = 1000) {
    this.#start = start;
    this.#listener = Bun.listen<Peer>({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        open: (socket) => {
          this.#sockets.add(socket);
          const parser = new RequestParser({ ...defaultRequestLimits(), authenticated: true });
          socket.data = { parser, isFollowing: false, unsent: new Uint8Array(0) };
        },
        data: (socket, bytes) => {
          socket.data.parser.push(copyBytes(bytes));
          this.#serve(socket);
        },
        drain: flush,
        close: (socket) => void this.#sockets.delete(socket),
      },
    });
  }

  get address(): TcpAddress {
    return { kind: "tcp", host: "127.0.0.1", port: this.#listener.port };
  }

  /** End of the stream. */
  get offset(): number {
    return this.#start + this.#stream.length;
  }

  /** How far the slave is, as it said last; -1: it did not. */
  get acknowledged(): number {
    const last = this.requests.findLast((request) => request.startsWith("REPLCONF ACK "));
    return last === undefined ? -1 : Number(last.slice("REPLCONF ACK ".length));
  }

  /** Writes a command. */
  write(...words: readonly (string | number)[]): void {
    this.send(encodeRequest(words));
  }

  /** Appends bytes to the stream. */
  send(bytes: Uint8Array): void {
    this.#stream = Buffer.concat([this.#stream, bytes]);
    for (const socket of this.#sockets) if (socket.data.isFollowing) this.#sendTo(socket, bytes);
  }

  /** Forgets the stream so far: who is not at its end needs a copy. */
  forget(): void {
    this.#start = this.offset;
    this.#stream = Buffer.alloc(0);
  }

  /** Closes all connections. */
  cut(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  [Symbol.dispose](): void {
    this.cut();
    this.#listener.stop(true);
  }

  #serve(socket: PeerSocket): void {
    const { parser } = socket.data;
    for (let next = parser.next(); next !== null; next = parser.next()) {
      const request = next;
      const words = Array.from({ length: request.count }, (_, i) => mapKey(request.bytes(i)));
      this.requests.push(words.join(" "));
      this.#answer(socket, words);
    }
  }

  #answer(socket: PeerSocket, words: readonly string[]): void {
    const [name, first, second] = words;
    if (name === "AUTH") {
      send(socket, words.at(-1) === this.password ? "+OK\r\n" : "-WRONGPASS no\r\n");
    } else if (first === "HELLO") {
      send(socket, "-ERR Unrecognized REPLCONF option: HELLO\r\n");
    } else if (name === "PSYNC") {
      this.#psync(socket, first!, Number(second));
    } else if (first !== "ACK") {
      send(socket, "+OK\r\n");
    }
  }

  #psync(socket: PeerSocket, id: string, from: number): void {
    socket.data.isFollowing = true;
    const isHere = from - 1 >= this.#start && from - 1 <= this.offset;
    if (id === this.replicationId && isHere) {
      send(socket, `+CONTINUE ${this.replicationId}\r\n`);
      this.#sendTo(socket, this.#stream.subarray(from - 1 - this.#start));
      return;
    }
    this.copies++;
    const copy = this.copy();
    send(socket, `+FULLRESYNC ${this.replicationId} ${this.offset}\r\n`);
    this.#sendTo(socket, Buffer.concat([Buffer.from(`${this.greeting}$${copy.length}\r\n`), copy]));
  }

  #sendTo(socket: PeerSocket, bytes: Uint8Array): void {
    const step = Math.min(this.pieceBytes, bytes.length);
    for (let at = 0; at < bytes.length; at += step) send(socket, bytes.subarray(at, at + step));
  }
}

function send(socket: PeerSocket, bytes: Uint8Array | string): void {
  socket.data.unsent = Buffer.concat([socket.data.unsent, Buffer.from(bytes as string)]);
  flush(socket);
}

function flush(socket: PeerSocket): void {
  const { data } = socket;
  if (data.unsent.length === 0) return;
  data.unsent = data.unsent.subarray(Math.max(0, socket.write(data.unsent)));
  socket.flush();
}
