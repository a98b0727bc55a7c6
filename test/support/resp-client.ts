/** A client that sends what it is told, byte for byte, and shows what came back. */

import type { Socket } from "bun";
import { type Bytes, copyBytes, mapKey } from "../../src/bytes/bytes.ts";
import type { Address } from "../../src/config/address.ts";
import { type ClientTls, connectTo } from "../../src/net/connect.ts";
import type { ParsedReply } from "../../src/resp/parsed-reply.ts";
import { ReplyParser } from "../../src/resp/reply-parser.ts";
import { encodeRequest } from "../../src/resp/request-encoder.ts";

/** A reply as plain JavaScript: texts in latin1, statuses like bulk strings, maps as arrays of pairs. */
export type Plain =
  | string
  | number
  | bigint
  | boolean
  | null
  | { readonly error: string }
  | readonly Plain[];

export type Argument = Bytes | string | number;

/** The plain form of an error reply: `expect(await client.call("GET")).toEqual(replyError("ERR ..."))`. */
export function replyError(text: string): { readonly error: string } {
  return { error: text };
}

export function toPlain(reply: ParsedReply): Plain {
  switch (reply.kind) {
    case "status":
      return reply.text;
    case "error":
      return { error: reply.text };
    case "null":
      return null;
    case "bulk":
    case "verbatim":
      return mapKey(reply.bytes);
    case "map":
      return reply.pairs.map(([key, value]) => [toPlain(key), toPlain(value)]);
    case "array":
    case "set":
    case "push":
      return reply.items.map(toPlain);
    default:
      return reply.value;
  }
}

interface Waiting {
  resolve(reply: ParsedReply): void;
  reject(error: Error): void;
}

export class RespClient implements AsyncDisposable {
  readonly #parser = new ReplyParser();
  readonly #waiting: Waiting[] = [];
  readonly #replies: ParsedReply[] = [];
  #received: Bytes[] = [];
  #socket: Socket | null = null;
  #unsent: Bytes = new Uint8Array(0);
  readonly #closed = Promise.withResolvers<void>();
  isClosed = false;

  /** Connects, with TLS if told how; rejects when nobody listens. */
  static async connect(address: Address, tls: ClientTls | null = null): Promise<RespClient> {
    const client = new RespClient();
    const socket: Bun.SocketHandler<undefined> = {
      data: (_: Socket, bytes: Bytes) => client.#take(copyBytes(bytes)),
      drain: () => client.#flush(),
      close: () => client.#end(),
      error: () => client.#end(),
      end: () => client.#end(),
    };
    client.#socket = await connectTo(address, socket, tls);
    return client;
  }

  /** Sends a request and answers its reply as plain JavaScript. */
  async call(...args: readonly Argument[]): Promise<Plain> {
    return toPlain(await this.reply(...args));
  }

  /** Sends a request and answers its reply with its form. */
  reply(...args: readonly Argument[]): Promise<ParsedReply> {
    this.send(...args);
    return this.read();
  }

  /** Sends a request and answers the bytes of its reply, in latin1; nothing else may be under way. */
  async wire(...args: readonly Argument[]): Promise<string> {
    this.#received = [];
    await this.reply(...args);
    return mapKey(Buffer.concat(this.#received));
  }

  /** Sends requests in one piece and answers their replies. */
  pipeline(requests: readonly (readonly Argument[])[]): Promise<Plain[]> {
    this.sendBytes(Buffer.concat(requests.map(encodeRequest)));
    return Promise.all(requests.map(async () => toPlain(await this.read())));
  }

  /** Sends a request and leaves its reply for {@link read}. */
  send(...args: readonly Argument[]): void {
    this.sendBytes(encodeRequest(args));
  }

  /** Sends these bytes, whatever they are; a text in latin1. */
  sendBytes(bytes: Bytes | string): void {
    const more = typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes;
    this.#unsent = this.#unsent.length === 0 ? more : Buffer.concat([this.#unsent, more]);
    this.#flush();
  }

  /** The next reply that no one has asked for yet. Rejects when the connection closes before. */
  read(): Promise<ParsedReply> {
    const reply = this.#replies.shift();
    if (reply !== undefined) return Promise.resolve(reply);
    if (this.isClosed) return Promise.reject(new Error("the connection is closed"));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
  }

  async readPlain(): Promise<Plain> {
    return toPlain(await this.read());
  }

  /** Replies that came and were not read. */
  get unread(): number {
    return this.#replies.length;
  }

  /** Stops taking bytes from the socket, so that the server's output piles up. */
  stopReading(): void {
    this.#socket?.pause();
  }

  goOnReading(): void {
    this.#socket?.resume();
  }

  /** Resolves when the connection is closed, by whichever side. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** Closes at once. */
  close(): void {
    this.#socket?.terminate();
    this.#end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.closed;
  }

  #flush(): void {
    if (this.#unsent.length === 0 || this.#socket === null) return;
    const sent = Math.max(0, this.#socket.write(this.#unsent));
    this.#unsent = this.#unsent.subarray(sent);
  }

  #take(bytes: Bytes): void {
    this.#received.push(bytes);
    this.#parser.push(bytes);
    for (let reply = this.#parser.next(); reply !== undefined; reply = this.#parser.next()) {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#replies.push(reply);
      else waiting.resolve(reply);
    }
  }

  #end(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    for (const waiting of this.#waiting.splice(0)) {
      waiting.reject(new Error("the connection closed before the reply"));
    }
    this.#closed.resolve();
  }
}
