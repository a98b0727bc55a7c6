/**
 * Collections as they stood at one moment, to be read over many turns while others write. A snapshot is a read
 * transaction of its own in SQLite, and over it the frozen generations that held rows of the collections then;
 * the active one is frozen for it if it did. So taking one costs nothing that grows with the collections, and
 * nothing is copied.
 *
 * A snapshot keeps SQLite's write-ahead log from starting anew: close it soon.
 */
import type { Bytes } from "../../bytes/bytes.ts";
import { clock } from "../../clock.ts";
import type { Generation } from "../generations/generation.ts";
import type { GenerationPins } from "../generations/generation-pins.ts";
import { NO_ROW } from "../generations/row-layout.ts";
import { SlicedOrder } from "../generations/sliced-order.ts";
import { RangeWalk, type RowOrder } from "../range.ts";
import type { RowKey } from "../rows/row-key.ts";
import type { RowValue } from "../rows/row-value.ts";
import type { StoreReader } from "../sqlite/store-reader.ts";

/** How long one slice of sorting may take, in µs. */
const SLICE_US = 1000;
/** Snapshots at a time; who wants one more waits. */
const OPEN_MAX = 16;
/** Connections that are kept for the next snapshots. */
const IDLE_MAX = 2;

/** A pinned generation, and those of its rows that were put in order. */
class Layer {
  readonly generation: Generation;
  readonly #orders = new Map<string, RowOrder>();

  constructor(generation: Generation) {
    this.generation = generation;
  }

  async order(kind: number, number: number): Promise<void> {
    const order = new SlicedOrder(this.generation, kind, number);
    for (;;) {
      const deadlineUs = clock.monotonicUs() + SLICE_US;
      if (order.step(() => clock.monotonicUs() >= deadlineUs)) break;
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#orders.set(`${kind}:${number}`, order);
  }

  ordered(kind: number, number: number): RowOrder {
    return this.#orders.get(`${kind}:${number}`) ?? this.generation.ordered(kind, number);
  }

  keyOf(row: number, skip: number): Bytes {
    return this.generation.keyOf(row, skip);
  }

  readValue(row: number, value: RowValue): boolean {
    return this.generation.readValue(row, value);
  }
}

export class RowSnapshot {
  /** Newest first. */
  readonly #layers: readonly Layer[];
  readonly #reader: StoreReader;
  readonly #release: () => void;
  #closed = false;

  constructor(generations: readonly Generation[], reader: StoreReader, release: () => void) {
    this.#layers = generations.map((generation) => new Layer(generation));
    this.#reader = reader;
    this.#release = release;
  }

  /** Puts rows of a collection in order, in slices: a walk over them would do it at once. */
  async order(kind: number, id: number): Promise<void> {
    for (const layer of this.#layers) await layer.order(kind, id);
  }

  /** As Keyspace.get, but the bytes are valid until the snapshot is closed. */
  get(key: RowKey, value: RowValue): boolean {
    for (const { generation } of this.#layers) {
      const row = generation.find(key);
      if (row !== NO_ROW) return generation.readValue(row, value);
    }
    const bytes = this.#reader.get(key);
    if (bytes === null) return false;
    value.set(bytes, 0, bytes.length);
    return true;
  }

  /** As Keyspace.range, but the walk is valid until the snapshot is closed. */
  range(from: Bytes, to: Bytes | null, reverse = false, expectedRows = 16): RangeWalk {
    return new RangeWalk(this.#layers, this.#reader, { from, to, reverse }, expectedRows);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#release();
  }
}

/** Opens snapshots, as many at a time as there may be. */
export class RowSnapshots {
  readonly #openReader: () => StoreReader;
  readonly #layersOf: (ids: readonly number[]) => readonly Generation[];
  readonly #pins: GenerationPins;
  #idle: StoreReader[] = [];
  readonly #busy = new Set<StoreReader>();
  #reserved = 0;
  #waiting: (() => void)[] = [];
  #closed = false;

  /** @param layersOf frozen generations with rows of these collections, newest first; nothing newer than them */
  constructor(
    openReader: () => StoreReader,
    layersOf: (ids: readonly number[]) => readonly Generation[],
    pins: GenerationPins,
  ) {
    this.#openReader = openReader;
    this.#layersOf = layersOf;
    this.#pins = pins;
  }

  /** Snapshots that are open. */
  get count(): number {
    return this.#busy.size;
  }

  /** Waits until one more snapshot may be taken; `take` or `giveUp` follows. */
  async reserve(): Promise<void> {
    if (this.#reserved < OPEN_MAX) {
      this.#reserved++;
      return;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Takes no snapshot after all. */
  giveUp(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#reserved--;
    else next();
  }

  /** The present state of the collections `ids`. REQUIRES: `reserve`, and no turn is open. */
  take(ids: readonly number[]): RowSnapshot {
    if (this.#closed) throw new Error("the database is closed");
    const generations = this.#layersOf(ids);
    const reader = this.#idle.pop() ?? this.#openReader();
    reader.beginSnapshot();
    this.#busy.add(reader);
    for (const generation of generations) this.#pins.pin(generation);
    return new RowSnapshot(generations, reader, () => {
      for (const generation of generations) this.#pins.unpin(generation);
      this.#giveBack(reader);
      this.giveUp();
    });
  }

  /** Ends them all: nothing may be read from them any more. */
  close(): void {
    this.#closed = true;
    for (const reader of [...this.#idle, ...this.#busy]) reader.close();
    this.#idle = [];
    this.#busy.clear();
  }

  #giveBack(reader: StoreReader): void {
    if (!this.#busy.delete(reader)) return;
    reader.endTurn();
    if (this.#idle.length < IDLE_MAX) this.#idle.push(reader);
    else reader.close();
  }
}
