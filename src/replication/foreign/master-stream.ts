/** A connection to a master that sends without being asked: lines, and bytes as they come. */
import { type Bytes, concatBytes, EMPTY, mapKey } from "../../bytes/bytes.ts";
import type { TcpAddress } from "../../config/address.ts";
import { encodeRequest } from "../../resp/request-encoder.ts";
import { LinkError } from "../link-error.ts";
import { MasterSocket, type SocketOptions } from "../master-socket.ts";
import { ReceivedBytes, type ReceivedLimits } from "./received-bytes.ts";

const LF = 0x0a;
const CR = 0x0d;
/** Longest line. */
const LINE_BYTES_MAX = 64 * 1024;

export interface StreamOptions extends SocketOptions {
  /** Where what nobody has read yet is put when it is much. */
  readonly spoolPath: string;
  readonly limits: ReceivedLimits;
  received(bytes: number): void;
}

export class MasterStream {
  readonly #options: StreamOptions;
  readonly #waiting: ReceivedBytes;
  #socket: MasterSocket | null = null;
  #isPaused = false;
  #isWaiting = false;
  #wake: () => void = () => {};

  private constructor(options: StreamOptions) {
    this.#options = options;
    this.#waiting = new ReceivedBytes(options.spoolPath, options.limits);
  }

  /** @throws {LinkError} nobody listens there, or does not answer in time */
  static async open(address: TcpAddress, options: StreamOptions): Promise<MasterStream> {
    const stream = new MasterStream(options);
    stream.#socket = await MasterSocket.open(address, options, {
      received: (bytes) => stream.#received(bytes),
      failed: () => stream.#wake(),
    });
    return stream;
  }

  /** True when everything that has come was read. */
  get isDrained(): boolean {
    return this.#waiting.bytes === 0;
  }

  /** True while a reader waits for what comes next. */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /** Sends a request. An answer, if there is one, is read as a line. */
  send(...words: readonly (Bytes | string | number)[]): void {
    this.#socket!.write(encodeRequest(words));
  }

  /** Says that this server lives, to a Redis that sends a copy. */
  sayNothing(): void {
    this.#socket!.write(Uint8Array.of(LF));
  }

  /**
   * The next line, without its end. Empty ones are left out: they say only that the master lives.
   *
   * @throws {LinkError} the connection is lost, or the line does not end
   */
  async line(): Promise<string> {
    let line: Bytes = EMPTY;
    for (;;) {
      const piece = await this.next();
      const end = piece.indexOf(LF);
      line = concatBytes(line, end < 0 ? piece : piece.subarray(0, end));
      if (line.length > LINE_BYTES_MAX) throw new LinkError("the master sends nonsense");
      if (end < 0) continue;
      this.unread(piece.subarray(end + 1));
      const text = mapKey(line.at(-1) === CR ? line.subarray(0, -1) : line);
      if (text !== "") return text;
      line = EMPTY;
    }
  }

  /** What comes next, at least a byte. @throws {LinkError} the connection is lost, and everything before was read */
  async next(): Promise<Bytes> {
    const socket = this.#socket!;
    for (;;) {
      const piece = this.#waiting.take();
      if (piece !== null) {
        if (this.#isPaused && !this.#waiting.isFull) {
          this.#isPaused = false;
          socket.resume();
        }
        return piece;
      }
      if (socket.failure !== null) throw socket.failure;
      socket.expects = this.#isWaiting = true;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      socket.expects = this.#isWaiting = false;
    }
  }

  /** Puts back what was taken last and is for somebody else. */
  unread(bytes: Bytes): void {
    this.#waiting.unshift(bytes);
  }

  /** Closes at once; whoever waits gets an error. */
  close(): void {
    this.#socket!.close();
    this.#waiting.close();
  }

  #received(bytes: Bytes): void {
    this.#options.received(bytes.length);
    this.#waiting.push(bytes);
    if (this.#waiting.isFull && !this.#isPaused) {
      this.#isPaused = true;
      this.#socket!.pause();
    }
    this.#wake();
  }
}
