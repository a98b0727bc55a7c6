/**
 * Replaces the content of a data directory by a snapshot's: it is built beside what is there, in a worker
 * thread, checked as a whole, and swapped in by the next `Keyspace.open`, all of it or nothing.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { LogPosition } from "../../binlog/position.ts";
import type { Bytes } from "../../bytes/bytes.ts";
import { BUILD_DIRECTORY, markReady, unmarkReady } from "../directory-swap.ts";
import type { LoaderProgress, LoaderRequest } from "./loader-worker.ts";
import { decodeSnapshotHead, type SnapshotHead } from "./snapshot-format.ts";
import { WorkerCalls } from "./worker-calls.ts";

export class DirectoryBuilder {
  readonly #dataDirectory: string;
  readonly #calls: WorkerCalls<LoaderRequest>;
  readonly #head: SnapshotHead;
  #keys = 0;
  #isComplete = false;

  private constructor(
    dataDirectory: string,
    calls: WorkerCalls<LoaderRequest>,
    head: SnapshotHead,
  ) {
    this.#dataDirectory = dataDirectory;
    this.#calls = calls;
    this.#head = head;
  }

  /**
   * @param dataDirectory whose content is to be replaced; it may be in use
   * @param head what the snapshot begins with
   * @param pageBytes page size of the new SQLite file
   * @throws {StorageError} the head is no snapshot's, or the disk refuses
   */
  static async create(
    dataDirectory: string,
    head: Bytes,
    pageBytes = 4096,
  ): Promise<DirectoryBuilder> {
    const decoded = decodeSnapshotHead(head);
    const directory = join(dataDirectory, BUILD_DIRECTORY);
    rmSync(directory, { recursive: true, force: true });
    const worker = new Worker(new URL("./loader-worker.ts", import.meta.url), { smol: true });
    const calls = new WorkerCalls<LoaderRequest>(worker, "the loader worker");
    const builder = new DirectoryBuilder(dataDirectory, calls, decoded);
    try {
      await calls.ask({ kind: "open", directory, head, pageBytes });
    } catch (error) {
      await builder.abandon();
      throw error;
    }
    return builder;
  }

  /** Place in the log that the snapshot is the state of. */
  get position(): LogPosition {
    return this.#head.position;
  }

  get historyId(): Uint8Array {
    return this.#head.header.historyId;
  }

  /** Keys so far, of all databases. */
  get keys(): number {
    return this.#keys;
  }

  /** True when the end block has come and everything before it was there. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Takes the next block. @throws {StorageError} it is damaged, or the disk refuses; then `abandon` */
  async add(block: Bytes): Promise<void> {
    const progress = await this.#calls.ask<LoaderProgress>({ kind: "add", block });
    this.#keys = progress.keys;
    this.#isComplete = progress.isComplete;
  }

  /** Makes it durable: the next open of the data directory swaps it in. @throws {StorageError} incomplete; the disk refuses */
  async finish(): Promise<void> {
    await this.#calls.ask({ kind: "finish" });
    this.#calls.end();
    markReady(this.#dataDirectory);
  }

  /** Removes what was built, also after `finish`. */
  async abandon(): Promise<void> {
    await this.#calls.ask({ kind: "close" }).catch(() => {});
    this.#calls.end();
    unmarkReady(this.#dataDirectory);
    rmSync(join(this.#dataDirectory, BUILD_DIRECTORY), { recursive: true, force: true });
  }
}
