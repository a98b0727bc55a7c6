/**
 * Writes records of v0.1's store, as its dump and its log name them, into the databases. Each record is absolute, so
 * writing one again changes nothing.
 */
import { readU32, writeU32 } from "../../binlog/event.ts";
import { type Bytes, concatBytes, copyBytes, fromText } from "../../bytes/bytes.ts";
import { quoteGo } from "../../bytes/quote.ts";
import { PlacedLists } from "../../database/lists/placed-lists.ts";
import { SEGMENT_BYTES } from "../../database/strings/bitmaps.ts";
import { PlacedBitmaps } from "../../database/strings/placed-bitmaps.ts";
import { log } from "../../log.ts";
import type { ForeignDatabases } from "../foreign/foreign-databases.ts";
import { LegacyNames } from "./legacy-names.ts";
import { decodeStoreKey, LEGACY_DATABASES, type StoreKey } from "./store-key.ts";

/** `tail · name` -> u32be: the tail that v0.1 keeps for the bitmaps of this name in all databases. */
const TAIL = fromText("tail");
/** `list · db · name`: items of a list whose ends have not come yet. */
const ENDLESS = fromText("list");

const SEGMENT_BITS = SEGMENT_BYTES * 8;
/** Members are stored with these options: nothing is forbidden. */
const ANY_MEMBER = { condition: null, comparison: null, increments: false } as const;
const KEEP_TTL = { expireAt: "keep", condition: null, wantsOld: false } as const;
/** Records that make no sense and are logged; of the others the number is. */
const LOGGED_MAX = 20;

type Named<Kind extends StoreKey["kind"]> = Extract<StoreKey, { kind: Kind }>;

interface PlacedTypes {
  readonly lists: PlacedLists;
  readonly bitmaps: PlacedBitmaps;
}

/** REQUIRES: keys whose TTL has passed are not hidden while it writes; see Expiry.hides. */
export class RecordWriter {
  readonly #databases: ForeignDatabases;
  readonly #placed: readonly PlacedTypes[];
  readonly #endless: PlacedLists;
  readonly names: LegacyNames;
  readonly #onSkip: () => void;
  #skipped = 0;

  /** @param onSkip told of each record that is left out, because it makes no sense */
  constructor(databases: ForeignDatabases, onSkip: () => void = () => {}) {
    this.#databases = databases;
    this.#onSkip = onSkip;
    this.names = new LegacyNames(databases);
    const count = Math.min(LEGACY_DATABASES, databases.count);
    this.#placed = Array.from({ length: count }, (_, number) => {
      const { collections } = databases.at(number);
      return { lists: new PlacedLists(collections), bitmaps: new PlacedBitmaps(collections) };
    });
    this.#endless = new PlacedLists(databases.notes.collections);
  }

  /**
   * @param value null: the record is deleted
   * @throws {LinkError} it belongs to a database that is not here
   */
  write(key: Bytes, value: Bytes | null): void {
    const record = decodeStoreKey(key);
    if (record === null || !this.#write(record, value)) this.#skip(key);
  }

  /** False when it makes no sense. */
  #write(record: StoreKey, value: Bytes | null): boolean {
    if (record.kind !== "bitmeta") this.#databases.at(record.db);
    return value === null ? this.#delete(record) : this.#put(record, value);
  }

  /** False when the value makes no sense. */
  #put(record: StoreKey, value: Bytes): boolean {
    switch (record.kind) {
      case "kv": {
        const key = this.names.forWrite(record.db, 1, record.key);
        this.#databases.at(record.db).strings.setWith(key, value, KEEP_TTL);
        return true;
      }
      case "hash": {
        const key = this.names.forWrite(record.db, 2, record.key);
        this.#databases.at(record.db).hashes.set(key, [record.field, value]);
        return true;
      }
      case "list":
        return this.#putItem(record, value);
      case "lmeta":
        return this.#putEnds(record, value);
      case "zset":
        return this.#putMember(record, value);
      case "bit":
        return this.#putSegment(record, value);
      case "bitmeta":
        return this.#putTail(record, value);
      case "expmeta":
        return this.#putTtl(record, value);
      case "derived":
        return true;
    }
  }

  #delete(record: StoreKey): boolean {
    switch (record.kind) {
      case "kv":
        this.#whereIs(record, 1, (key) => this.#databases.at(record.db).table.remove(key));
        return true;
      case "hash":
        this.#whereIs(record, 2, (key) => {
          this.#databases.at(record.db).hashes.delete(key, [record.field]);
        });
        return true;
      case "list": {
        const { lists } = this.#placed[record.db]!;
        this.#whereIs(record, 4, (key) => lists.deleteItem(key, record.place));
        this.#endless.deleteItem(endlessKey(record), record.place);
        return true;
      }
      case "lmeta":
        this.#whereIs(record, 4, (key) => this.#databases.at(record.db).table.remove(key));
        return true;
      case "zset":
        this.#whereIs(record, 6, (key) => {
          this.#databases.at(record.db).zsets.remove(key, [record.member]);
        });
        return true;
      case "bit": {
        const { bitmaps } = this.#placed[record.db]!;
        this.#whereIs(record, 9, (key) => bitmaps.deleteSegment(key, record.segment));
        return true;
      }
      case "bitmeta":
        this.#databases.notes.keys.remove(tailKey(record.key));
        return true;
      case "expmeta":
        this.#setTtl(record, 0);
        return true;
      case "derived":
        return true;
    }
  }

  #whereIs(
    { db, key }: { readonly db: number; readonly key: Bytes },
    type: 1 | 2 | 4 | 6 | 9,
    act: (key: Bytes) => void,
  ): void {
    const found = this.names.find(db, type, key);
    if (found !== null) act(found);
  }

  #putItem(record: Named<"list">, value: Bytes): boolean {
    const { lists } = this.#placed[record.db]!;
    const key = this.names.find(record.db, 4, record.key);
    if (key !== null) return lists.putItem(key, record.place, value);
    this.#endless.addItem(endlessKey(record), record.place, value);
    return true;
  }

  #putEnds(record: Named<"lmeta">, value: Bytes): boolean {
    if (value.length !== 8) return false;
    const { lists } = this.#placed[record.db]!;
    const [first, last] = [readU32LE(value, 0), readU32LE(value, 4)];
    const key = this.names.find(record.db, 4, record.key) ?? this.#takeEndless(record);
    if (key === null || last < first) return last < first;
    return lists.setEnds(key, first, last) === 0;
  }

  /** Moves the items that came before their list to where it belongs; null when there are none. */
  #takeEndless(record: Named<"lmeta">): Bytes | null {
    const endless = endlessKey(record);
    if (!this.#endless.has(endless)) return null;
    const { table } = this.#databases.at(record.db);
    const key = this.names.forWrite(record.db, 4, record.key);
    const { notes } = this.#databases;
    notes.table.move(endless, notes.table.findForWrite(endless)!, table, key);
    return key;
  }

  #putMember(record: Named<"zset">, value: Bytes): boolean {
    if (value.length !== 8) return false;
    const score = Number(readI64LE(value));
    const key = this.names.forWrite(record.db, 6, record.key);
    const { zsets } = this.#databases.at(record.db);
    zsets.add(key, [{ member: record.member, score }], ANY_MEMBER);
    return true;
  }

  #putSegment(record: Named<"bit">, value: Bytes): boolean {
    if (value.length !== SEGMENT_BYTES) return false;
    const { bitmaps } = this.#placed[record.db]!;
    const tail = this.#databases.notes.strings.get(tailKey(record.key));
    const key = this.names.forWrite(record.db, 9, record.key);
    bitmaps.putSegment(key, record.segment, value, tail === null ? 0 : readU32(tail, 0));
    return true;
  }

  #putTail(record: Named<"bitmeta">, value: Bytes): boolean {
    if (value.length !== 8) return false;
    const tail = readU32LE(value, 0) * SEGMENT_BITS + readU32LE(value, 4);
    if (tail > 0xffff_ffff) return false;
    const bytes = new Uint8Array(4);
    writeU32(bytes, 0, tail);
    this.#databases.notes.strings.set(tailKey(record.key), bytes);
    for (const [db, { bitmaps }] of this.#placed.entries()) {
      const key = this.names.find(db, 9, record.key);
      if (key !== null) bitmaps.extend(key, tail);
    }
    return true;
  }

  #putTtl(record: Named<"expmeta">, value: Bytes): boolean {
    if (value.length !== 8) return false;
    // A time before 1970 has passed, and 0 would mean that there is no TTL.
    this.#setTtl(record, Math.max(1, Number(readI64LE(value)) * 1000));
    return true;
  }

  #setTtl({ db, type, key }: Named<"expmeta">, atMs: number): void {
    const found = this.names.find(db, type, key);
    if (found === null) return;
    const { table } = this.#databases.at(db);
    const row = table.findForWrite(found)!;
    if (row.expireAt !== atMs) table.putTtl(copyBytes(found), row, atMs);
  }

  #skip(key: Bytes): void {
    this.#onSkip();
    this.#skipped++;
    if (this.#skipped > LOGGED_MAX) return;
    log.warn("replication", "a record of the master makes no sense", { key: quoteGo(key) });
  }
}

function tailKey(name: Bytes): Bytes {
  return concatBytes(TAIL, name);
}

function endlessKey({ db, key }: { readonly db: number; readonly key: Bytes }): Bytes {
  return concatBytes(ENDLESS, Uint8Array.of(db), key);
}

function readU32LE(source: Bytes, at: number): number {
  const [a, b, c, d] = source.subarray(at, at + 4);
  return (a! | (b! << 8) | (c! << 16) | (d! << 24)) >>> 0;
}

function readI64LE(source: Bytes): bigint {
  return new DataView(source.buffer, source.byteOffset, 8).getBigInt64(0, true);
}
