/** Streams: one row an entry, in order of ids. Semantics are those of Redis 7.0; for groups see stream-groups.ts. */
import { type Bytes, compareBytes, copyBytes } from "../../bytes/bytes.ts";
import {
  msOf,
  STREAM_ID_MAX,
  STREAM_ID_MIN,
  seqOf,
  streamId,
  streamIdAfter,
} from "../../bytes/stream-id.ts";
import type { Stretch } from "../../bytes/stretch.ts";
import { CommandError, errors } from "../../errors.ts";
import type { RangeWalk } from "../../keyspace/range.ts";
import { TYPE_STREAM } from "../../keyspace/rows/key-row.ts";
import { KIND_STREAM } from "../../keyspace/rows/row-key.ts";
import type { Collections } from "../collections/collections.ts";
import { STREAM_EXTRA_BYTES, StreamHeader } from "./stream-header.ts";
import { decodeEntry, encodeEntry } from "./stream-rows.ts";

/** Longest entry, fields and values together, in bytes: as in Redis. */
const ENTRY_BYTES_MAX = 2 ** 30;

/** What XADD is to call an entry. */
export type AskedId =
  | { readonly form: "now" }
  /** The next one of this millisecond. */
  | { readonly form: "ms"; readonly ms: bigint }
  | { readonly form: "given"; readonly id: Bytes };

/** Which entries a stream is to lose, oldest first. */
export interface Trim {
  /** How many may stay; null: it is about ids. */
  readonly maxLength: number | null;
  /** Those below it go. */
  readonly minId: Bytes;
  /** Entries go in whole blocks of so many, as Redis's nodes do; 1: exactly. */
  readonly block: number;
  /** Most entries that go; 0: no limit. */
  readonly limit: number;
}

/** Entries between two ids, both included. */
export interface EntryRange {
  readonly from: Bytes;
  readonly to: Bytes;
  readonly reverse?: boolean;
  /** Most entries; missing: all. */
  readonly count?: number;
}

/** Field, value, field, value ... hold until the turn ends. */
export interface StreamEntry {
  readonly id: Bytes;
  readonly words: readonly Stretch[];
}

/** What XSETID sets. */
export interface StreamMarks {
  readonly lastId: Bytes;
  /** null: as it is. */
  readonly entriesAdded: bigint | null;
  /** 0-0: as it is. */
  readonly maxDeletedId: Bytes;
}

export class Streams {
  readonly #collections: Collections;

  constructor(collections: Collections) {
    this.#collections = collections;
  }

  /** The stream at `key` for a command that reads; null: no such key. @throws {CommandError} WRONGTYPE, as all of these do */
  find(key: Bytes): StreamHeader | null {
    const collection = this.#collections.find(key, TYPE_STREAM);
    return collection && new StreamHeader(collection);
  }

  /** As `find`, for a command that is about to change it. */
  findForWrite(key: Bytes): StreamHeader | null {
    const collection = this.#collections.findForWrite(key, TYPE_STREAM);
    return collection && new StreamHeader(collection);
  }

  /** An empty stream; it exists once it is saved. */
  create(): StreamHeader {
    const extra = new Uint8Array(STREAM_EXTRA_BYTES);
    return new StreamHeader(this.#collections.create(TYPE_STREAM, extra));
  }

  /** Writes what the header says. */
  save(key: Bytes, stream: StreamHeader): void {
    this.#collections.keep(key, stream.collection);
  }

  /**
   * Adds an entry and answers its id; null: no such stream, and none is to be made.
   *
   * @param words field, value, field, value ...
   * @throws {CommandError} the id is not above the last one, or there is none left
   */
  add(
    key: Bytes,
    asked: AskedId,
    words: readonly Bytes[],
    how: { readonly create: boolean; readonly trim: Trim | null; readonly nowMs: number },
  ): Bytes | null {
    const found = this.findForWrite(key);
    if (found === null && !how.create) return null;
    const stream = found ?? this.create();
    const id = newId(stream.lastId, asked, how.nowMs);
    this.append(stream, id, words);
    if (how.trim !== null) this.#trim(stream, how.trim);
    this.save(key, stream);
    return id;
  }

  /** Adds an entry behind all others. The stream has to be saved afterwards. @throws {CommandError} it is too long */
  append(stream: StreamHeader, id: Bytes, words: readonly Bytes[]): void {
    const value = encodeEntry(words);
    if (value.length > ENTRY_BYTES_MAX) throw new CommandError(errors.entryTooLarge);
    this.#collections.put(KIND_STREAM, stream.id, id, value);
    if (stream.length === 0) stream.firstId = id;
    stream.lastId = id;
    stream.length++;
    stream.entriesAdded++;
  }

  /** Removes the oldest entries; answers how many. */
  trim(key: Bytes, trim: Trim): number {
    const stream = this.findForWrite(key);
    if (stream === null) return 0;
    const removed = this.#trim(stream, trim);
    if (removed > 0) this.save(key, stream);
    return removed;
  }

  /** Removes entries by their ids; answers how many there were. */
  remove(key: Bytes, ids: readonly Bytes[]): number {
    const stream = this.findForWrite(key);
    if (stream === null) return 0;
    let removed = 0;
    for (const id of ids) {
      if (!this.#collections.take(KIND_STREAM, stream.id, id)) continue;
      removed++;
      if (compareBytes(id, stream.maxDeletedId) > 0) stream.maxDeletedId = id;
    }
    stream.length -= removed;
    if (removed > 0) this.save(key, stream);
    return removed;
  }

  /** Number of entries; 0: no such key. */
  length(key: Bytes): number {
    return this.find(key)?.length ?? 0;
  }

  /** @throws {CommandError} no such key, or numbers that contradict what the stream holds */
  setMarks(key: Bytes, { lastId, entriesAdded, maxDeletedId }: StreamMarks): void {
    const stream = this.findForWrite(key);
    if (stream === null) throw new CommandError(errors.noSuchKey);
    if (stream.length > 0) {
      if (compareBytes(lastId, this.last(stream)!.id) < 0) throw new CommandError(errors.belowTop);
      if (entriesAdded !== null && entriesAdded < BigInt(stream.length)) {
        throw new CommandError(errors.belowLength);
      }
    }
    stream.lastId = lastId;
    if (entriesAdded !== null) stream.entriesAdded = entriesAdded;
    if (compareBytes(maxDeletedId, STREAM_ID_MIN) > 0) stream.maxDeletedId = maxDeletedId;
    this.save(key, stream);
  }

  /** The first entry; null: there is none. */
  first(stream: StreamHeader): StreamEntry | null {
    return this.#one(stream, false);
  }

  /** The last entry; null: there is none. */
  last(stream: StreamHeader): StreamEntry | null {
    return this.#one(stream, true);
  }

  /** Entry with this id; null: there is none, or none any more. */
  get(stream: StreamHeader, id: Bytes): StreamEntry | null {
    const value = this.#collections.get(KIND_STREAM, stream.id, id);
    return value && { id, words: decodeEntry(value) };
  }

  /** True when an entry with this id is there. */
  has(stream: StreamHeader, id: Bytes): boolean {
    return this.#collections.has(KIND_STREAM, stream.id, id);
  }

  /** Entries, one after the other; nothing may be written meanwhile. */
  *range(stream: StreamHeader, range: EntryRange): Generator<StreamEntry, void> {
    for (const walk of this.#rows(stream, range)) {
      yield { id: copyBytes(walk.rest), words: decodeEntry(walk.value) };
    }
  }

  /** The rows of entries, one after the other. */
  *#rows(stream: StreamHeader, range: EntryRange): Generator<RangeWalk, void> {
    const { from, to, reverse = false, count = Number.POSITIVE_INFINITY } = range;
    if (stream.length === 0 || count <= 0 || compareBytes(from, to) > 0) return;
    const { firstId } = stream;
    const walk = this.#collections.walk(KIND_STREAM, stream.id, {
      from: compareBytes(from, firstId) < 0 ? firstId : from,
      to: streamIdAfter(to),
      reverse,
      expected: Math.min(count, stream.length),
    });
    for (let left = count; left > 0 && walk.next(); left--) yield walk;
  }

  #one(stream: StreamHeader, reverse: boolean): StreamEntry | null {
    const range = { from: STREAM_ID_MIN, to: STREAM_ID_MAX, reverse, count: 1 };
    for (const entry of this.range(stream, range)) return entry;
    return null;
  }

  #trim(stream: StreamHeader, trim: Trim): number {
    const { block, limit, maxLength } = trim;
    const most = limit === 0 ? stream.length : Math.min(limit, stream.length);
    const wanted =
      maxLength === null
        ? this.#countBelow(stream, trim.minId, most)
        : Math.min(most, stream.length - maxLength);
    const count = wholeBlocks(stream, wanted, block);
    if (count <= 0) return 0;
    const range = { from: STREAM_ID_MIN, to: STREAM_ID_MAX, count };
    const going = Array.from(this.#rows(stream, range), ({ rest }) => copyBytes(rest));
    for (const id of going) this.#collections.delete(KIND_STREAM, stream.id, id);
    stream.length -= going.length;
    stream.firstId = streamIdAfter(going.at(-1)!) ?? STREAM_ID_MAX;
    return going.length;
  }

  /** How many entries have lesser ids, at most `most`. */
  #countBelow(stream: StreamHeader, id: Bytes, most: number): number {
    let count = 0;
    const first = { from: STREAM_ID_MIN, to: STREAM_ID_MAX, count: most };
    for (const { rest } of this.#rows(stream, first)) {
      if (compareBytes(rest, id) >= 0) break;
      count++;
    }
    return count;
  }
}

/**
 * How many of the first entries go when as many as `wanted` may, in whole blocks: these are counted by the entries ever
 * added. The last one may be short.
 */
function wholeBlocks(
  { length, entriesAdded }: StreamHeader,
  wanted: number,
  block: number,
): number {
  if (wanted >= length) return length;
  const gone = Number(entriesAdded) - length;
  return wanted - ((gone + wanted) % block);
}

/** @throws {CommandError} */
function newId(lastId: Bytes, asked: AskedId, nowMs: number): Bytes {
  const next = streamIdAfter(lastId);
  if (next === null) throw new CommandError(errors.idsExhausted);
  const id = asked.form === "given" ? asked.id : generatedId(lastId, next, asked, nowMs);
  if (compareBytes(id, lastId) <= 0) throw new CommandError(errors.idTooSmall);
  return id;
}

function generatedId(
  lastId: Bytes,
  next: Bytes,
  asked: AskedId & { form: "now" | "ms" },
  nowMs: number,
): Bytes {
  const lastMs = msOf(lastId);
  if (asked.form === "now") return BigInt(nowMs) > lastMs ? streamId(BigInt(nowMs), 0n) : next;
  if (asked.ms !== lastMs) return streamId(asked.ms, 0n);
  return seqOf(next) === 0n ? lastId : next;
}
