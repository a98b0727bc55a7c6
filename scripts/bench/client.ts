/** A connection to any Redis-protocol server on this machine: requests out, replies in order. */

import { copyBytes, toText } from "../../src/bytes/bytes.ts";
import type { ParsedReply } from "../../src/resp/parsed-reply.ts";
import { ReplyParser } from "../../src/resp/reply-parser.ts";
import { encodeRequest } from "../../src/resp/request-encoder.ts";

interface Waiting {
  resolve(reply: ParsedReply): void;
  reject(error: Error): void;
}

export class Client implements Disposable {
  readonly #parser = new ReplyParser();
  readonly #waiting: Waiting[] = [];
  #write: (bytes: Uint8Array) => void = () => {};
  #end: () => void = () => {};

  /** @throws nobody listens there */
  static async connect(port: number): Promise<Client> {
    const client = new Client();
    const socket = await Bun.connect({
      hostname: "127.0.0.1",
      port,
      socket: {
        data: (_, bytes) => client.#take(bytes),
        close: () => client.#closed(),
      },
    });
    client.#write = (bytes) => void socket.write(bytes);
    client.#end = () => void socket.end();
    return client;
  }

  /** Requests are small and few at a time: the socket always takes them whole. */
  call(...words: readonly string[]): Promise<ParsedReply> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#write(encodeRequest(words));
    });
  }

  /** The text of a reply that is one; null for any other, errors included. */
  async text(...words: readonly string[]): Promise<string | null> {
    const reply = await this.call(...words);
    if (reply.kind === "status") return reply.text;
    return reply.kind === "bulk" || reply.kind === "verbatim" ? toText(reply.bytes) : null;
  }

  [Symbol.dispose](): void {
    this.#end();
  }

  #take(bytes: Uint8Array): void {
    this.#parser.push(copyBytes(bytes));
    for (let reply = this.#parser.next(); reply !== undefined; reply = this.#parser.next()) {
      this.#waiting.shift()?.resolve(reply);
    }
  }

  #closed(): void {
    for (const { reject } of this.#waiting.splice(0)) reject(new Error("the connection closed"));
  }
}
