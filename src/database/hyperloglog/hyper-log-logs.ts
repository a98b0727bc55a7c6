/**
 * HyperLogLogs: strings that estimate how many different elements they were shown, with an error of about 0.8 %.
 * A changed one is stored whole, like other strings, and keeps its TTL.
 */
import type { Bytes } from "../../bytes/bytes.ts";
import type { AnyBytes } from "../../bytes/stretch.ts";
import { TYPE_STRING } from "../../keyspace/rows/key-row.ts";
import type { KeyRow, KeyTable } from "../key-table/key-table.ts";
import { estimateCardinality } from "./cardinality.ts";
import { HyperLogLog } from "./hyper-log-log.ts";
import { type Place, placeElement, REGISTERS, type Registers } from "./registers.ts";

export class HyperLogLogs {
  readonly #keys: KeyTable;
  readonly #sparseBytesMax: () => number;
  readonly #place: Place = { index: 0, rank: 0 };

  /** @param sparseBytesMax longest string of the sparse encoding, in bytes */
  constructor(keys: KeyTable, sparseBytesMax: () => number) {
    this.#keys = keys;
    this.#sparseBytesMax = sparseBytesMax;
  }

  /**
   * Shows it elements; a missing key becomes an empty one first. False when nothing has changed.
   *
   * @throws {CommandError} WRONGTYPE, INVALIDOBJ; nothing is written
   */
  add(key: Bytes, elements: readonly AnyBytes[]): boolean {
    const row = this.#keys.findTypeForWrite(key, TYPE_STRING);
    const sketch = sketchIn(row);
    const sparseBytesMax = this.#sparseBytesMax();
    const place = this.#place;
    let isChanged = row === null;
    for (const element of elements) {
      placeElement(element, place);
      if (sketch.raise(place.index, place.rank, sparseBytesMax)) isChanged = true;
    }
    if (!isChanged) return false;
    sketch.dropCardinality();
    this.#put(key, sketch, row);
    return true;
  }

  /**
   * About how many different elements one of the keys was shown. Of a single key the number is stored with it, for
   * the next time, where a command that reads may write.
   *
   * @returns an int64, a bigint where a number would not be exact; no elements make it negative
   * @throws {CommandError} WRONGTYPE, INVALIDOBJ
   */
  count(keys: readonly Bytes[]): number | bigint {
    if (keys.length === 1) return this.#countOne(keys[0]!);
    return estimate(this.#union(keys).registers);
  }

  /**
   * Stores what has seen all that the target and the sources have; dense when one of them is.
   *
   * @throws {CommandError} WRONGTYPE, INVALIDOBJ; nothing is written
   */
  merge(target: Bytes, sources: readonly Bytes[]): void {
    const { registers, isDense } = this.#union([target, ...sources]);
    const row = this.#keys.findTypeForWrite(target, TYPE_STRING);
    const sketch = sketchIn(row);
    if (isDense) sketch.makeDense();
    const sparseBytesMax = this.#sparseBytesMax();
    for (let index = 0; index < REGISTERS; index++) {
      const rank = registers[index]!;
      if (rank > 0) sketch.raise(index, rank, sparseBytesMax);
    }
    sketch.dropCardinality();
    this.#put(target, sketch, row);
  }

  /** The one under a key, to look at before the key is written; null: no such key. @throws {CommandError} WRONGTYPE */
  find(key: Bytes): HyperLogLog | null {
    const row = this.#keys.findTypeForWrite(key, TYPE_STRING);
    return row === null ? null : sketchIn(row);
  }

  /** Gives it the dense encoding; false when it has that, or there is none. @throws {CommandError} WRONGTYPE, INVALIDOBJ */
  makeDense(key: Bytes): boolean {
    const row = this.#keys.findTypeForWrite(key, TYPE_STRING);
    const sketch = sketchIn(row);
    if (row === null || !sketch.makeDense()) return false;
    this.#put(key, sketch, row);
    return true;
  }

  #countOne(key: Bytes): number | bigint {
    const row = this.#keys.findType(key, TYPE_STRING);
    if (row === null) return 0;
    const sketch = sketchIn(row);
    const known = sketch.cardinality;
    if (known !== null) return known;
    const registers = new Uint8Array(REGISTERS);
    sketch.mergeInto(registers);
    const counted = estimate(registers);
    if (!this.#keys.readsMayWrite) return counted;
    sketch.storeCardinality(counted);
    this.#put(key, sketch, row);
    return counted;
  }

  #union(keys: readonly Bytes[]): { readonly registers: Registers; readonly isDense: boolean } {
    const registers = new Uint8Array(REGISTERS);
    let isDense = false;
    for (const key of keys) {
      const row = this.#keys.findType(key, TYPE_STRING);
      if (row === null) continue;
      const sketch = sketchIn(row);
      sketch.mergeInto(registers);
      isDense ||= sketch.encoding === "dense";
    }
    return { registers, isDense };
  }

  #put(key: Bytes, sketch: HyperLogLog, row: KeyRow | null): void {
    const target = this.#keys.put(key, TYPE_STRING, row?.expireAt ?? 0, sketch.length);
    sketch.copyTo(target.buffer, target.start);
  }
}

/** @throws {CommandError} WRONGTYPE */
function sketchIn(row: KeyRow | null): HyperLogLog {
  return row === null ? HyperLogLog.empty() : HyperLogLog.of(row.rest());
}

function estimate(registers: Registers): number | bigint {
  const cardinality = estimateCardinality(registers);
  return Number.isSafeInteger(cardinality) ? cardinality : BigInt(cardinality);
}
