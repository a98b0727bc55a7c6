/** Values as DUMP and RESTORE, files of Redis and tools hand them around: out of the database and into it. */
import { readU32 } from "../binlog/event.ts";
import type { Bytes } from "../bytes/bytes.ts";
import { CommandError, errors } from "../errors.ts";
import type { RangeWalk } from "../keyspace/range.ts";
import {
  TYPE_BITMAP,
  TYPE_HASH,
  TYPE_LIST,
  TYPE_SET,
  TYPE_STREAM,
  TYPE_STRING,
  TYPE_ZSET,
} from "../keyspace/rows/key-row.ts";
import {
  KIND_BITMAP,
  KIND_HASH,
  KIND_LIST,
  KIND_SET,
  KIND_ZSCORE,
} from "../keyspace/rows/row-key.ts";
import { checkValue } from "../rdb/check-value.ts";
import {
  isSealed,
  openPayload,
  sealPayload,
  VERSION_PLAIN,
  VERSION_WITH_FIELD_TTLS,
  VERSION_WITH_STREAMS,
} from "../rdb/dump-payload.ts";
import { atOnce, type Slices } from "../rdb/in-slices.ts";
import { RdbError } from "../rdb/rdb-error.ts";
import {
  RDB_HASH,
  RDB_HASH_METADATA,
  RDB_LEDIS_BITMAP,
  RDB_LIST,
  RDB_SET,
  RDB_STREAM_LISTPACKS_2,
  RDB_STRING,
  RDB_ZSET_2,
} from "../rdb/rdb-types.ts";
import { BITMAP_VERSION, type RdbValue } from "../rdb/rdb-value.ts";
import { RdbFullError, type RdbWriter } from "../rdb/rdb-writer.ts";
import { writeStream } from "../rdb/stream-writer.ts";
import type { CollectionHeader, Collections } from "./collections/collections.ts";
import type { Hashes } from "./hashes/hashes.ts";
import type { KeyRow, KeyTable } from "./key-table/key-table.ts";
import type { Lists } from "./lists/lists.ts";
import type { Sets } from "./sets/sets.ts";
import { StreamHeader } from "./streams/stream-header.ts";
import { type StreamTypes, storingStream, streamParts } from "./streams/stream-values.ts";
import type { Bitmaps } from "./strings/bitmaps.ts";
import type { Strings } from "./strings/strings.ts";
import { memberOf, scoreOf } from "./zsets/zset-entry.ts";
import type { ZSets } from "./zsets/zsets.ts";

/** The types' operations, of one database. */
export interface Types extends StreamTypes {
  readonly table: KeyTable;
  readonly collections: Collections;
  readonly strings: Strings;
  readonly bitmaps: Bitmaps;
  readonly hashes: Hashes;
  readonly lists: Lists;
  readonly sets: Sets;
  readonly zsets: ZSets;
}

/** How a type's elements are written: Redis's number of the type, the rows, and what is taken of each. */
interface DumpForm {
  readonly rdbType: number;
  readonly kind: number;
  /** What stands before the count of elements. */
  writeHead?(writer: RdbWriter, header: CollectionHeader): void;
  writeElement(writer: RdbWriter, walk: RangeWalk): void;
}

const FORMS: ReadonlyMap<number, DumpForm> = new Map([
  [
    TYPE_LIST,
    {
      rdbType: RDB_LIST,
      kind: KIND_LIST,
      writeElement: (writer, walk) => writer.string(walk.value),
    },
  ],
  [
    TYPE_SET,
    {
      rdbType: RDB_SET,
      kind: KIND_SET,
      writeElement: (writer, walk) => writer.string(walk.rest),
    },
  ],
  [
    TYPE_HASH,
    {
      rdbType: RDB_HASH,
      kind: KIND_HASH,
      writeElement(writer, walk) {
        writer.string(walk.rest);
        writer.string(walk.value);
      },
    },
  ],
  [
    TYPE_ZSET,
    {
      rdbType: RDB_ZSET_2,
      kind: KIND_ZSCORE,
      writeElement(writer, walk) {
        const entry = walk.rest;
        writer.string(memberOf(entry));
        writer.double(scoreOf(entry));
      },
    },
  ],
  [
    TYPE_BITMAP,
    {
      rdbType: RDB_LEDIS_BITMAP,
      kind: KIND_BITMAP,
      writeHead(writer, header) {
        writer.length(BITMAP_VERSION);
        writer.length(readU32(header.extra, 0));
      },
      writeElement(writer, walk) {
        writer.length(readU32(walk.rest, 0));
        writer.string(walk.value);
      },
    },
  ],
] satisfies [number, DumpForm][]);

/** A value in Redis's form. */
export interface WritableValue {
  /** Redis's number of its type. */
  readonly rdbType: number;
  /** First version of the format that has it. */
  readonly version: number;
  /** Writes what follows the type. @throws {RdbFullError} it does not fit */
  readonly write: (writer: RdbWriter) => void;
}

export class Dumps {
  readonly #types: Types;
  readonly #bytesMax: () => number;

  /** @param bytesMax longest payload, and most that compressed strings in one may come to */
  constructor(types: Types, bytesMax: () => number) {
    this.#types = types;
    this.#bytesMax = bytesMax;
  }

  /**
   * The key's value as RESTORE takes it, TTL not included; null: no such key. Redis restores it too, unless it is
   * a LedisDB bitmap; one of which fields have TTLs only from 7.4 on.
   *
   * @throws {CommandError} it is too long
   */
  dump(key: Bytes): Bytes | null {
    const row = this.#types.table.find(key);
    if (row === null) return null;
    const { rdbType, version, write } = this.open(key, row);
    try {
      return sealPayload(
        (writer) => {
          writer.byte(rdbType);
          write(writer);
        },
        this.#bytesMax(),
        version,
      );
    } catch (error) {
      if (error instanceof RdbFullError) throw new CommandError(errors.stringTooLong);
      throw error;
    }
  }

  /** The value of a key, to be written at once. @param row the key's */
  open(key: Bytes, row: KeyRow): WritableValue {
    const { type } = row;
    if (type === TYPE_STRING) {
      const value = row.rest();
      return {
        rdbType: RDB_STRING,
        version: VERSION_PLAIN,
        write: (writer) => writer.string(value),
      };
    }
    const header = this.#types.collections.findForWrite(key, type)!;
    if (type === TYPE_STREAM) return this.#openStream(new StreamHeader(header));
    if (type === TYPE_HASH && header.extra.length > 0) return this.#openEnding(header);
    return this.#openCollection(header);
  }

  /**
   * What a payload holds, checked: it can be stored. Reads this database's payloads, and Redis's of versions 2.6
   * to 7.4.
   *
   * @throws {CommandError} no payload, damaged, of a version or type that is not read, or too much
   */
  read(payload: Bytes): RdbValue {
    if (!isSealed(payload)) throw new CommandError(errors.dumpFooter);
    return checked(() => openPayload(payload, this.#bytesMax()));
  }

  /**
   * Stores a value in place of what the key held, after checking it.
   *
   * @param expireAt ms since 1970, 0 for no TTL
   * @throws {CommandError} it is damaged, or cannot be stored here; nothing was changed
   */
  store(key: Bytes, value: RdbValue, expireAt: number): void {
    checked(() => value);
    this.storeChecked(key, value, expireAt);
  }

  /** As `store`, for a value that `read` has answered. */
  storeChecked(key: Bytes, value: RdbValue, expireAt: number): void {
    atOnce(this.storing(key, value, expireAt));
  }

  /** As `storeChecked`, with pauses if it is long: for who need not store it as a whole. The value has to stay. */
  *storing(key: Bytes, value: RdbValue, expireAt: number): Slices {
    const { table, strings, lists, sets, hashes, zsets, bitmaps } = this.#types;
    switch (value.type) {
      case "string":
        strings.set(key, value.bytes(), expireAt);
        break;
      case "list":
        yield* lists.replacing(key, value.items(), expireAt);
        break;
      case "set":
        yield* sets.replacing(key, value.members(), expireAt);
        break;
      case "hash": {
        const isStored = yield* hashes.replacing(key, value.fields(), expireAt);
        if (!isStored && table.findForWrite(key) !== null) table.remove(key);
        break;
      }
      case "zset":
        yield* zsets.replacing(key, value.members(), expireAt);
        break;
      case "stream":
        yield* storingStream(this.#types, key, value, expireAt);
        break;
      case "bitmap":
        yield* bitmaps.replacing(key, value.tail, value.segments(), expireAt);
        break;
    }
  }

  /** A hash of which some fields have TTLs: as Redis 7.4 has it. */
  #openEnding(hash: CollectionHeader): WritableValue {
    const { count, earliestMs, fields } = this.#types.hashes.ending(hash);
    return {
      rdbType: RDB_HASH_METADATA,
      version: VERSION_WITH_FIELD_TTLS,
      write(writer) {
        writer.uint64(earliestMs);
        writer.length(count);
        for (const { field, value, expireAtMs } of fields()) {
          writer.length(expireAtMs === 0 ? 0 : expireAtMs - earliestMs + 1);
          writer.string(field);
          writer.string(value);
        }
      },
    };
  }

  #openStream(stream: StreamHeader): WritableValue {
    return {
      rdbType: RDB_STREAM_LISTPACKS_2,
      version: VERSION_WITH_STREAMS,
      write: (writer) => writeStream(writer, streamParts(this.#types, stream)),
    };
  }

  #openCollection(header: CollectionHeader): WritableValue {
    const { collections } = this.#types;
    const form = FORMS.get(header.type)!;
    return {
      rdbType: form.rdbType,
      version: VERSION_PLAIN,
      write(writer) {
        form.writeHead?.(writer, header);
        writer.length(header.size);
        const walk = collections.walk(form.kind, header.id, { expected: header.size });
        while (walk.next()) form.writeElement(writer, walk);
      },
    };
  }
}

/** Opens a value and checks all of it. @throws {CommandError} something is wrong with it */
function checked(open: () => RdbValue): RdbValue {
  try {
    const value = open();
    checkValue(value);
    return value;
  } catch (error) {
    if (error instanceof RdbError) throw new CommandError(errors.dumpFormat);
    throw error;
  }
}
