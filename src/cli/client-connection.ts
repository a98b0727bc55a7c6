/** A connection to a server, as the client tools use it: requests out, replies in order, one at a time. */
import type { Bytes } from "../bytes/bytes.ts";
import type { Address } from "../config/address.ts";
import { type ClientTls, connectTo } from "../net/connect.ts";
import type { ParsedReply } from "../resp/parsed-reply.ts";
import { ReplyParser } from "../resp/reply-parser.ts";
import { encodeRequest } from "../resp/request-encoder.ts";

/** The connection could not be made, or has ended. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
}

type Socket = Bun.Socket<undefined>;

const CONNECT_ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "Connection refused",
  ENOENT: "No such file or directory",
  ENOTFOUND: "Name or service not known",
  ETIMEDOUT: "Connection timed out",
  EACCES: "Permission denied",
  EHOSTUNREACH: "No route to host",
};

/** Opens a socket, with TLS unless that is null. @throws {ConnectionError} with the reason alone */
export async function openSocket(
  address: Address,
  socket: Bun.SocketHandler<undefined>,
  tls: ClientTls | null = null,
): Promise<Socket> {
  try {
    return await connectTo(address, socket, tls);
  } catch (error) {
    const { code = "", message = String(error) } = error as { code?: string; message?: string };
    throw new ConnectionError(CONNECT_ERRORS[code] ?? message, { cause: error });
  }
}

export class ClientConnection {
  readonly #parser = new ReplyParser();
  #socket: Socket | null = null;
  #failure: Error | null = null;
  /** Replies that nobody has taken yet. */
  readonly #replies: ParsedReply[] = [];
  #waiting: PromiseWithResolvers<ParsedReply> | null = null;
  /** What the socket did not take yet. */
  readonly #unsent: Bytes[] = [];
  #drained: PromiseWithResolvers<void> | null = null;
  /** Gets RESP3's pushes; without it they are replies like others. */
  onPush: ((push: ParsedReply) => void) | null = null;

  private constructor() {}

  /** @throws {ConnectionError} nobody is there */
  static async open(address: Address, tls: ClientTls | null = null): Promise<ClientConnection> {
    const connection = new ClientConnection();
    const handlers: Bun.SocketHandler<undefined> = {
      data: (_, bytes) => connection.#receive(bytes),
      drain: () => connection.#flush(),
      close: () => connection.#fail(new ConnectionError("Server closed the connection")),
      error: (_, error) => connection.#fail(new ConnectionError(error.message, { cause: error })),
    };
    connection.#socket = await openSocket(address, handlers, tls);
    return connection;
  }

  get isOpen(): boolean {
    return this.#failure === null;
  }

  /** Sends bytes as they are; they must not change until {@link drained}. */
  send(bytes: Bytes): void {
    if (this.#failure !== null || bytes.length === 0) return;
    this.#unsent.push(bytes);
    if (this.#unsent.length === 1) this.#flush();
  }

  /** Resolves when the socket has taken everything, or has ended. */
  drained(): Promise<void> {
    if (this.#unsent.length === 0 || this.#failure !== null) return Promise.resolve();
    this.#drained ??= Promise.withResolvers<void>();
    return this.#drained.promise;
  }

  /**
   * The next reply. One caller at a time.
   *
   * @throws {ConnectionError | ProtocolError} there will be none
   */
  next(): Promise<ParsedReply> {
    const reply = this.#replies.shift();
    if (reply !== undefined) return Promise.resolve(reply);
    if (this.#failure !== null) return Promise.reject(this.#failure);
    this.#waiting = Promise.withResolvers<ParsedReply>();
    return this.#waiting.promise;
  }

  /** Sends a request and answers its reply, when no other request is under way. */
  call(...args: readonly (Bytes | string | number)[]): Promise<ParsedReply> {
    this.send(encodeRequest(args));
    return this.next();
  }

  /** Ends it; whoever waits for a reply gets a {@link ConnectionError}. */
  close(): void {
    this.#fail(new ConnectionError("the connection was closed"));
  }

  #receive(bytes: Bytes): void {
    if (this.#failure !== null) return;
    try {
      this.#parser.push(Uint8Array.from(bytes));
      for (let reply = this.#parser.next(); reply !== undefined; reply = this.#parser.next()) {
        this.#deliver(reply);
      }
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #deliver(reply: ParsedReply): void {
    if (reply.kind === "push" && this.onPush !== null) {
      this.onPush(reply);
    } else if (this.#waiting === null) {
      this.#replies.push(reply);
    } else {
      const { resolve } = this.#waiting;
      this.#waiting = null;
      resolve(reply);
    }
  }

  #flush(): void {
    while (this.#unsent.length > 0) {
      const [bytes] = this.#unsent;
      const sent = this.#socket!.write(bytes!);
      if (sent < bytes!.length) {
        if (sent > 0) this.#unsent[0] = bytes!.subarray(sent);
        return;
      }
      this.#unsent.shift();
    }
    this.#drained?.resolve();
    this.#drained = null;
  }

  #fail(error: Error): void {
    if (this.#failure !== null) return;
    this.#failure = error;
    this.#unsent.length = 0;
    this.#socket?.terminate();
    this.#drained?.resolve();
    this.#waiting?.reject(error);
    this.#waiting = null;
  }
}
