/** Consumer groups of streams: making them, and reading through them. Semantics are those of Redis 7.0. */
import { type Bytes, compareBytes, copyBytes } from "../../bytes/bytes.ts";
import { STREAM_ID_MAX, STREAM_ID_MIN, streamIdAfter } from "../../bytes/stream-id.ts";
import { KIND_GROUP } from "../../keyspace/rows/row-key.ts";
import type { Collections } from "../collections/collections.ts";
import { ConsumerGroup, type NamedConsumer } from "./consumer-group.ts";
import type { StreamHeader } from "./stream-header.ts";
import { decodeGroup } from "./stream-rows.ts";
import type { StreamEntry, Streams } from "./streams.ts";

/** Where a group stands. */
export interface GroupMarks {
  readonly lastId: Bytes;
  /** How many entries up to there were ever added; -1n: not known. */
  readonly entriesRead: bigint;
}

/** An entry of a consumer's history; null words: it was removed from the stream. */
export interface HistoryEntry {
  readonly id: Bytes;
  readonly words: StreamEntry["words"] | null;
}

/** What XCLAIM and XAUTOCLAIM say of the entries. */
export interface Claim {
  /** Since when an entry must have been with its consumer, in ms; 0: since whenever. */
  readonly minIdleMs: number;
  readonly nowMs: number;
  readonly deliveredAtMs: number;
  /** null: one more than before. */
  readonly deliveries: number | null;
  /** Only the ids are wanted: that is no delivery. */
  readonly justIds: boolean;
  /** Entries that nobody has are claimed too. */
  readonly force: boolean;
}

/** What became of an entry that was to be claimed. */
export type Claimed = "claimed" | "deleted" | "left";

export class StreamGroups {
  readonly #collections: Collections;
  readonly #streams: Streams;

  constructor(collections: Collections, streams: Streams) {
    this.#collections = collections;
    this.#streams = streams;
  }

  /** The group of this name; null: there is none. */
  find(stream: StreamHeader, name: Bytes): ConsumerGroup | null {
    const value = this.#collections.get(KIND_GROUP, stream.id, name);
    return (
      value && new ConsumerGroup(this.#collections, stream.id, copyBytes(name), decodeGroup(value))
    );
  }

  /** All groups by name. */
  *all(stream: StreamHeader): Generator<ConsumerGroup, void> {
    if (stream.groups === 0) return;
    const walk = this.#collections.walk(KIND_GROUP, stream.id, { expected: stream.groups });
    while (walk.next()) {
      const name = copyBytes(walk.rest);
      yield new ConsumerGroup(this.#collections, stream.id, name, decodeGroup(walk.value));
    }
  }

  /** Makes a group; null when there is one of this name. `stream` is saved with it. */
  create(key: Bytes, stream: StreamHeader, name: Bytes, marks: GroupMarks): ConsumerGroup | null {
    if (this.find(stream, name) !== null) return null;
    const row = { number: stream.newGroup(), nextConsumer: 0, consumers: 0, pending: 0, ...marks };
    const group = new ConsumerGroup(this.#collections, stream.id, copyBytes(name), row);
    stream.groups++;
    this.#streams.save(key, stream);
    group.save();
    return group;
  }

  /** Removes a group; false when there is none. */
  destroy(key: Bytes, stream: StreamHeader, name: Bytes): boolean {
    const group = this.find(stream, name);
    if (group === null) return false;
    group.remove();
    stream.groups--;
    this.#streams.save(key, stream);
    return true;
  }

  /**
   * Delivers entries that no consumer of the group has got.
   *
   * @param keep whether they wait to be acknowledged
   * @param count most of them; Infinity: all
   */
  deliver(
    stream: StreamHeader,
    group: ConsumerGroup,
    consumer: NamedConsumer,
    {
      keep,
      count,
      nowMs,
    }: { readonly keep: boolean; readonly count: number; readonly nowMs: number },
  ): StreamEntry[] {
    const from = streamIdAfter(group.row.lastId);
    if (from === null) return [];
    const entries = [...this.#streams.range(stream, { from, to: STREAM_ID_MAX, count })];
    for (const { id } of entries) {
      this.#advance(stream, group, id);
      if (keep) group.assign(id, consumer, { deliveredAtMs: nowMs, deliveries: 1 });
    }
    group.save();
    return entries;
  }

  /** Once more what a consumer has got and not acknowledged, behind the id `after`. */
  history(
    stream: StreamHeader,
    group: ConsumerGroup,
    consumer: NamedConsumer,
    {
      after,
      count,
      nowMs,
    }: { readonly after: Bytes; readonly count: number; readonly nowMs: number },
  ): HistoryEntry[] {
    const from = streamIdAfter(after);
    if (from === null) return [];
    const entries: HistoryEntry[] = [];
    for (const { id, delivery } of take(
      group.pending({ from, to: STREAM_ID_MAX, consumer }),
      count,
    )) {
      const entry = this.#streams.get(stream, id);
      entries.push(entry ?? { id, words: null });
      const deliveries = delivery.deliveries + 1;
      if (entry !== null) group.assign(id, consumer, { deliveredAtMs: nowMs, deliveries });
    }
    group.save();
    return entries;
  }

  /**
   * Gives a pending entry to another consumer. The group has to be saved afterwards.
   *
   * @param consumer made when it is needed
   */
  claim(
    stream: StreamHeader,
    group: ConsumerGroup,
    id: Bytes,
    consumer: () => NamedConsumer,
    how: Claim,
  ): Claimed {
    const delivery = group.delivery(id);
    if (!this.#streams.has(stream, id)) {
      return group.release(id) ? "deleted" : "left";
    }
    if (delivery === null && !how.force) return "left";
    const idleMs = delivery === null ? how.minIdleMs : how.nowMs - delivery.deliveredAtMs;
    if (how.minIdleMs > 0 && idleMs < how.minIdleMs) return "left";
    const before = delivery?.deliveries ?? 1;
    const deliveries = how.deliveries ?? (how.justIds ? before : before + 1);
    group.assign(id, consumer(), { deliveredAtMs: how.deliveredAtMs, deliveries });
    return "claimed";
  }

  /** How many entries the group has not been given; null: nobody can tell. */
  lag(stream: StreamHeader, group: ConsumerGroup): bigint | null {
    const { entriesAdded } = stream;
    if (entriesAdded === 0n) return 0n;
    const { entriesRead, lastId } = group.row;
    if (entriesRead !== -1n && !this.#hasGap(stream, lastId)) return entriesAdded - entriesRead;
    const read = this.entriesUpTo(stream, lastId);
    return read === -1n ? null : entriesAdded - read;
  }

  /** How many entries up to this id were ever added; -1n: nobody can tell. */
  entriesUpTo(stream: StreamHeader, id: Bytes): bigint {
    const { entriesAdded, length, lastId, maxDeletedId } = stream;
    if (entriesAdded === 0n) return 0n;
    const toLast = compareBytes(id, lastId);
    if (length === 0 && toLast <= 0) return entriesAdded;
    if (toLast === 0) return entriesAdded;
    if (toLast > 0) return -1n;
    const first = this.#streams.first(stream)?.id ?? STREAM_ID_MIN;
    const isWhole =
      compareBytes(maxDeletedId, STREAM_ID_MIN) === 0 || compareBytes(maxDeletedId, first) < 0;
    const toFirst = compareBytes(id, first);
    if (!isWhole || toFirst > 0) return -1n;
    const gone = entriesAdded - BigInt(length);
    return toFirst < 0 ? gone : gone + 1n;
  }

  #advance(stream: StreamHeader, group: ConsumerGroup, id: Bytes): void {
    const { row } = group;
    if (compareBytes(id, row.lastId) <= 0) return;
    if (row.entriesRead !== -1n && !this.#hasGap(stream, id)) row.entriesRead++;
    else if (stream.entriesAdded > 0n) row.entriesRead = this.entriesUpTo(stream, id);
    row.lastId = id;
  }

  /** Whether an entry at or behind this id was removed by name. */
  #hasGap(stream: StreamHeader, from: Bytes): boolean {
    const { maxDeletedId } = stream;
    if (stream.length === 0 || compareBytes(maxDeletedId, STREAM_ID_MIN) === 0) return false;
    if (compareBytes(from, maxDeletedId) > 0) return false;
    return compareBytes(this.#streams.first(stream)!.id, maxDeletedId) <= 0;
  }
}

/** The first ones, all taken before anything is done with them. */
function take<T>(items: Iterable<T>, most: number): T[] {
  const taken: T[] = [];
  if (most === 0) return taken;
  for (const item of items) {
    taken.push(item);
    if (taken.length === most) break;
  }
  return taken;
}
