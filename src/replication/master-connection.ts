/** A slave's connection to its master: requests out, replies in their order, silence noticed. */

import type { Bytes } from "../bytes/bytes.ts";
import type { TcpAddress } from "../config/address.ts";
import type { ParsedReply } from "../resp/parsed-reply.ts";
import { ReplyParser } from "../resp/reply-parser.ts";
import { encodeRequest } from "../resp/request-encoder.ts";
import { LinkError } from "./link-error.ts";
import { MasterSocket, type SocketOptions } from "./master-socket.ts";

/** Longest reply: a turn may be large, and is never cut. */
const REPLY_BYTES_MAX = 2 ** 31 - 1;

/** The reply to one request. */
interface Expected {
  resolve(reply: ParsedReply): void;
  reject(error: LinkError): void;
}

export class MasterConnection {
  readonly #parser = new ReplyParser({ replyBytesMax: REPLY_BYTES_MAX, depthMax: 4 });
  readonly #expected: Expected[] = [];
  #socket: MasterSocket | null = null;
  #onReceived: (bytes: number) => void = () => {};

  private constructor() {}

  /**
   * @param options what is expected are replies
   * @throws {LinkError} nobody listens there, or does not answer in time, or TLS does not come about
   */
  static async open(address: TcpAddress, options: SocketOptions): Promise<MasterConnection> {
    const connection = new MasterConnection();
    connection.#socket = await MasterSocket.open(address, options, {
      received: (bytes) => connection.#received(bytes),
      failed(error) {
        for (const expected of connection.#expected.splice(0)) expected.reject(error);
      },
    });
    return connection;
  }

  /** Calls `listener` whenever something was received, with the number of bytes. */
  onReceived(listener: (bytes: number) => void): void {
    this.#onReceived = listener;
  }

  get isClosed(): boolean {
    return this.#socket!.failure !== null;
  }

  /** Sends a request; resolves to its reply, which may be an error. @throws {LinkError} the connection is lost */
  call(...words: readonly (Bytes | string | number)[]): Promise<ParsedReply> {
    const { promise, resolve, reject } = Promise.withResolvers<ParsedReply>();
    // Several may be under way when it is lost, and one of them is awaited first.
    promise.catch(() => {});
    const { failure } = this.#socket!;
    if (failure !== null) {
      reject(failure);
      return promise;
    }
    this.#expected.push({ resolve, reject });
    this.#socket!.expects = true;
    this.#socket!.write(encodeRequest(words));
    return promise;
  }

  /** Closes at once; what is under way fails. */
  close(): void {
    this.#socket!.close();
  }

  #received(bytes: Bytes): void {
    this.#onReceived(bytes.length);
    this.#parser.push(bytes);
    for (let reply = this.#parser.next(); reply !== undefined; reply = this.#parser.next()) {
      const expected = this.#expected.shift();
      if (expected === undefined) throw new LinkError("the master sent what nobody asked for");
      expected.resolve(reply);
    }
    this.#socket!.expects = this.#expected.length > 0;
  }
}
