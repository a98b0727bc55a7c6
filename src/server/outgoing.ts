/**
 * What a socket has not taken yet. `write` of a socket is partial: the rest is kept here, in order, and sent
 * when the socket drains.
 */
import { type Bytes, copyBytes } from "../bytes/bytes.ts";
import { KEPT_BYTES } from "../resp/reply-arena.ts";

/** The part of a socket that is needed here. */
export interface Writable {
  /** Takes a prefix of the bytes and answers its length; negative when the socket is closed. */
  write(bytes: Bytes): number;
}

/**
 * Larger views are kept, not copied: values leave their memory alone, and so does an arena that is too large to
 * be used for the next turn. A smaller view may be of an arena that is.
 */
const COPY_BYTES_MAX = KEPT_BYTES;

export class Outgoing {
  readonly #socket: Writable;
  readonly #pieces: Bytes[] = [];
  #first = 0;
  /** Bytes kept. */
  bytes = 0;

  constructor(socket: Writable) {
    this.#socket = socket;
  }

  /** Sends what the socket takes now and keeps the rest. */
  send(pieces: readonly Bytes[]): void {
    for (const piece of pieces) {
      const taken = this.bytes > 0 ? 0 : Math.max(0, this.#socket.write(piece));
      if (taken < piece.length) this.#keep(piece.subarray(taken));
    }
  }

  /** The socket can take more. */
  drain(): void {
    while (this.#first < this.#pieces.length) {
      const piece = this.#pieces[this.#first]!;
      const taken = Math.max(0, this.#socket.write(piece));
      this.bytes -= taken;
      if (taken < piece.length) {
        this.#pieces[this.#first] = piece.subarray(taken);
        this.#compact();
        return;
      }
      this.#first++;
    }
    this.#pieces.length = 0;
    this.#first = 0;
  }

  /** Forgets everything. */
  clear(): void {
    this.#pieces.length = 0;
    this.#first = 0;
    this.bytes = 0;
  }

  #keep(rest: Bytes): void {
    this.#pieces.push(rest.length > COPY_BYTES_MAX ? rest : copyBytes(rest));
    this.bytes += rest.length;
  }

  #compact(): void {
    if (this.#first < 1024) return;
    this.#pieces.splice(0, this.#first);
    this.#first = 0;
  }
}
