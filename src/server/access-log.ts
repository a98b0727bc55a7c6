/**
 * The access log: one line per request, in a file that changes at midnight. Lines wait in a bounded queue and
 * are written behind the server's back: neither a slow disk nor a full one holds requests up.
 */
import { closeSync, fstatSync, mkdirSync, openSync, write } from "node:fs";
import { rename, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fromText } from "../bytes/bytes.ts";
import { clock } from "../clock.ts";
import type { Client } from "../commands/client.ts";
import type { Command } from "../commands/command.ts";
import type { AccessLogStatus } from "../commands/context.ts";
import { ConfigError, messageOf } from "../errors.ts";
import { log } from "../log.ts";
import type { Request } from "../resp/request.ts";
import { accessLine, localDate } from "./access-line.ts";

/** Text that may wait to be written; lines beyond it are dropped. */
const QUEUE_CHARACTERS_MAX = 4 << 20;
/** How long a line may wait for others to be written with, in ms. */
const BATCH_MS = 100;
/** How long closing waits for a disk that does not answer, in ms. */
const CLOSE_PATIENCE_MS = 2000;

/** Lines of one day, to be written together. */
interface Batch {
  readonly day: string;
  readonly lines: string[];
}

interface OpenFile {
  readonly fd: number;
  readonly inode: number;
  readonly device: number;
  /** Local date of what it holds. */
  readonly day: string;
}

export class AccessLog implements AccessLogStatus {
  /** As it was asked for. */
  readonly name: string;
  readonly #path: string;
  #file: OpenFile | null;
  #batches: Batch[] = [];
  #queued = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #draining: Promise<void> | null = null;
  /** True when the file may end within a line. */
  #torn = false;
  #today = { day: "", endsMs: 0, startsMs: 0 };
  droppedLines = 0;
  failure: string | null = null;

  /**
   * @param name a path, or a bare name that goes into `directory`
   * @throws {ConfigError} the file cannot be opened
   */
  constructor(name: string, directory: string) {
    this.name = name;
    this.#path = name.includes("/") ? name : join(directory, name);
    try {
      mkdirSync(dirname(this.#path), { recursive: true });
      this.#file = openFile(this.#path, localDate(clock.nowMs()));
    } catch (error) {
      throw new ConfigError(`Cannot open the access log: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Queues the line of a request. `error` is the reply's text if it is one; null command: unknown. */
  write(
    client: Pick<Client, "address" | "isUnix">,
    command: Command | null,
    request: Request,
    durationUs: number,
    error: string | null,
  ): void {
    if (this.#queued > QUEUE_CHARACTERS_MAX) {
      this.droppedLines++;
      return;
    }
    const nowMs = clock.nowMs();
    const line = accessLine(nowMs, client, command, request, durationUs, error);
    const day = this.#dayOf(nowMs);
    const last = this.#batches.at(-1);
    if (last?.day === day) last.lines.push(line);
    else this.#batches.push({ day, lines: [line] });
    this.#queued += line.length;
    if (this.#draining === null) this.#timer ??= setTimeout(() => this.#startDraining(), BATCH_MS);
  }

  /** Writes what waits and closes the file. Call once. */
  async close(): Promise<void> {
    const patience = Promise.withResolvers<void>();
    const timer = setTimeout(patience.resolve, CLOSE_PATIENCE_MS);
    await Promise.race([this.flushed(), patience.promise]);
    clearTimeout(timer);
    this.#closeFile();
  }

  /** Resolves when everything that waits is written, or has failed to be. */
  async flushed(): Promise<void> {
    while (this.#batches.length > 0 || this.#draining !== null) {
      this.#startDraining();
      await this.#draining;
    }
  }

  #startDraining(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#draining ??= this.#drain().finally(() => {
      this.#draining = null;
    });
  }

  async #drain(): Promise<void> {
    for (let batch = this.#batches.shift(); batch !== undefined; batch = this.#batches.shift()) {
      const text = batch.lines.join("");
      this.#queued -= text.length;
      try {
        await this.#prepareFile(batch.day);
        await this.#append(fromText(this.#torn ? `\n${text}` : text));
        if (this.failure !== null) log.info("access-log", "the access log is written again");
        this.failure = null;
      } catch (error) {
        this.droppedLines += batch.lines.length;
        this.#fail(error);
      }
    }
  }

  /** Changes the file when the day is over, and opens a new one where somebody has moved the old one away. */
  async #prepareFile(day: string): Promise<void> {
    if (this.#file !== null) {
      const found = await stat(this.#path).catch(() => null);
      if (found?.ino !== this.#file.inode || found.dev !== this.#file.device) this.#closeFile();
    }
    const file = this.#file ?? openFile(this.#path, day);
    this.#file = file;
    if (file.day === day) return;
    try {
      await rename(this.#path, await freeName(`${this.#path}.${file.day}`));
      this.#closeFile();
      this.#file = openFile(this.#path, day);
    } catch (error) {
      // Better a file of two days than no lines.
      log.warn("access-log", "cannot start a new file", { reason: messageOf(error) });
      this.#file = { ...file, day };
    }
  }

  async #append(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      at += await writeTo(this.#file!.fd, bytes.subarray(at));
      this.#torn = at < bytes.length;
    }
  }

  #fail(error: unknown): void {
    const reason = messageOf(error);
    if (this.failure === null) log.warn("access-log", "cannot write the access log", { reason });
    this.failure = reason;
    this.#closeFile();
  }

  #closeFile(): void {
    if (this.#file !== null) closeSync(this.#file.fd);
    this.#file = null;
  }

  #dayOf(ms: number): string {
    const today = this.#today;
    if (ms >= today.startsMs && ms < today.endsMs) return today.day;
    const start = new Date(ms);
    start.setHours(0, 0, 0, 0);
    const end = new Date(start);
    end.setDate(end.getDate() + 1);
    this.#today = { day: localDate(ms), startsMs: start.getTime(), endsMs: end.getTime() };
    return this.#today.day;
  }
}

/** Opens a file to append to; what it holds already is of the day it was last written. */
function openFile(path: string, day: string): OpenFile {
  const fd = openSync(path, "a", 0o666);
  const { ino, dev, size, mtimeMs } = fstatSync(fd);
  return { fd, inode: ino, device: dev, day: size > 0 ? localDate(mtimeMs) : day };
}

/** The path, or the first of `path.1`, `path.2` ... that does not exist. */
async function freeName(path: string): Promise<string> {
  for (let number = 0; ; number++) {
    const name = number === 0 ? path : `${path}.${number}`;
    if ((await stat(name).catch(() => null)) === null) return name;
  }
}

function writeTo(fd: number, bytes: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    write(fd, bytes, 0, bytes.length, null, (error, written) => {
      if (error === null) resolve(written);
      else reject(error);
    });
  });
}
