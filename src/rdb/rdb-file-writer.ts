/** Writes Redis's .rdb files, piece by piece: a value is never in memory as a whole, unless it is a string or a stream. */
import { type Bytes, fromText } from "../bytes/bytes.ts";
import { CRC64_BYTES, Crc64 } from "../bytes/crc64.ts";
import * as types from "./rdb-types.ts";
import { RdbWriter } from "./rdb-writer.ts";

/** A key whose value follows. */
export interface RdbKeyHead {
  readonly key: Bytes;
  /** When it ends, ms since 1970; 0: never. */
  readonly expireAtMs: number;
  /** Redis's number of the value's type. */
  readonly rdbType: number;
}

/**
 * Version in the header: the oldest of which every form is that is written here, but those of streams, of fields
 * with TTLs and of functions. Redis knows these by their numbers alone, whatever the header says, and Redis 4.0 and later
 * read a file without them.
 */
const VERSION = 8;

export class RdbFileWriter {
  readonly #write: (piece: Bytes) => void;
  readonly #crc = new Crc64();
  readonly #writer: RdbWriter;

  /**
   * @param bytesMax longest string or stream
   * @param write is given the file, piece by piece, as views
   */
  constructor(bytesMax: number, write: (piece: Bytes) => void) {
    this.#write = write;
    this.#writer = new RdbWriter(bytesMax, (piece) => {
      this.#crc.update(piece);
      write(piece);
    });
    this.#writer.raw(fromText(`REDIS${`${VERSION}`.padStart(4, "0")}`));
  }

  /** Something that the writing server says of itself. */
  aux(name: string, value: string): void {
    this.#writer.byte(types.OPCODE_AUX);
    this.#writer.string(fromText(name));
    this.#writer.string(fromText(value));
  }

  /** A library of functions, which Redis 7.0 and later take. Before all keys. */
  library(code: Bytes): void {
    this.#writer.byte(types.OPCODE_FUNCTION);
    this.#writer.string(code);
  }

  /** The keys that follow are in this database: about so many, and so many of them with a TTL. */
  database(number: number, keys: number, ttls: number): void {
    this.#writer.byte(types.OPCODE_SELECT);
    this.#writer.length(number);
    this.#writer.byte(types.OPCODE_RESIZE);
    this.#writer.length(keys);
    this.#writer.length(ttls);
  }

  /** @param write writes the value @throws {RdbFullError} it is too long */
  key({ key, expireAtMs, rdbType }: RdbKeyHead, write: (writer: RdbWriter) => void): void {
    if (expireAtMs !== 0) {
      this.#writer.byte(types.OPCODE_EXPIRE_MS);
      this.#writer.uint64(expireAtMs);
    }
    this.#writer.byte(rdbType);
    this.#writer.string(key);
    write(this.#writer);
  }

  /** Writes the end, and the checksum of everything before. */
  end(): void {
    this.#writer.byte(types.OPCODE_EOF);
    this.#writer.flush();
    const checksum = new Uint8Array(CRC64_BYTES);
    this.#crc.write(checksum, 0);
    this.#write(checksum);
  }
}
