/**
 * One consumer group of a stream: what was delivered to whom and not acknowledged. Rows of entries are written at
 * once, the group's and its consumers' own ones by `save`.
 */
import {
  type Bytes,
  compareBytes,
  copyBytes,
  EMPTY,
  mapKey,
  prefixEnd,
} from "../../bytes/bytes.ts";
import { STREAM_ID_MAX, STREAM_ID_MIN, streamIdAfter } from "../../bytes/stream-id.ts";
import {
  KIND_CONSUMER,
  KIND_GROUP,
  KIND_OWNED,
  KIND_PENDING,
} from "../../keyspace/rows/row-key.ts";
import type { Collections } from "../collections/collections.ts";
import {
  type Consumer,
  consumerName,
  consumerRest,
  type Delivery,
  decodeConsumer,
  decodeDelivery,
  encodeConsumer,
  encodeDelivery,
  encodeGroup,
  entryOf,
  type Group,
  groupPrefix,
  ownedRest,
  pendingRest,
} from "./stream-rows.ts";

/** A consumer with its name. */
export interface NamedConsumer {
  readonly name: Bytes;
  readonly row: Consumer;
}

/** An entry that waits to be acknowledged. */
export interface PendingEntry {
  readonly id: Bytes;
  readonly delivery: Delivery;
}

/** Which of them. */
export interface PendingRange {
  readonly from: Bytes;
  readonly to: Bytes;
  /** Those of this consumer alone. */
  readonly consumer?: NamedConsumer;
}

const ALL: PendingRange = { from: STREAM_ID_MIN, to: STREAM_ID_MAX };

export class ConsumerGroup {
  readonly #collections: Collections;
  /** Of the stream. */
  readonly #id: number;
  readonly name: Bytes;
  /** Changes are written by `save`. */
  readonly row: Group;
  /** Consumers that were looked up, by name. */
  readonly #consumers = new Map<string, NamedConsumer>();

  /** @param id of the stream's collection */
  constructor(collections: Collections, id: number, name: Bytes, row: Group) {
    this.#collections = collections;
    this.#id = id;
    this.name = name;
    this.row = row;
  }

  /** Writes the group and the consumers that were looked up. */
  save(): void {
    this.#collections.put(KIND_GROUP, this.#id, this.name, encodeGroup(this.row));
    for (const { name, row } of this.#consumers.values()) {
      const rest = consumerRest(this.row.number, name);
      this.#collections.put(KIND_CONSUMER, this.#id, rest, encodeConsumer(row));
    }
  }

  consumer(name: Bytes): NamedConsumer | null {
    const known = this.#consumers.get(mapKey(name));
    if (known !== undefined) return known;
    const rest = consumerRest(this.row.number, name);
    const value = this.#collections.get(KIND_CONSUMER, this.#id, rest);
    return value && this.#remember({ name: copyBytes(name), row: decodeConsumer(value) });
  }

  /** The consumer of this name, made if there is none; it was heard of just now. */
  hearOf(name: Bytes, nowMs: number): NamedConsumer {
    const consumer = this.consumer(name) ?? this.addConsumer(name, nowMs);
    consumer.row.seenAtMs = nowMs;
    return consumer;
  }

  /** REQUIRES: there is none of this name. */
  addConsumer(name: Bytes, nowMs: number): NamedConsumer {
    const row = { number: this.row.nextConsumer++, seenAtMs: nowMs, pending: 0 };
    this.row.consumers++;
    return this.#remember({ name: copyBytes(name), row });
  }

  /** Removes a consumer and all that it has. */
  removeConsumer(consumer: NamedConsumer): void {
    for (const { id } of [...this.pending({ ...ALL, consumer })]) this.release(id);
    const rest = consumerRest(this.row.number, consumer.name);
    this.#collections.delete(KIND_CONSUMER, this.#id, rest);
    this.#consumers.delete(mapKey(consumer.name));
    this.row.consumers--;
  }

  /** All consumers by name. */
  *consumers(): Generator<NamedConsumer, void> {
    const prefix = groupPrefix(this.row.number);
    const walk = this.#collections.walk(KIND_CONSUMER, this.#id, {
      from: prefix,
      to: prefixEnd(prefix),
      expected: this.row.consumers,
    });
    while (walk.next()) {
      yield { name: copyBytes(consumerName(walk.rest)), row: decodeConsumer(walk.value) };
    }
  }

  /** Who has the entry, and since when; null: it waits for nobody. */
  delivery(entry: Bytes): Delivery | null {
    const value = this.#collections.get(
      KIND_PENDING,
      this.#id,
      pendingRest(this.row.number, entry),
    );
    return value && decodeDelivery(value);
  }

  /** Gives an entry to a consumer, whoever has it now. */
  assign(
    entry: Bytes,
    consumer: NamedConsumer,
    when: { readonly deliveredAtMs: number; readonly deliveries: number },
  ): void {
    const before = this.delivery(entry);
    const { number } = this.row;
    if (before?.consumer !== consumer.row.number) {
      if (before === null) this.row.pending++;
      else this.#disown(entry, before);
      const rest = ownedRest(number, consumer.row.number, entry);
      this.#collections.put(KIND_OWNED, this.#id, rest, EMPTY);
      consumer.row.pending++;
    }
    const delivery = { ...when, consumer: consumer.row.number, name: consumer.name };
    const rest = pendingRest(number, entry);
    this.#collections.put(KIND_PENDING, this.#id, rest, encodeDelivery(delivery));
  }

  /** Forgets that an entry was delivered; false when nobody has it. */
  release(entry: Bytes): boolean {
    const delivery = this.delivery(entry);
    if (delivery === null) return false;
    this.#disown(entry, delivery);
    this.#collections.delete(KIND_PENDING, this.#id, pendingRest(this.row.number, entry));
    this.row.pending--;
    return true;
  }

  /** Entries that wait to be acknowledged, by id. Nothing may be written meanwhile. */
  *pending(range: PendingRange = ALL, reverse = false): Generator<PendingEntry, void> {
    const { from, to, consumer } = range;
    if (compareBytes(from, to) > 0) return;
    const { number } = this.row;
    const kind = consumer === undefined ? KIND_PENDING : KIND_OWNED;
    const restOf = (id: Bytes) =>
      consumer === undefined ? pendingRest(number, id) : ownedRest(number, consumer.row.number, id);
    const end = streamIdAfter(to);
    const walk = this.#collections.walk(kind, this.#id, {
      from: restOf(from),
      to: end === null ? prefixEnd(groupPrefix(number, consumer?.row.number)) : restOf(end),
      reverse,
    });
    while (walk.next()) {
      const id = entryOf(walk.rest);
      const delivery = consumer === undefined ? decodeDelivery(walk.value) : this.delivery(id);
      if (delivery !== null) yield { id, delivery };
    }
  }

  /** Removes the group with all that belongs to it. */
  remove(): void {
    for (const { id } of [...this.pending()]) this.release(id);
    for (const consumer of [...this.consumers()]) this.removeConsumer(consumer);
    this.#collections.delete(KIND_GROUP, this.#id, this.name);
  }

  #disown(entry: Bytes, { consumer, name }: Delivery): void {
    this.#collections.delete(KIND_OWNED, this.#id, ownedRest(this.row.number, consumer, entry));
    const owner = this.consumer(name);
    if (owner !== null) owner.row.pending--;
  }

  #remember(consumer: NamedConsumer): NamedConsumer {
    this.#consumers.set(mapKey(consumer.name), consumer);
    return consumer;
  }
}
