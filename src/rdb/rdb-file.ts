/**
 * Reads Redis's .rdb files of versions 1 to 12 (Redis 7.4), piece by piece: memory is bounded by the largest value,
 * and by a limit on that.
 *
 *     for await (const record of readRdbFile(file.stream(), limits)) {
 *       if (record.kind === "key") ...
 *     }
 */
import { type Bytes, copyBytes, toText } from "../bytes/bytes.ts";
import { CRC64_BYTES } from "../bytes/crc64.ts";
import { RdbEndError, RdbError } from "./rdb-error.ts";
import { RdbReader } from "./rdb-reader.ts";
import * as types from "./rdb-types.ts";
import { openValue, type RdbValue } from "./rdb-value.ts";
import { RdbWindow } from "./rdb-window.ts";
import { foreignName, skipValue } from "./value-shape.ts";

export interface RdbFileLimits {
  /** Longest value in the file, in bytes; and most bytes that compressed strings in one may come to. */
  readonly valueBytesMax: number;
}

/** A key with its value. Bytes and value are views: valid until the next record is asked for. */
export interface RdbKeyRecord {
  readonly kind: "key";
  readonly database: number;
  readonly key: Bytes;
  /** When the key ends, ms since 1970; 0: never. It may be past. */
  readonly expireAtMs: number;
  /** Seconds since it was used, as Redis saves it under an LRU policy; null: not said. */
  readonly idleSeconds: number | null;
  /** How often it was used, in [0, 255], as Redis saves it under an LFU policy; null: not said. */
  readonly frequency: number | null;
  /** Unchecked: see `checkValue`. */
  readonly value: RdbValue;
  /** Length of key and value in the file. */
  readonly bytes: number;
}

export type RdbRecord =
  | RdbKeyRecord
  /** The first one. */
  | { readonly kind: "header"; readonly version: number }
  /** What the server says of itself: `redis-ver`, `ctime` ... */
  | { readonly kind: "aux"; readonly name: Bytes; readonly value: Bytes }
  /** How many keys, and how many with TTL, follow in this database. A hint. */
  | {
      readonly kind: "size";
      readonly database: number;
      readonly keys: number;
      readonly ttls: number;
    }
  /** A library of functions. */
  | { readonly kind: "library"; readonly code: Bytes }
  /** Something that is not stored here, skipped: a key that holds a module's value, or no key's. */
  | {
      readonly kind: "skipped";
      readonly what: string;
      readonly database: number;
      readonly key: Bytes | null;
    }
  /** The last one: everything was there. `isChecked` is false when the file has no checksum. */
  | { readonly kind: "end"; readonly isChecked: boolean };

const MAGIC = "REDIS";
const HEADER_BYTES = 9;
/** First version with a checksum. */
const VERSION_WITH_CHECKSUM = 5;
const NO_CHECKSUM = new Uint8Array(CRC64_BYTES);

/** Numbers that tell of a slot of a cluster. */
const SLOT_INFO_NUMBERS = 3;
/** The mark of the end was read. */
const END = "end";

/** What was said of the key that comes next. */
interface KeyNotes {
  expireAtMs: number;
  idleSeconds: number | null;
  frequency: number | null;
}

/**
 * The records of a file, in order. What follows its end is not looked at.
 *
 * @param source its bytes, in pieces of any size
 * @throws {RdbError} no such file, newer, damaged, cut off, or a value beyond the limit
 */
export async function* readRdbFile(
  source: AsyncIterable<Bytes>,
  limits: RdbFileLimits,
): AsyncGenerator<RdbRecord, void, undefined> {
  const file = new RdbFile(source, limits);
  try {
    const version = await file.header();
    yield { kind: "header", version };
    for (;;) {
      const record = await file.record();
      if (record === null) continue;
      yield record;
      if (record.kind === "end") return;
    }
  } catch (error) {
    if (!(error instanceof RdbError)) throw error;
    throw new RdbError(`${error.message}, at byte ${file.position}`, { cause: error });
  } finally {
    await file.close();
  }
}

class RdbFile {
  readonly #window: RdbWindow;
  readonly #limits: RdbFileLimits;
  #version = 0;
  #database = 0;
  #notes = noNotes();

  constructor(source: AsyncIterable<Bytes>, limits: RdbFileLimits) {
    this.#window = new RdbWindow(source, limits.valueBytesMax);
    this.#limits = limits;
  }

  get position(): number {
    return this.#window.position;
  }

  /** Reads the file's version. */
  async header(): Promise<number> {
    return this.#read((reader) => {
      const text = toText(reader.bytes(HEADER_BYTES));
      const digits = text.slice(MAGIC.length);
      if (!text.startsWith(MAGIC) || !/^\d{4}$/.test(digits)) {
        throw new RdbError("this is no .rdb file");
      }
      this.#version = Number(digits);
      if (this.#version < 1 || this.#version > types.RDB_VERSION_MAX) {
        throw new RdbError(`it has version ${this.#version} of the format, which is not read here`);
      }
      return this.#version;
    });
  }

  /** Reads what comes next; null: only a note. */
  async record(): Promise<RdbRecord | null> {
    const record = await this.#read((reader) => this.#next(reader));
    return record === END ? this.#end() : record;
  }

  #next(reader: RdbReader): RdbRecord | typeof END | null {
    const code = reader.byte();
    switch (code) {
      case types.OPCODE_EOF:
        return END;
      case types.OPCODE_SELECT:
        this.#database = reader.length();
        return null;
      case types.OPCODE_EXPIRE_SECONDS:
        this.#notes.expireAtMs = reader.int32() * 1000;
        return null;
      case types.OPCODE_EXPIRE_MS:
        this.#notes.expireAtMs = reader.uint64();
        return null;
      case types.OPCODE_IDLE:
        this.#notes.idleSeconds = reader.length();
        return null;
      case types.OPCODE_FREQUENCY:
        this.#notes.frequency = reader.byte();
        return null;
      case types.OPCODE_SLOT_INFO:
        for (let i = 0; i < SLOT_INFO_NUMBERS; i++) reader.skipLength();
        return null;
      case types.OPCODE_RESIZE: {
        const [keys, ttls] = [reader.length(), reader.length()];
        return { kind: "size", database: this.#database, keys, ttls };
      }
      case types.OPCODE_AUX: {
        const [name, value] = [reader.string(), reader.string()];
        return { kind: "aux", name, value };
      }
      case types.OPCODE_FUNCTION:
        return { kind: "library", code: reader.string() };
      case types.OPCODE_EARLY_FUNCTION:
        throw new RdbError("functions of a Redis before 7.0 are not read here");
      case types.OPCODE_MODULE_AUX:
        skipValue(reader, types.RDB_MODULE_2);
        return this.#skipped("module", null);
      default:
        return this.#key(reader, code);
    }
  }

  async close(): Promise<void> {
    await this.#window.close();
  }

  #key(reader: RdbReader, type: number): RdbRecord {
    const key = reader.string();
    const { buffer, at: start } = reader;
    skipValue(reader, type);
    const notes = this.#notes;
    this.#notes = noNotes();
    const foreign = foreignName(type);
    if (foreign !== null) return this.#skipped(foreign, key);
    const expandedBytesMax = this.#limits.valueBytesMax;
    const value = openValue({ buffer, start, end: reader.at, type, expandedBytesMax });
    const bytes = key.length + reader.at - start;
    return { kind: "key", database: this.#database, key, ...notes, value, bytes };
  }

  #skipped(what: string, key: Bytes | null): RdbRecord {
    return { kind: "skipped", what, database: this.#database, key };
  }

  async #end(): Promise<RdbRecord> {
    if (this.#version < VERSION_WITH_CHECKSUM) return { kind: "end", isChecked: false };
    const stored = await this.#read((reader) => copyBytes(reader.bytes(CRC64_BYTES)), false);
    const isChecked = !NO_CHECKSUM.every((byte, i) => byte === stored[i]);
    if (isChecked && !this.#window.crc.equals(stored, 0)) {
      throw new RdbError("its checksum is wrong");
    }
    return { kind: "end", isChecked };
  }

  /**
   * Reads something that must be here as a whole, waiting until it is.
   *
   * @param read is called again from the start when it was not: it changes nothing before it has all it needs
   * @param takes false for the last piece, which its own checksum does not cover
   */
  async #read<T>(read: (reader: RdbReader) => T, takes = true): Promise<T> {
    const window = this.#window;
    for (;;) {
      const { buffer, start, end } = window;
      const reader = new RdbReader(buffer, start, end, this.#limits.valueBytesMax);
      try {
        const result = read(reader);
        if (takes) window.take(reader.at);
        return result;
      } catch (error) {
        if (!(error instanceof RdbEndError) || !(await window.more())) throw error;
      }
    }
  }
}

function noNotes(): KeyNotes {
  return { expireAtMs: 0, idleSeconds: null, frequency: null };
}
