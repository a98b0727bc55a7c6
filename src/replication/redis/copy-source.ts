/** The copy that Redis sends, as the pieces of an .rdb file: `$<bytes>`, and so many bytes with nothing behind them. */
import type { Bytes } from "../../bytes/bytes.ts";
import { fromText } from "../../bytes/bytes.ts";
import { parseSafeInteger } from "../../bytes/integer.ts";
import type { MasterStream } from "../foreign/master-stream.ts";
import { LinkError } from "../link-error.ts";

export class CopySource {
  readonly #stream: MasterStream;
  #left: number;

  /** @param line the first one of the copy @throws {LinkError} it says no length */
  constructor(stream: MasterStream, line: string) {
    this.#stream = stream;
    this.#left = line.startsWith("$") ? parseSafeInteger(fromText(line), 1) : Number.NaN;
    if (!(this.#left >= 0)) {
      throw new LinkError(`the master sent no copy: ${line.replace(/^-/, "")}`);
    }
  }

  /** True when all of it was read; what comes next is no part of it. */
  get isWhole(): boolean {
    return this.#left === 0;
  }

  /** Its bytes. @throws {LinkError} the connection is lost within it */
  async *pieces(): AsyncGenerator<Bytes, void, undefined> {
    while (this.#left > 0) {
      const piece = await this.#stream.next();
      const content = piece.length > this.#left ? piece.subarray(0, this.#left) : piece;
      this.#stream.unread(piece.subarray(content.length));
      this.#left -= content.length;
      yield content;
    }
  }
}
