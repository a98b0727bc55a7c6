/**
 * Fetches a v0.1 master's dump into a file: FULLSYNC answers all of it as one bulk, as large as the database. So it
 * is read on a connection of its own, and never stands in memory.
 */
import { type FileHandle, open } from "node:fs/promises";
import type { Socket, SocketHandler } from "bun";
import { type Bytes, concatBytes, copyBytes, EMPTY, mapKey } from "../../bytes/bytes.ts";
import { parseSafeInteger } from "../../bytes/integer.ts";
import { clock } from "../../clock.ts";
import type { TcpAddress } from "../../config/address.ts";
import { type ClientTls, connectTo } from "../../net/connect.ts";
import { encodeRequest } from "../../resp/request-encoder.ts";
import { LinkError } from "../link-error.ts";

const LF = 0x0a;
/** Bytes received and not written yet at which the socket has to wait. */
const WAITING_BYTES_MAX = 4 << 20;
/** Longest first line: `$` and a length, or an error. */
const LINE_BYTES_MAX = 64 * 1024;
/** How long the master may take to write its dump before it sends the first byte, in ms. */
const PREPARATION_MS = 3_600_000;
/** How often the silence is measured, in ms. */
const CHECK_MS = 1000;
const KEEP_ALIVE_MS = 30_000;

export interface DownloadOptions {
  /** Longest silence once the dump has begun to come, in ms. */
  readonly timeoutMs: number;
  /** null: without TLS. */
  readonly tls: ClientTls | null;
  /** True when nobody wants it any more. */
  isStopped(): boolean;
  received(bytes: number): void;
}

class Download {
  readonly #file: FileHandle;
  readonly #options: DownloadOptions;
  readonly #done = Promise.withResolvers<number>();
  #socket: Socket | null = null;
  #line: Bytes = EMPTY;
  /** Of the dump; null before the first line has come. */
  #length: number | null = null;
  #arrived = 0;
  #waiting: Bytes[] = [];
  #waitingBytes = 0;
  #isWriting = false;
  #isOver = false;
  #heardUs = clock.monotonicUs();

  constructor(file: FileHandle, options: DownloadOptions) {
    this.#file = file;
    this.#options = options;
  }

  async run(address: TcpAddress): Promise<number> {
    const timer = setInterval(() => this.#check(), Math.min(CHECK_MS, this.#options.timeoutMs / 2));
    const fail = (reason: string) => this.#fail(new LinkError(reason));
    try {
      const handlers: SocketHandler<undefined> = {
        data: (_, bytes) => this.#receive(bytes),
        close: () => fail("the master closed the connection within its dump"),
        error: (_, error) => fail(error.message),
      };
      connectTo(address, handlers, this.#options.tls).then(
        (socket) => this.#ask(socket),
        (error: unknown) => fail(`${error}`),
      );
      return await this.#done.promise;
    } finally {
      clearInterval(timer);
      this.#isOver = true;
      this.#socket?.terminate();
    }
  }

  #ask(socket: Socket): void {
    if (this.#isOver) {
      socket.terminate();
      return;
    }
    this.#socket = socket;
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.write(encodeRequest(["FULLSYNC"]));
  }

  #fail(error: unknown): void {
    this.#isOver = true;
    this.#done.reject(error);
  }

  #check(): void {
    const silentMs = (clock.monotonicUs() - this.#heardUs) / 1000;
    const patienceMs = this.#length === null ? PREPARATION_MS : this.#options.timeoutMs;
    if (this.#options.isStopped()) this.#fail(new LinkError("stopped"));
    else if (silentMs > patienceMs && !this.#isWriting) {
      this.#fail(new LinkError(`the master sent nothing for ${Math.round(silentMs / 1000)} s`));
    }
  }

  #receive(bytes: Bytes): void {
    if (this.#isOver) return;
    this.#heardUs = clock.monotonicUs();
    this.#options.received(bytes.length);
    try {
      const rest = this.#length === null ? this.#readLine(bytes) : copyBytes(bytes);
      if (this.#length === null) return;
      const wanted = this.#length - this.#arrived;
      const content = rest.length > wanted ? rest.subarray(0, wanted) : rest;
      this.#arrived += content.length;
      this.#waiting.push(content);
      this.#waitingBytes += content.length;
      if (this.#waitingBytes > WAITING_BYTES_MAX) this.#socket?.pause();
      if (!this.#isWriting) void this.#write();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Answers what follows the first line; `#length` is null still when that has not ended. */
  #readLine(bytes: Bytes): Bytes {
    this.#line = concatBytes(this.#line, bytes);
    const end = this.#line.indexOf(LF);
    if (end < 0) {
      if (this.#line.length > LINE_BYTES_MAX)
        throw new LinkError("FULLSYNC is answered by nonsense");
      return EMPTY;
    }
    const text = mapKey(this.#line.subarray(0, Math.max(0, end - 1)));
    const length = text.startsWith("$") ? parseSafeInteger(this.#line, 1, end - 1) : Number.NaN;
    if (!(length >= 0)) throw new LinkError(`FULLSYNC was refused: ${text}`);
    this.#length = length;
    const rest = this.#line.subarray(end + 1);
    this.#line = EMPTY;
    return rest;
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    try {
      while (this.#waiting.length > 0 && !this.#isOver) {
        const pieces = this.#waiting;
        this.#waiting = [];
        this.#waitingBytes = 0;
        this.#socket?.resume();
        await writeAll(this.#file, concatBytes(...pieces));
      }
      if (this.#arrived === this.#length) this.#done.resolve(this.#arrived);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#isWriting = false;
      this.#heardUs = clock.monotonicUs();
    }
  }
}

async function writeAll(file: FileHandle, bytes: Bytes): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
}

/**
 * Writes the master's whole dump into a file, which is replaced; answers its length in bytes.
 *
 * @throws {LinkError} the master refuses, is lost, or falls silent; or nobody wants it any more
 * @throws the file cannot be written
 */
export async function downloadDump(
  address: TcpAddress,
  path: string,
  options: DownloadOptions,
): Promise<number> {
  const file = await open(path, "w", 0o600);
  try {
    return await new Download(file, options).run(address);
  } finally {
    await file.close();
  }
}
