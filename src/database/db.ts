/** One database: its keys, and the operations of every type on them. Bytes in, values out, no protocol. */
import type { SpaceCounts } from "../keyspace/sqlite/store-reader.ts";
import { Collections } from "./collections/collections.ts";
import { Dumps } from "./dumps.ts";
import { Geo } from "./geo/geo.ts";
import { HashFields } from "./hashes/hash-fields.ts";
import { HashTtls } from "./hashes/hash-ttls.ts";
import { Hashes } from "./hashes/hashes.ts";
import { HyperLogLogs } from "./hyperloglog/hyper-log-logs.ts";
import { countKeys, isSurelyEmpty } from "./key-table/key-counts.ts";
import { KeyTable } from "./key-table/key-table.ts";
import { KeyWalk } from "./keys/key-walk.ts";
import { Keys } from "./keys/keys.ts";
import { OrderedScan } from "./keys/ordered-scan.ts";
import { RandomKey } from "./keys/random-key.ts";
import type { Ledis } from "./ledis.ts";
import { Lists } from "./lists/lists.ts";
import { Sets } from "./sets/sets.ts";
import { SortElements } from "./sorting/sort-elements.ts";
import { Sorting } from "./sorting/sorting.ts";
import { StreamGroups } from "./streams/stream-groups.ts";
import { Streams } from "./streams/streams.ts";
import { BitStrings } from "./strings/bit-strings.ts";
import { Bitmaps } from "./strings/bitmaps.ts";
import { Strings } from "./strings/strings.ts";
import { ZSets } from "./zsets/zsets.ts";

export class DB {
  readonly #ledis: Ledis;
  /** Number of the database. */
  readonly number: number;
  readonly table: KeyTable;
  readonly collections: Collections;
  readonly keys: Keys;
  readonly strings: Strings;
  readonly bitStrings: BitStrings;
  readonly hyperLogLogs: HyperLogLogs;
  readonly bitmaps: Bitmaps;
  readonly hashes: Hashes;
  readonly hashTtls: HashTtls;
  readonly lists: Lists;
  readonly sets: Sets;
  readonly zsets: ZSets;
  readonly streams: Streams;
  readonly streamGroups: StreamGroups;
  readonly geo: Geo;
  readonly dumps: Dumps;
  readonly sorting: Sorting;
  readonly orderedScan: OrderedScan;

  constructor(number: number, ledis: Ledis) {
    this.#ledis = ledis;
    this.number = number;
    const { keyspace, spaces, expiry } = ledis;
    // What the server keeps for itself, in databases behind those of its clients, is not counted.
    const lookups = number < ledis.options.databases ? ledis.lookups : undefined;
    const spaceOf = () => spaces.of(number);
    this.table = new KeyTable(number, keyspace, spaces, expiry, lookups);
    this.collections = new Collections(this.table, keyspace, spaces);
    this.keys = new Keys(
      this.table,
      this.collections,
      new KeyWalk(keyspace, spaceOf),
      new RandomKey(keyspace, spaceOf),
    );
    this.strings = new Strings(this.table, () => ledis.options.valueBytesMax);
    this.bitStrings = new BitStrings(this.table, () => ledis.options.valueBytesMax);
    this.hyperLogLogs = new HyperLogLogs(this.table, () => ledis.options.hllSparseBytesMax);
    this.bitmaps = new Bitmaps(this.collections, () => ledis.options.valueBytesMax);
    const hashFields = new HashFields(this.collections, this.table, ledis.elementPacks);
    this.hashes = new Hashes(this.collections, hashFields);
    this.hashTtls = new HashTtls(this.collections, hashFields);
    this.lists = new Lists(this.table, this.collections, keyspace);
    this.sets = new Sets(this.table, this.collections, ledis.elementPacks);
    this.zsets = new ZSets(this.table, this.collections, ledis.zsetOrder);
    this.streams = new Streams(this.collections);
    this.streamGroups = new StreamGroups(this.collections, this.streams);
    this.geo = new Geo(this.table, this.collections, ledis.zsetOrder);
    this.dumps = new Dumps(this, () => ledis.options.valueBytesMax);
    this.orderedScan = new OrderedScan(keyspace, this.table, this.collections, hashFields);
    const elements = new SortElements(this.table, this.collections, this.lists, this.zsets);
    this.sorting = new Sorting(this.table, this.hashes, elements);
  }

  /**
   * How many keys there are, and how many of them have a TTL: at once, or later where much was written just
   * now. Expired ones count until they are removed.
   */
  counts(): SpaceCounts | Promise<SpaceCounts> {
    const { keyspace } = this.#ledis;
    return countKeys(
      keyspace,
      () => this.table.space,
      () => this.#ledis.flush(),
    );
  }

  /** As `counts`, at once: after a burst of writes it may take many milliseconds. */
  countsAtOnce(): SpaceCounts {
    return this.#ledis.keyspace.counts(this.table.space);
  }

  /** Removes all keys, in constant time. */
  clear(): void {
    const { keyspace, spaces } = this.#ledis;
    if (isSurelyEmpty(keyspace, this.table.space)) return;
    spaces.flush(this.number);
    this.table.replaced();
  }
}
