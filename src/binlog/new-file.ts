/** A file that gets its name when it is complete and on disk, and is `path.tmp` until then. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Bytes } from "../bytes/bytes.ts";
import { syncPath } from "./sync-path.ts";

export class NewFile {
  readonly #path: string;
  readonly #fd: number;
  #isOpen = true;
  #size = 0;

  /** Only its owner may read it. @throws it cannot be created */
  constructor(path: string) {
    this.#path = path;
    this.#fd = openSync(this.#temporary, "w", 0o600);
  }

  /** Bytes so far. */
  get size(): number {
    return this.#size;
  }

  /** @throws the disk refuses */
  write(bytes: Bytes): void {
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at, bytes.length - at);
    this.#size += bytes.length;
  }

  /**
   * Makes it durable, and gives it its name: a file that has it is replaced.
   *
   * @throws the disk refuses, or a directory has the name; what was written is removed
   */
  finish(): void {
    try {
      fsyncSync(this.#fd);
      this.#close();
      renameSync(this.#temporary, this.#path);
    } catch (error) {
      this.abandon();
      throw error;
    }
    syncPath(dirname(resolve(this.#path)));
  }

  /** Removes what was written. */
  abandon(): void {
    this.#close();
    rmSync(this.#temporary, { force: true });
  }

  #close(): void {
    if (this.#isOpen) closeSync(this.#fd);
    this.#isOpen = false;
  }

  get #temporary(): string {
    return `${this.#path}.tmp`;
  }
}
