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

/** What a connection needs of its socket. */
export interface ClientSocket extends Writable {
  pause(): void;
  resume(): void;
  /** File descriptor; missing or negative when it is not known. */
  readonly fd?: number;
  /** TCP's own sign of life, after so many ms of silence. */
  setKeepAlive(enable: boolean, delayMs: number): boolean;
  /** Sends what was written and closes. */
  end(): void;
  /** Closes at once. */
  terminate(): void;
}

/**
 * Larger views are kept, not copied: values leave their memory alone, and so does an arena that is too large to
 * be used for the next turn. A smaller view may be of an arena that is.
 */
const COPY_BYTES_MAX = KEPT_BYTES;
/** Small pieces are kept together in blocks of this size: each piece of its own costs as much as a short message. */
const BLOCK_BYTES = 16 << 10;

/** What a client may leave unread whatever others do, in bytes. */
const UNREAD_BYTES_SURE = 64 << 10;
/** A client that has left more than this unread gets no further replies, and is not read from. */
const UNREAD_BYTES_MAX = 64 << 20;
/** The same for all clients together: as soon as they leave more, each gets only what is sure. */
const UNREAD_BYTES_MAX_TOTAL = 256 << 20;

/** What all clients together have not taken yet, in bytes. */
export interface UnreadTotal {
  bytes: number;
}

export class Outgoing {
  readonly #socket: Writable;
  readonly #total: UnreadTotal;
  readonly #pieces: Bytes[] = [];
  #first = 0;
  /** Of its own memory; the last piece may be a part of it. */
  #block: Bytes | null = null;
  /** Bytes kept. */
  bytes = 0;

  constructor(socket: Writable, total: UnreadTotal = { bytes: 0 }) {
    this.#socket = socket;
    this.#total = total;
  }

  /** True while the client has to read before it gets more. */
  get isFull(): boolean {
    if (this.bytes <= UNREAD_BYTES_SURE) return false;
    return this.bytes > UNREAD_BYTES_MAX || this.#total.bytes > UNREAD_BYTES_MAX_TOTAL;
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
      this.#count(-taken);
      if (taken < piece.length) {
        this.#pieces[this.#first] = piece.subarray(taken);
        this.#compact();
        return;
      }
      this.#first++;
    }
    this.#pieces.length = 0;
    this.#first = 0;
    this.#block = null;
  }

  /** Forgets everything. */
  clear(): void {
    this.#pieces.length = 0;
    this.#first = 0;
    this.#block = null;
    this.#count(-this.bytes);
  }

  #keep(rest: Bytes): void {
    this.#count(rest.length);
    if (rest.length > COPY_BYTES_MAX) this.#pieces.push(rest);
    else if (rest.length > BLOCK_BYTES / 2) this.#pieces.push(copyBytes(rest));
    else if (!this.#extendLast(rest)) this.#startBlock(rest);
  }

  /** Appends to the last piece if that is the start of a block with room. */
  #extendLast(rest: Bytes): boolean {
    const block = this.#block;
    const last = this.#pieces.at(-1);
    if (block === null || last?.buffer !== block.buffer) return false;
    const end = last.byteOffset + last.length;
    if (end + rest.length > block.length) return false;
    block.set(rest, end);
    this.#pieces[this.#pieces.length - 1] = block.subarray(last.byteOffset, end + rest.length);
    return true;
  }

  #startBlock(rest: Bytes): void {
    // The first piece may be all there ever is; the second one is worth a block.
    if (this.#pieces.length === this.#first) {
      this.#pieces.push(copyBytes(rest));
      return;
    }
    this.#block = new Uint8Array(BLOCK_BYTES);
    this.#block.set(rest);
    this.#pieces.push(this.#block.subarray(0, rest.length));
  }

  #count(bytes: number): void {
    this.bytes += bytes;
    this.#total.bytes += bytes;
  }

  #compact(): void {
    if (this.#first < 1024) return;
    this.#pieces.splice(0, this.#first);
    this.#first = 0;
  }
}
