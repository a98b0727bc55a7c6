/**
 * One generation of the memtable: events exactly as they stand in the log, and an index that maps a
 * row key to the newest of them.
 *
 * Events live in chunks of about a megabyte. A row is four int32: place of its newest event (chunk
 * number and offset in one word), hash of its key, next row of the same collection, what is known of
 * the row in the layers below. Rows are numbered in order of arrival; an open-addressing table maps
 * hashes to row numbers. So nothing here is an object per row, the garbage collector has nothing to
 * follow, and because chunks and rows are shared memory, the flush worker reads a frozen generation
 * where it stands.
 */
import {
  DELETE_OVERHEAD_BYTES,
  EVENT_DELETE,
  EVENT_HEADER_BYTES,
  EVENT_PUT,
  eventEnd,
  isPut,
  keyEnd,
  keyStart,
  PUT_OVERHEAD_BYTES,
  putEventBytes,
  writeDeleteHead,
  writePutHead,
} from "../../binlog/event.ts";
import type { LogPosition } from "../../binlog/position.ts";
import { equalRange } from "../../bytes/bytes.ts";
import { StorageError } from "../../errors.ts";
import { collectionId } from "../rows/key-row.ts";
import { KIND_KEY, PRIOR_UNKNOWN, type Prior, type RowKey, readU48 } from "../rows/row-key.ts";
import type { RowValue } from "../rows/row-value.ts";
import { HashSlots, SLOT_WORDS } from "./hash-slots.ts";
import { KeyTally } from "./key-tally.ts";
import { CHUNK_BYTES, type MemoryPool, type SharedWords } from "./memory-pool.ts";
import { OrderedRows } from "./ordered-rows.ts";
import {
  AT,
  HASH,
  NEXT,
  NO_ROW,
  OFFSET_BITS,
  OFFSET_MASK,
  PRIOR,
  ROW_WORDS,
} from "./row-layout.ts";
import type { GenerationMark, UndoLog } from "./undo-log.ts";

/**
 * Larger events get a chunk of their own if they do not fit into the current one. Replies refer to values of
 * this size instead of copying them (EXTERNAL_BYTES_MIN), for as long as a slow client takes.
 */
const LARGE_EVENT_BYTES = CHUNK_BYTES >> 2;

/** Chunks that a place can name. */
const CHUNKS_MAX = 2 ** (32 - OFFSET_BITS);

/** Larger values are never written over in place: a reply may still refer to them. */
const REWRITE_BYTES_MAX = 64 << 10;

const ROWS_MIN = 1024;
const NOTHING = new Uint8Array(0);
/** In the place of a chunk that was reclaimed. */
const NO_CHUNK = new Uint8Array(new SharedArrayBuffer(0));

export class Generation {
  readonly #pool: MemoryPool;
  /** Memory that holds events; the last one is being filled. */
  readonly chunks: Uint8Array[] = [];
  /** Bytes used in each chunk. */
  readonly chunkEnds: number[] = [];
  /** ROW_WORDS words for each row. */
  rows: SharedWords;
  rowCount = 0;
  /** Finds rows by the hashes of their keys. */
  readonly slots: HashSlots;
  /** Collection id → its newest row here; the rows of one collection are chained by NEXT. */
  readonly #chains = new Map<number, number>();
  /** Collections whose key row was replaced or deleted while it stood in this generation. */
  readonly garbage: number[] = [];
  /** Where each chunk's first byte stands in the log; null: not in the log. */
  readonly places: (LogPosition | null)[] = [];
  /** Bytes of all events, also of those that a newer one of the same row has replaced. */
  bytes = 0;
  /** Counts this generation's keys on demand. */
  readonly tally = new KeyTally(this);
  readonly #ordered = new Map<string, OrderedRows>();
  /** Chunks with an event above LARGE_EVENT_BYTES. */
  readonly #referred = new Set<Uint8Array>();
  #current: Uint8Array = NOTHING;
  #undoCount = 0;
  #end = 0;

  constructor(pool: MemoryPool) {
    this.#pool = pool;
    this.rows = pool.takeWords(ROWS_MIN * ROW_WORDS);
    this.slots = new HashSlots(pool);
  }

  /** Makes room for this many rows, of a generation that has none yet. */
  expectRows(count: number): void {
    this.#reserveRows(count);
    this.slots.reserve(count);
  }

  /** Memory held, index included, in bytes. */
  get memoryBytes(): number {
    let sum = this.rows.byteLength + this.slots.words.byteLength;
    for (const chunk of this.chunks) sum += chunk.length;
    return sum;
  }

  /** True when the number of chunks, not their bytes, is the reason to end this generation soon. */
  get isCrowded(): boolean {
    return this.chunks.length > CHUNKS_MAX / 2;
  }

  /** True when some of its events are read from the log's files, mapped. */
  get isSpilled(): boolean {
    return this.chunks.some((chunk) => !isShared(chunk));
  }

  /** Number of the row with this key, or NO_ROW. */
  find(key: RowKey): number {
    return this.#find(key.hash, key.bytes, 0, key.length);
  }

  /** As `find`; the key remembers the answer until something here makes it stale. */
  locate(key: RowKey): number {
    const found = key.found;
    const fresh =
      found.owner === this &&
      found.undoCount === this.#undoCount &&
      (found.row !== NO_ROW || found.rowCount === this.rowCount);
    if (fresh) return found.row;
    const row = this.#find(key.hash, key.bytes, 0, key.length);
    found.owner = this;
    found.row = row;
    found.rowCount = this.rowCount;
    found.undoCount = this.#undoCount;
    return row;
  }

  /** Chunk that holds the newest event of `row`. */
  chunkOf(row: number): Uint8Array {
    return this.chunks[this.rows[row * ROW_WORDS + AT]! >>> OFFSET_BITS]!;
  }

  /** Offset of the newest event of `row` in its chunk. */
  offsetOf(row: number): number {
    return this.rows[row * ROW_WORDS + AT]! & OFFSET_MASK;
  }

  /** True when the row's newest event is a put. */
  isPresent(row: number): boolean {
    return isPut(this.chunkOf(row), this.offsetOf(row));
  }

  /** Points `value` at the row's value; false when the row's newest event is a delete. */
  readValue(row: number, value: RowValue): boolean {
    const chunk = this.chunkOf(row);
    const at = this.offsetOf(row);
    if (!isPut(chunk, at)) return false;
    value.set(chunk, keyEnd(chunk, at), eventEnd(chunk, at));
    return true;
  }

  /** The row's key, as a view; without its first `skip` bytes. */
  keyOf(row: number, skip = 0): Uint8Array {
    const chunk = this.chunkOf(row);
    const at = this.offsetOf(row);
    return chunk.subarray(keyStart(chunk, at) + skip, keyEnd(chunk, at));
  }

  /** Rows of one kind and number (database, space, collection) in key order, as of now. */
  ordered(kind: number, number: number): OrderedRows {
    const name = `${kind}:${number}`;
    let rows = this.#ordered.get(name);
    if (rows === undefined) {
      rows = new OrderedRows(this, kind, number);
      this.#ordered.set(name, rows);
    }
    rows.refresh();
    return rows;
  }

  keyBuffer(row: number): Uint8Array {
    return this.chunkOf(row);
  }

  keyStart(row: number): number {
    return keyStart(this.chunkOf(row), this.offsetOf(row));
  }

  keyEnd(row: number): number {
    return keyEnd(this.chunkOf(row), this.offsetOf(row));
  }

  /** Newest row of the collection `id`, or NO_ROW; follow with `nextInChain`. */
  chainOf(id: number): number {
    return this.#chains.get(id) ?? NO_ROW;
  }

  nextInChain(row: number): number {
    return this.rows[row * ROW_WORDS + NEXT]!;
  }

  /**
   * Appends a put event and makes it the row's newest; the caller fills in the value at once.
   *
   * @param id collection that a key row's value names, 0 for strings and for other rows
   * @param undo takes what `undo` needs to reverse this; null where nothing will be undone
   * @returns true when an event was added, false when one of the same turn was written over
   */
  put(
    key: RowKey,
    valueBytes: number,
    id: number,
    timeSeconds: number,
    undo: UndoLog | null,
    value: RowValue,
  ): boolean {
    const row = this.locate(key);
    if (row !== NO_ROW && undo !== null && this.#rewrite(row, valueBytes, id, undo, value)) {
      return false;
    }
    const size = putEventBytes(key.length, valueBytes);
    const at = this.#reserve(size);
    const chunk = this.#current;
    const keyAt = writePutHead(chunk, at, timeSeconds, key.length, valueBytes);
    key.copyTo(chunk, keyAt);
    value.set(chunk, keyAt + key.length, at + size);
    this.#point(row, key, at, id, undo);
    return true;
  }

  /** Appends a delete event and makes it the row's newest. */
  delete(key: RowKey, timeSeconds: number, undo: UndoLog | null): void {
    const row = this.locate(key);
    const at = this.#reserve(DELETE_OVERHEAD_BYTES + key.length);
    const chunk = this.#current;
    key.copyTo(chunk, writeDeleteHead(chunk, at, timeSeconds, key.length));
    this.#point(row, key, at, 0, undo);
  }

  isReferred(chunk: Uint8Array): boolean {
    return this.#referred.has(chunk);
  }

  /** See `reclaim`. */
  replaceChunk(number: number, chunk: Uint8Array | null, end: number): void {
    this.#give(this.chunks[number]!);
    this.bytes += end - this.chunkEnds[number]!;
    this.chunks[number] = chunk ?? NO_CHUNK;
    this.chunkEnds[number] = end;
    this.places[number] = null;
  }

  /** Room for an event that is no row, such as a turn's end; answers its offset in the last chunk. */
  reserve(bytes: number): number {
    return this.#reserve(bytes);
  }

  /** Makes the next event start a new chunk. */
  seal(): void {
    this.#current = NOTHING;
    this.#end = 0;
  }

  /** Adds bytes that already hold events, at most CHUNK_BYTES unless they are one event; answers their chunk number. */
  adopt(chunk: Uint8Array, place: LogPosition): number {
    this.chunks.push(chunk);
    this.chunkEnds.push(chunk.length);
    this.places.push(place);
    this.bytes += chunk.length;
    this.#current = chunk;
    this.#end = chunk.length;
    return this.chunks.length - 1;
  }

  /** Indexes the put or delete event at `at` of chunk `chunkNumber`. @param hash of its key */
  index(chunkNumber: number, at: number, hash: number): void {
    const chunk = this.chunks[chunkNumber]!;
    const start = keyStart(chunk, at);
    const end = keyEnd(chunk, at);
    const row = this.#find(hash, chunk, start, end - start);
    const place = (chunkNumber << OFFSET_BITS) | at;
    if (row === NO_ROW) {
      this.#insert(hash, chunk, start, place, PRIOR_UNKNOWN);
      return;
    }
    const isKeyRow = chunk[start] === KIND_KEY && isPut(chunk, at);
    this.#replace(row, place, isKeyRow ? collectionId(chunk, end) : 0);
  }

  /** Takes back what a turn did since `mark`, when its undo log had `undoLength` words; newest first. */
  undo(undo: UndoLog, mark: GenerationMark, undoLength = 0): void {
    this.#undoCount++;
    for (let i = undo.length - 2; i >= undoLength; i -= 2) {
      this.rows[undo.words[i]! * ROW_WORDS + AT] = undo.words[i + 1]!;
    }
    for (let row = this.rowCount - 1; row >= mark.rowCount; row--) this.#remove(row);
    this.tally.reset();
    this.#ordered.clear();
    this.garbage.length = mark.garbageCount;
    while (this.chunks.length > mark.chunkCount) {
      this.#give(this.chunks.pop()!);
      this.chunkEnds.pop();
      this.places.pop();
    }
    this.#current = mark.sealed ? NOTHING : this.chunks.at(-1)!;
    this.#end = mark.end;
    if (!mark.sealed) this.chunkEnds[this.chunks.length - 1] = mark.end;
    this.bytes = mark.bytes;
  }

  /** Remembers where this generation ends now. */
  mark(): GenerationMark {
    return {
      rowCount: this.rowCount,
      garbageCount: this.garbage.length,
      chunkCount: this.chunks.length,
      end: this.#end,
      sealed: this.#current === NOTHING,
      bytes: this.bytes,
    };
  }

  /** Gives the memory back; nothing may look into this generation any more. */
  release(): void {
    for (const chunk of this.chunks) this.#give(chunk);
    this.chunks.length = 0;
    this.rowCount = 0;
    this.#pool.giveWords(this.rows);
    this.rows = this.#pool.takeWords(0);
    this.slots.release();
  }

  /**
   * Lets go of the chunks' memory: from now on events are read from the log's files, mapped.
   *
   * @param map gives `bytes` bytes of the log from `place` on
   */
  spill(map: (place: LogPosition, bytes: number) => Uint8Array): void {
    for (const [number, chunk] of this.chunks.entries()) {
      const place = this.places[number];
      if (place === null || place === undefined || !isShared(chunk)) continue;
      this.chunks[number] = map(place, this.chunkEnds[number]!);
      this.#give(chunk);
    }
    this.seal();
  }

  #find(hash: number, bytes: Uint8Array, start: number, length: number): number {
    const { words, mask } = this.slots;
    let slot = hash & mask;
    for (;;) {
      const entry = words[slot * SLOT_WORDS]!;
      if (entry === 0) return NO_ROW;
      if (words[slot * SLOT_WORDS + 1] === hash && this.#hasKey(entry - 1, bytes, start, length)) {
        return entry - 1;
      }
      slot = (slot + 1) & mask;
    }
  }

  #hasKey(row: number, bytes: Uint8Array, start: number, length: number): boolean {
    const place = this.rows[row * ROW_WORDS + AT]!;
    const chunk = this.chunks[place >>> OFFSET_BITS]!;
    const at = place & OFFSET_MASK;
    if (chunk[at + EVENT_HEADER_BYTES] === EVENT_PUT) {
      if (((chunk[at + 9]! << 8) | chunk[at + 10]!) !== length) return false;
      const from = at + PUT_OVERHEAD_BYTES;
      if (length > 64) return equalRange(chunk, from, from + length, bytes, start, start + length);
      for (let i = 0; i < length; i++) if (chunk[from + i] !== bytes[start + i]) return false;
      return true;
    }
    const from = keyStart(chunk, at);
    const to = keyEnd(chunk, at);
    return to - from === length && equalRange(chunk, from, to, bytes, start, start + length);
  }

  /**
   * A row that this turn wrote before, with a value of the same size, is written over in place: nobody
   * has seen the earlier event yet. So a hot row costs one event a turn. But not a key row that names another
   * collection: that one is dead now, and whoever reads the log later has to learn of it too.
   */
  #rewrite(row: number, valueBytes: number, id: number, undo: UndoLog, value: RowValue): boolean {
    const place = this.rows[row * ROW_WORDS + AT]! >>> 0;
    if (place < undo.turnStart || valueBytes > REWRITE_BYTES_MAX) return false;
    const chunk = this.chunks[place >>> OFFSET_BITS]!;
    const at = place & OFFSET_MASK;
    if (chunk[at + EVENT_HEADER_BYTES] === EVENT_DELETE) return false;
    const from = keyEnd(chunk, at);
    const to = eventEnd(chunk, at);
    if (to - from !== valueBytes || this.#endedBy(chunk, at, id) !== 0) return false;
    this.tally.touch(row);
    value.set(chunk, from, to);
    return true;
  }

  /** Makes the event at `at` of the current chunk the newest of its row. */
  #point(row: number, key: RowKey, at: number, id: number, undo: UndoLog | null): void {
    const place = ((this.chunks.length - 1) << OFFSET_BITS) | at;
    if (row === NO_ROW) {
      const prior = key.priorOwner === this ? key.prior : PRIOR_UNKNOWN;
      this.#insert(key.hash, key.bytes, 0, place, prior);
      return;
    }
    const previous = this.rows[row * ROW_WORDS + AT]!;
    if (undo !== null && previous >>> 0 < undo.turnStart) undo.add(row, previous);
    this.#replace(row, place, id);
  }

  #replace(row: number, place: number, id: number): void {
    const previous = this.rows[row * ROW_WORDS + AT]!;
    const chunk = this.chunks[previous >>> OFFSET_BITS]!;
    const dead = this.#endedBy(chunk, previous & OFFSET_MASK, id);
    if (dead !== 0) this.garbage.push(dead);
    this.rows[row * ROW_WORDS + AT] = place;
    this.tally.touch(row);
  }

  /** The collection that ends when the event at `at` is replaced by a row that names `id`; 0: none. */
  #endedBy(chunk: Uint8Array, at: number, id: number): number {
    if (!isPut(chunk, at) || chunk[keyStart(chunk, at)] !== KIND_KEY) return 0;
    const previous = collectionId(chunk, keyEnd(chunk, at));
    return previous === id ? 0 : previous;
  }

  #insert(hash: number, bytes: Uint8Array, start: number, place: number, prior: Prior): void {
    const row = this.rowCount;
    const base = row * ROW_WORDS;
    if (base === this.rows.length) this.#reserveRows(row + 1);
    this.rowCount++;
    const rows = this.rows;
    rows[base + AT] = place;
    rows[base + HASH] = hash;
    rows[base + PRIOR] = prior;
    if (bytes[start]! > KIND_KEY) {
      const id = readU48(bytes, start + 1);
      rows[base + NEXT] = this.#chains.get(id) ?? NO_ROW;
      this.#chains.set(id, row);
    }
    if (this.slots.isTight(this.rowCount)) this.#growSlots();
    else this.slots.add(hash, row);
  }

  /** Removes the newest row. */
  #remove(row: number): void {
    const base = row * ROW_WORDS;
    const hash = this.rows[base + HASH]!;
    const chunk = this.chunkOf(row);
    const start = keyStart(chunk, this.offsetOf(row));
    if (chunk[start]! > KIND_KEY) {
      const id = readU48(chunk, start + 1);
      const next = this.rows[base + NEXT]!;
      if (next === NO_ROW) this.#chains.delete(id);
      else this.#chains.set(id, next);
    }
    this.slots.removeLast(hash, row);
    this.rowCount--;
  }

  #reserveRows(count: number): void {
    const small = this.rows;
    let length = small.length;
    while (length < count * ROW_WORDS) length *= 2;
    this.rows = this.#pool.takeWords(length);
    this.rows.set(small);
  }

  #growSlots(): void {
    this.slots.reserve(this.rowCount);
    for (let row = 0; row < this.rowCount; row++) {
      this.slots.add(this.rows[row * ROW_WORDS + HASH]!, row);
    }
  }

  /** Finds room for `bytes`, in the current chunk or in a new one; answers the offset. */
  #reserve(bytes: number): number {
    if (this.#end + bytes > this.#current.length) this.#begin(bytes);
    if (bytes > LARGE_EVENT_BYTES) this.#referred.add(this.#current);
    const at = this.#end;
    this.#end = at + bytes;
    this.chunkEnds[this.chunks.length - 1] = this.#end;
    this.bytes += bytes;
    return at;
  }

  /** Memory that a reply may still refer to is left to the garbage collector. */
  #give(chunk: Uint8Array): void {
    if (!this.#referred.delete(chunk)) this.#pool.giveChunk(chunk);
  }

  #begin(bytes: number): void {
    if (this.chunks.length === CHUNKS_MAX) throw new StorageError("too many writes in one turn");
    this.#current = this.#pool.takeChunk(bytes > LARGE_EVENT_BYTES ? bytes : CHUNK_BYTES);
    this.chunks.push(this.#current);
    this.chunkEnds.push(0);
    this.places.push(null);
    this.#end = 0;
  }
}

function isShared(chunk: Uint8Array): boolean {
  return chunk.buffer instanceof SharedArrayBuffer;
}
