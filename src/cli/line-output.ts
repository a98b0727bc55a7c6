/** Text for stdout, much of it: written in large pieces, and completely, before the process may exit. */
import { writeSync } from "node:fs";

const PIECE_BYTES = 64 << 10;

/** Whoever reads has gone: `ledis binlog ... | head`. */
export class OutputClosed extends Error {
  override readonly name = "OutputClosed";
}

export class LineOutput {
  readonly #write: (bytes: Uint8Array) => number;
  #lines: string[] = [];
  #length = 0;

  /** @param write as writeSync: answers how many bytes it took */
  constructor(write = (bytes: Uint8Array): number => writeSync(1, bytes)) {
    this.#write = write;
  }

  /** @param text without its newline @throws {OutputClosed} */
  line(text: string): void {
    this.#lines.push(text);
    this.#length += text.length + 1;
    if (this.#length >= PIECE_BYTES) this.flush();
  }

  /** @throws {OutputClosed} */
  flush(): void {
    if (this.#lines.length === 0) return;
    let bytes: Uint8Array = Buffer.from(`${this.#lines.join("\n")}\n`);
    this.#lines = [];
    this.#length = 0;
    while (bytes.length > 0) {
      try {
        bytes = bytes.subarray(this.#write(bytes));
      } catch (error) {
        const code = error instanceof Error && "code" in error ? error.code : "";
        if (code === "EPIPE") throw new OutputClosed("the output was closed", { cause: error });
        if (code !== "EAGAIN") throw error;
        Bun.sleepSync(1);
      }
    }
  }
}
