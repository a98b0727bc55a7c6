/** A tool's connection to a server: requests out, replies in their order. */
import { copyBytes } from "../bytes/bytes.ts";
import { type Address, formatAddress } from "../config/address.ts";
import { messageOf, StorageError } from "../errors.ts";
import type { ClientTls } from "../net/connect.ts";
import type { ParsedReply } from "../resp/parsed-reply.ts";
import { ReplyParser } from "../resp/reply-parser.ts";
import { encodeRequest } from "../resp/request-encoder.ts";
import { openSocket } from "./client-connection.ts";

/** Longest reply, in bytes: a block of a copy holds one row at least, however large. */
const REPLY_BYTES_MAX = 2 ** 31 - 1;
/** Silence of the server after which it is given up, in ms. */
const PATIENCE_MS = 60_000;

/** The server is not there, is silent, or says no. The message names it. */
export class ServerError extends StorageError {}

interface Expected {
  resolve(reply: ParsedReply): void;
  reject(error: ServerError): void;
}

export class ServerConnection {
  readonly #name: string;
  readonly #parser = new ReplyParser({ replyBytesMax: REPLY_BYTES_MAX, depthMax: 4 });
  readonly #expected: Expected[] = [];
  readonly #patienceMs: number;
  #socket: Bun.Socket<undefined> | null = null;
  #unsent: Uint8Array = new Uint8Array(0);
  #failure: ServerError | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  private constructor(name: string, patienceMs: number) {
    this.#name = name;
    this.#patienceMs = patienceMs;
  }

  /**
   * @param password sent with AUTH; "" for none
   * @param tls null: without TLS
   * @throws {ServerError} nobody listens there, or the password is wrong
   */
  static async open(
    address: Address,
    password: string,
    tls: ClientTls | null = null,
    patienceMs = PATIENCE_MS,
  ): Promise<ServerConnection> {
    const connection = new ServerConnection(formatAddress(address), patienceMs);
    const handlers: Bun.SocketHandler<undefined> = {
      data: (_, bytes) => connection.#receive(bytes),
      drain: () => connection.#flush(),
      close: () => connection.#fail("the server closed the connection"),
      end: () => connection.#fail("the server closed the connection"),
      error: (_, error) => connection.#fail(error.message),
    };
    try {
      connection.#socket = await openSocket(address, handlers, tls);
    } catch (error) {
      const reason = messageOf(error);
      throw new ServerError(`${connection.#name}: ${reason}`, { cause: error });
    }
    if (password !== "") await connection.ask("AUTH", password);
    return connection;
  }

  /** Sends a request; resolves to its reply. @throws {ServerError} the connection is lost */
  call(...words: readonly (Uint8Array | string | number)[]): Promise<ParsedReply> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    const { promise, resolve, reject } = Promise.withResolvers<ParsedReply>();
    // Several may be under way when it is lost, and one of them is awaited first.
    promise.catch(() => {});
    this.#expected.push({ resolve, reject });
    this.#unsent = Buffer.concat([this.#unsent, encodeRequest(words)]);
    this.#flush();
    this.#timer ??= setTimeout(() => this.#fail("the server does not answer"), this.#patienceMs);
    return promise;
  }

  /** As `call`; an error reply is thrown. @throws {ServerError} */
  async ask(...words: readonly (Uint8Array | string | number)[]): Promise<ParsedReply> {
    const reply = await this.call(...words);
    if (reply.kind !== "error") return reply;
    throw new ServerError(`${this.#name}: ${words[0]}: ${reply.text}`);
  }

  /** An error about this server. */
  failure(text: string): ServerError {
    return new ServerError(`${this.#name}: ${text}`);
  }

  close(): void {
    this.#fail("the connection was closed");
  }

  #flush(): void {
    if (this.#unsent.length === 0 || this.#socket === null) return;
    const sent = Math.max(0, this.#socket.write(this.#unsent));
    this.#unsent = this.#unsent.subarray(sent);
  }

  #receive(bytes: Uint8Array): void {
    if (this.#failure !== null) return;
    this.#timer?.refresh();
    try {
      this.#parser.push(copyBytes(bytes));
      for (let reply = this.#parser.next(); reply !== undefined; reply = this.#parser.next()) {
        this.#expected.shift()?.resolve(reply);
      }
    } catch (error) {
      this.#fail(messageOf(error));
    }
    if (this.#expected.length === 0) this.#stopTimer();
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #fail(reason: string): void {
    if (this.#failure !== null) return;
    this.#failure = new ServerError(`${this.#name}: ${reason}`);
    this.#stopTimer();
    this.#socket?.terminate();
    for (const expected of this.#expected.splice(0)) expected.reject(this.#failure);
  }
}
