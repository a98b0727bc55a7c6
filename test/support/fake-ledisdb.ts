/**
 * A LedisDB v0.1 server as far as its slaves see it: its store, its log in files, FULLSYNC and SYNC, with the quirks
 * that they have. Commands write the records that v0.1 writes, in its order, and keep a plain model beside.
 */
import { compareBytes, fromMapKey, mapKey } from "../../src/bytes/bytes.ts";
import { packSnappy } from "../../src/bytes/snappy.ts";
import type { TcpAddress } from "../../src/config/address.ts";
import { type Answer, bulk, FakeMaster } from "./fake-master.ts";

export type Type = 1 | 2 | 4 | 6 | 9;
/** Store key and value, in latin1; null: deleted. */
type Write = readonly [key: string, value: string | null];

const EVENTS_MAX = 64;
const LIST_START = 1 << 30;

const number = (value: number | bigint, bytes: number, littleEndian = false): string => {
  const buffer = Buffer.alloc(8);
  if (littleEndian) buffer.writeBigInt64LE(BigInt(value));
  else buffer.writeBigInt64BE(BigInt(value));
  return mapKey(littleEndian ? buffer.subarray(0, bytes) : buffer.subarray(8 - bytes));
};
const u16 = (value: number) => number(value, 2);
const u32 = (value: number) => number(value, 4);
const u32le = (value: number) => number(value, 4, true);
const i64le = (value: number | bigint) => number(value, 8, true);

const head = (db: number, code: number) => String.fromCharCode(db, code);
const element = (db: number, code: number, key: string) => head(db, code) + u16(key.length) + key;
const tailName = (key: string) => (key.length === 1 ? `${key}\n\0` : `${key}\0\0`);

export const storeKeys = {
  kv: (db: number, key: string) => head(db, 1) + key,
  field: (db: number, key: string, field: string) => `${element(db, 2, key)}:${field}`,
  hashSize: (db: number, key: string) => head(db, 3) + key,
  item: (db: number, key: string, place: number) => element(db, 4, key) + u32(place),
  ends: (db: number, key: string) => head(db, 5) + key,
  member: (db: number, key: string, member: string) => `${element(db, 6, key)}:${member}`,
  zsetSize: (db: number, key: string) => head(db, 7) + key,
  score: (db: number, key: string, score: number | bigint, member: string) =>
    `${element(db, 8, key)}${score < 0 ? "<" : "="}${number(score, 8)}:${member}`,
  segment: (db: number, key: string, segment: number) => element(db, 9, key) + u32(segment),
  tail: tailName,
  time: (db: number, type: Type, key: string, when: number) =>
    `${head(db, 101)}${String.fromCharCode(type)}${number(when, 8)}${key}`,
  ttl: (db: number, type: Type, key: string) =>
    `${head(db, 102)}${String.fromCharCode(type)}${key}`,
};

/** What one key of one type holds. */
export interface Held {
  value?: string;
  fields?: Map<string, string>;
  items?: string[];
  members?: Map<string, number>;
  ones?: Set<number>;
  /** Unix seconds. */
  ttl?: number;
}

export class FakeLedisDB implements Disposable {
  readonly #server: FakeMaster;
  readonly #store = new Map<string, string>();
  readonly #files = new Map<number, Buffer>();
  #number = 1;
  #hasLog: boolean;
  #dead = false;
  /** Unix seconds, of the next batch. */
  time = 1_795_344_600;
  fileBytesMax = Number.POSITIVE_INFINITY;
  filesMax = 10;
  /** Bytes of the log's end that SYNC does not see yet, as while they are being written. */
  hiddenBytes = 0;
  /** Called before each answer. */
  onRequest: (words: readonly string[]) => Answer | undefined | Promise<undefined> = () =>
    undefined;
  /** `db · type · key` -> what it holds. */
  readonly model = new Map<string, Held>();
  /** Of the bitmaps of a name in all databases. */
  readonly tails = new Map<string, number>();

  constructor(options: { readonly log: boolean } = { log: true }) {
    this.#hasLog = options.log;
    this.#server = new FakeMaster(async (words) => {
      const special = await this.onRequest(words);
      if (special !== undefined) return special;
      return this.#answer(words);
    });
  }

  get address(): TcpAddress {
    return this.#server.address;
  }

  get requests(): readonly string[] {
    return this.#server.requests;
  }

  get hasLog(): boolean {
    return this.#hasLog;
  }

  set hasLog(hasLog: boolean) {
    this.#hasLog = hasLog;
  }

  get place(): { number: number; position: number } {
    return { number: this.#number, position: this.#files.get(this.#number)?.length ?? 0 };
  }

  cut(): void {
    this.#server.cut();
  }

  /** A restart begins a new file at the next write. */
  restart(): void {
    this.#server.cut();
    if (this.#files.has(this.#number)) this.#number++;
  }

  /** It comes back with an empty disk. */
  loseEverything(): void {
    this.#server.cut();
    this.#store.clear();
    this.#files.clear();
    this.model.clear();
    this.tails.clear();
    this.#number = 1;
  }

  held(db: number, type: Type, key: string): Held | undefined {
    return this.model.get(this.#id(db, type, key));
  }

  /** The TTL that stands in the store, in Unix seconds: of a list perhaps that of one that had the name before. */
  storedTtl(db: number, type: Type, key: string): number | undefined {
    const when = this.#store.get(storeKeys.ttl(db, type, key));
    if (when === undefined) return undefined;
    return Number(Buffer.from(fromMapKey(when)).readBigInt64LE());
  }

  /** One batch of v0.1: all writes with one time. */
  batch(writes: readonly Write[]): void {
    const events = writes.map(([key, value]) => {
      if (value === null) this.#store.delete(key);
      else this.#store.set(key, value);
      const payload = value === null ? `\0${key}` : `\x01${u16(key.length)}${key}${value}`;
      return u32(this.time) + u32(payload.length) + payload;
    });
    if (!this.#hasLog || events.length === 0) return;
    if (!this.#files.has(this.#number) && this.#files.size >= this.filesMax) {
      this.#files.delete(Math.min(...this.#files.keys()));
    }
    const before = this.#files.get(this.#number) ?? Buffer.alloc(0);
    const file = Buffer.concat([before, fromMapKey(events.join(""))]);
    this.#files.set(this.#number, file);
    if (file.length >= this.fileBytesMax) this.#number++;
  }

  set(db: number, key: string, value: string): void {
    this.#of(db, 1, key).value = value;
    this.batch([[storeKeys.kv(db, key), value]]);
  }

  mset(db: number, pairs: readonly (readonly [string, string])[]): void {
    for (const [key, value] of pairs) this.#of(db, 1, key).value = value;
    this.batch(pairs.map(([key, value]) => [storeKeys.kv(db, key), value]));
  }

  del(db: number, key: string): void {
    this.batch([[storeKeys.kv(db, key), null], ...this.#forget(db, 1, key)]);
  }

  hset(db: number, key: string, pairs: readonly (readonly [string, string])[]): void {
    const held = this.#of(db, 2, key);
    held.fields ??= new Map();
    for (const [field, value] of pairs) held.fields.set(field, value);
    this.batch([
      ...pairs.map(([field, value]): Write => [storeKeys.field(db, key, field), value]),
      [storeKeys.hashSize(db, key), i64le(held.fields.size)],
    ]);
  }

  hdel(db: number, key: string, fields: readonly string[]): void {
    const held = this.held(db, 2, key)?.fields;
    for (const field of fields) held?.delete(field);
    const writes = fields.map((field): Write => [storeKeys.field(db, key, field), null]);
    const size = held?.size ?? 0;
    if (size > 0) writes.push([storeKeys.hashSize(db, key), i64le(size)]);
    else writes.push([storeKeys.hashSize(db, key), null], ...this.#forget(db, 2, key));
    this.batch(writes);
  }

  hclear(db: number, key: string): void {
    this.hdel(db, key, [...(this.held(db, 2, key)?.fields?.keys() ?? [])]);
  }

  push(db: number, key: string, end: "left" | "right", values: readonly string[]): void {
    const held = this.#of(db, 4, key);
    const isNew = held.items === undefined || held.items.length === 0;
    held.items ??= [];
    let [first, last] = isNew ? [0, 0] : this.#ends(db, key);
    const writes: Write[] = [];
    for (const [index, value] of values.entries()) {
      if (isNew && index === 0) first = last = LIST_START;
      else if (end === "left") first--;
      else last++;
      writes.push([storeKeys.item(db, key, end === "left" ? first : last), value]);
      if (end === "left") held.items.unshift(value);
      else held.items.push(value);
    }
    this.batch([...writes, [storeKeys.ends(db, key), u32le(first) + u32le(last)]]);
  }

  pop(db: number, key: string, end: "left" | "right"): void {
    const items = this.held(db, 4, key)?.items ?? [];
    if (items.length === 0) {
      this.batch([
        [storeKeys.item(db, key, LIST_START), null],
        [storeKeys.ends(db, key), null],
      ]);
      return;
    }
    let [first, last] = this.#ends(db, key);
    if (end === "left") items.shift();
    else items.pop();
    const writes: Write[] = [[storeKeys.item(db, key, end === "left" ? first : last), null]];
    if (end === "left") first++;
    else last--;
    if (items.length === 0) {
      // D26: the list's TTL stays in the store, and that of the hash goes.
      this.model.delete(this.#id(db, 4, key));
      writes.push([storeKeys.ends(db, key), null], ...this.#unttl(db, 2, key));
    } else {
      writes.push([storeKeys.ends(db, key), u32le(first) + u32le(last)]);
    }
    this.batch(writes);
  }

  lclear(db: number, key: string): void {
    if (this.held(db, 4, key) === undefined) return;
    const [first, last] = this.#ends(db, key);
    const writes: Write[] = [];
    for (let place = first; place <= last; place++) {
      writes.push([storeKeys.item(db, key, place), null]);
    }
    this.batch([...writes, [storeKeys.ends(db, key), null], ...this.#forget(db, 4, key)]);
  }

  zadd(db: number, key: string, pairs: readonly (readonly [number, string])[]): void {
    const held = this.#of(db, 6, key);
    held.members ??= new Map();
    const writes: Write[] = [];
    for (const [score, member] of pairs) {
      const old = held.members.get(member);
      if (old !== undefined) writes.push([storeKeys.score(db, key, old, member), null]);
      writes.push([storeKeys.member(db, key, member), i64le(score)]);
      writes.push([storeKeys.score(db, key, score, member), ""]);
      held.members.set(member, score);
    }
    this.batch([...writes, [storeKeys.zsetSize(db, key), i64le(held.members.size)]]);
  }

  zrem(db: number, key: string, members: readonly string[]): void {
    const held = this.held(db, 6, key)?.members;
    const writes: Write[] = [];
    for (const member of members) {
      const score = held?.get(member);
      if (score === undefined) continue;
      writes.push([storeKeys.score(db, key, score, member), null]);
      writes.push([storeKeys.member(db, key, member), null]);
      held!.delete(member);
    }
    const size = held?.size ?? 0;
    if (size > 0) writes.push([storeKeys.zsetSize(db, key), i64le(size)]);
    else writes.push([storeKeys.zsetSize(db, key), null], ...this.#forget(db, 6, key));
    this.batch(writes);
  }

  bsetbit(db: number, key: string, offset: number, bit: 0 | 1): void {
    const held = this.#of(db, 9, key);
    held.ones ??= new Set();
    if (bit === 1) held.ones.add(offset);
    else held.ones.delete(offset);
    const segment = Math.floor(offset / 4096);
    const writes: Write[] = [
      [storeKeys.segment(db, key, segment), this.#segmentOf(held.ones, segment)],
    ];
    const tail = this.tails.get(key) ?? 0;
    if (offset > tail) {
      this.tails.set(key, offset);
      writes.push([storeKeys.tail(key), u32le(segment) + u32le(offset % 4096)]);
    }
    this.batch(writes);
  }

  bdelete(db: number, key: string): void {
    const prefix = element(db, 9, key);
    const writes: Write[] = [[storeKeys.tail(key), null]];
    for (const name of this.#store.keys()) if (name.startsWith(prefix)) writes.push([name, null]);
    this.tails.delete(key);
    this.batch([...writes, ...this.#forget(db, 9, key)]);
  }

  expireAt(db: number, type: Type, key: string, when: number): void {
    const held = this.held(db, type, key);
    if (held === undefined) return;
    held.ttl = when;
    const name = storeKeys.ttl(db, type, key);
    this.batch([
      [storeKeys.time(db, type, key, when), name],
      [name, i64le(when)],
    ]);
  }

  persist(db: number, type: Type, key: string): void {
    const writes = this.#unttl(db, type, key);
    const held = this.held(db, type, key);
    if (held !== undefined) delete held.ttl;
    this.batch(writes);
  }

  /** The payload of a FULLSYNC reply. */
  dump(): Uint8Array {
    const { number: file, position } = this.#hasLog ? this.place : { number: 0, position: 0 };
    const parts: Uint8Array[] = [fromMapKey(number(file, 8) + number(position, 8))];
    const records = [...this.#store].map(([key, value]) => [fromMapKey(key), fromMapKey(value)]);
    records.sort(([a], [b]) => compareBytes(a!, b!));
    for (const [key, value] of records) {
      const [packedKey, packedValue] = [packSnappy(key!), packSnappy(value!)];
      parts.push(fromMapKey(u16(packedKey.length)), packedKey);
      parts.push(fromMapKey(u32(packedValue.length)), packedValue);
    }
    return Buffer.concat(parts);
  }

  [Symbol.dispose](): void {
    this.#dead = true;
    this.#server[Symbol.dispose]();
  }

  #answer([name = "", file = "", position = ""]: readonly string[]): Answer {
    if (this.#dead) return null;
    switch (name.toLowerCase()) {
      case "fullsync":
        return bulk(this.dump());
      case "sync":
        return this.#sync(Number(file), Number(position));
      default:
        return "-ERR command not found\r\n";
    }
  }

  #sync(file: number, position: number): Answer {
    const reply = (nextFile: number, next: number, events = ""): Answer =>
      bulk(packSnappy(fromMapKey(number(nextFile, 8) + number(next, 8) + events)));
    if (!this.#hasLog) return reply(0, 0);
    const whole = this.#files.get(file);
    if (whole === undefined) return file === this.#number ? reply(file, 0) : reply(-1, position);
    const content = whole.subarray(
      0,
      whole.length - (file === this.#number ? this.hiddenBytes : 0),
    );
    if (position >= content.length) return reply(file, position);
    let at = position;
    let count = 0;
    const time = content.readUInt32BE(at);
    while (at < content.length && count < EVENTS_MAX) {
      if (at + 8 > content.length) return "-ERR EOF\r\n";
      if (content.readUInt32BE(at) !== time) break;
      const end = at + 8 + content.readUInt32BE(at + 4);
      if (end > content.length) return "-ERR unexpected EOF\r\n";
      at = end;
      count++;
    }
    const events = mapKey(content.subarray(position, at));
    return at === content.length && file < this.#number
      ? reply(file + 1, 0, events)
      : reply(file, at, events);
  }

  #id(db: number, type: Type, key: string): string {
    return head(db, type) + key;
  }

  #of(db: number, type: Type, key: string): Held {
    const id = this.#id(db, type, key);
    const held = this.model.get(id) ?? {};
    this.model.set(id, held);
    return held;
  }

  #forget(db: number, type: Type, key: string): Write[] {
    const writes = this.#unttl(db, type, key);
    this.model.delete(this.#id(db, type, key));
    return writes;
  }

  #unttl(db: number, type: Type, key: string): Write[] {
    const seconds = this.storedTtl(db, type, key);
    if (seconds === undefined) return [];
    const held = this.held(db, type, key);
    if (held !== undefined) delete held.ttl;
    return [
      [storeKeys.ttl(db, type, key), null],
      [storeKeys.time(db, type, key, seconds), null],
    ];
  }

  #ends(db: number, key: string): [first: number, last: number] {
    const ends = Buffer.from(fromMapKey(this.#store.get(storeKeys.ends(db, key))!));
    return [ends.readUInt32LE(0), ends.readUInt32LE(4)];
  }

  #segmentOf(ones: ReadonlySet<number>, segment: number): string {
    const bytes = new Uint8Array(512);
    for (const offset of ones) {
      if (Math.floor(offset / 4096) !== segment) continue;
      bytes[(offset % 4096) >> 3]! |= 1 << (offset & 7);
    }
    return mapKey(bytes);
  }
}
