/** A slave's connection to its master: requests out, replies in their order, silence noticed. */

import type { Socket } from "bun";
import type { Bytes } from "../bytes/bytes.ts";
import { clock } from "../clock.ts";
import type { TcpAddress } from "../config/address.ts";
import { messageOf } from "../errors.ts";
import type { ParsedReply } from "../resp/parsed-reply.ts";
import { ReplyParser } from "../resp/reply-parser.ts";
import { encodeRequest } from "../resp/request-encoder.ts";

/** Longest reply: a turn may be large, and is never cut. */
const REPLY_BYTES_MAX = 2 ** 31 - 1;
/** How often the silence is measured, in ms. */
const CHECK_MS = 1000;
/** Silence after which TCP asks whether the other end is still there, in ms. */
const KEEP_ALIVE_MS = 30_000;

/** The master cannot be used: not there, silent, or not what it should be. The message is for the operator. */
export class LinkError extends Error {
  override readonly name = "LinkError";
}

/** The reply to one request. */
interface Expected {
  resolve(reply: ParsedReply): void;
  reject(error: LinkError): void;
}

export class MasterConnection {
  readonly #timeoutMs: number;
  readonly #parser = new ReplyParser({ replyBytesMax: REPLY_BYTES_MAX, depthMax: 4 });
  readonly #expected: Expected[] = [];
  readonly #timer: ReturnType<typeof setInterval>;
  #socket: Socket | null = null;
  #unsent: Bytes = new Uint8Array(0);
  #failure: LinkError | null = null;
  /** When something was received last, monotonic. */
  #heardUs = clock.monotonicUs();
  #onReceived: () => void = () => {};
  receivedBytes = 0;

  private constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#timer = setInterval(() => this.#check(), Math.min(CHECK_MS, timeoutMs / 2));
  }

  /**
   * @param timeoutMs longest silence, of connecting and while a reply is expected
   * @param isOver true when nobody wants it any more
   * @throws {LinkError} nobody listens there, or does not answer in time
   */
  static async open(address: TcpAddress, timeoutMs: number): Promise<MasterConnection> {
    const connection = new MasterConnection(timeoutMs);
    const { promise, reject } = Promise.withResolvers<never>();
    const expected = { resolve() {}, reject };
    connection.#expected.push(expected);
    const connecting = Bun.connect({
      hostname: address.host,
      port: address.port,
      socket: {
        data: (_, bytes) => connection.#receive(bytes),
        drain: () => connection.#flush(),
        close: () => connection.#fail("the master closed the connection"),
        end: () => connection.#fail("the master closed the connection"),
        error: (_, error) => connection.#fail(error.message),
        connectError: (_, error) => connection.#fail(reasonOf(error)),
      },
    }).catch((error: unknown) => {
      connection.#fail(reasonOf(error));
      return promise;
    });
    promise.catch(() => {});
    void connecting.then(
      // It was given up meanwhile.
      (socket) => connection.#failure !== null && socket.terminate(),
      () => {},
    );
    const socket = await Promise.race([connecting, promise]);
    connection.#expected.splice(connection.#expected.indexOf(expected), 1);
    connection.#socket = socket;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    return connection;
  }

  /** Calls `listener` whenever something was received. */
  onReceived(listener: () => void): void {
    this.#onReceived = listener;
  }

  get isClosed(): boolean {
    return this.#failure !== null;
  }

  /** Sends a request; resolves to its reply, which may be an error. @throws {LinkError} the connection is lost */
  call(...words: readonly (Bytes | string | number)[]): Promise<ParsedReply> {
    const { promise, resolve, reject } = Promise.withResolvers<ParsedReply>();
    // Several may be under way when it is lost, and one of them is awaited first.
    promise.catch(() => {});
    if (this.#failure !== null) {
      reject(this.#failure);
      return promise;
    }
    if (this.#expected.length === 0) this.#heardUs = clock.monotonicUs();
    const request = encodeRequest(words);
    this.#expected.push({ resolve, reject });
    this.#unsent = this.#unsent.length === 0 ? request : Buffer.concat([this.#unsent, request]);
    this.#flush();
    return promise;
  }

  /** Closes at once; what is under way fails. */
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
    this.receivedBytes += bytes.length;
    this.#onReceived();
    try {
      this.#parser.push(bytes);
      for (let reply = this.#parser.next(); reply !== undefined; reply = this.#parser.next()) {
        const expected = this.#expected.shift();
        if (expected === undefined) throw new LinkError("the master sent what nobody asked for");
        expected.resolve(reply);
      }
    } catch (error) {
      this.#fail(reasonOf(error));
    }
  }

  #check(): void {
    if (this.#expected.length === 0) return;
    const silentMs = (clock.monotonicUs() - this.#heardUs) / 1000;
    if (silentMs < this.#timeoutMs) return;
    this.#fail(`the master did not answer for ${Math.round(silentMs / 1000)} s`);
  }

  #fail(reason: string): void {
    if (this.#failure !== null) return;
    this.#failure = new LinkError(reason);
    clearInterval(this.#timer);
    this.#socket?.terminate();
    for (const expected of this.#expected.splice(0)) expected.reject(this.#failure);
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
