/**
 * Lists written item by item, where each item comes with a place of its own and the ends come apart from the items:
 * that is how LedisDB's store keeps them. An item behind an end is stored, but nobody sees it before the end is moved.
 * What is seen is always whole: a list never claims an item that is not there.
 */
import type { Bytes } from "../../bytes/bytes.ts";
import { TYPE_LIST } from "../../keyspace/rows/key-row.ts";
import { KIND_LIST, readU48, writeU48 } from "../../keyspace/rows/row-key.ts";
import type { CollectionHeader, Collections } from "../collections/collections.ts";
import { SEQ_END } from "./list-items.ts";

const SEQ_BYTES = 6;
/** LedisDB's lists begin here; ours in the middle of all numbers. */
const LEDIS_FIRST = 2 ** 30;
const SHIFT = SEQ_END / 2 - LEDIS_FIRST;

/** Places are in [0, 2^32). */
export class PlacedLists {
  readonly #collections: Collections;
  readonly #rest = new Uint8Array(SEQ_BYTES);

  constructor(collections: Collections) {
    this.#collections = collections;
  }

  has(key: Bytes): boolean {
    return this.#find(key) !== null;
  }

  /** Stores an item of a list without moving its ends; false when there is no such list. */
  putItem(key: Bytes, place: number, value: Bytes): boolean {
    const list = this.#find(key);
    if (list === null) return false;
    this.#put(list, place, value);
    return true;
  }

  /** Stores an item and makes it an end where it lies beside one; a missing list begins with it. */
  addItem(key: Bytes, place: number, value: Bytes): void {
    const found = this.#find(key);
    const list = found ?? this.#collections.create(TYPE_LIST, new Uint8Array(SEQ_BYTES));
    this.#put(list, place, value);
    if (found === null) setRun(list, place, place + 1);
    else if (place === endOf(list)) setRun(list, headOf(list), place + 1);
    else if (place === headOf(list) - 1) setRun(list, place, endOf(list));
    else return;
    this.#collections.save(key, list);
  }

  /** Removes an item; one inside the list takes with it what stands behind, until the ends are set. */
  deleteItem(key: Bytes, place: number): void {
    const list = this.#find(key);
    if (list === null) return;
    this.#collections.delete(KIND_LIST, list.id, this.#restOf(place));
    const [head, end] = [headOf(list), endOf(list)];
    if (place < head || place >= end) return;
    if (place === head) setRun(list, head + 1, end);
    else setRun(list, head, place);
    this.#collections.save(key, list);
  }

  /**
   * Sets the places of the first and the last item. REQUIRES: there is such a list.
   *
   * @returns how many of the items between them are missing, so that the list is shorter; none is left: it is removed
   */
  setEnds(key: Bytes, first: number, last: number): number {
    const list = this.#find(key)!;
    let [head, end] = [headOf(list), endOf(list)];
    if (end < first || head > last + 1) [head, end] = [first, first];
    while (head > first && this.#has(list, head - 1)) head--;
    while (end <= last && this.#has(list, end)) end++;
    head = Math.max(head, first);
    end = Math.max(head, Math.min(end, last + 1));
    setRun(list, head, end);
    this.#collections.save(key, list);
    return last + 1 - first - list.size;
  }

  #find(key: Bytes): CollectionHeader | null {
    return this.#collections.findForWrite(key, TYPE_LIST);
  }

  #put({ id }: CollectionHeader, place: number, value: Bytes): void {
    this.#collections.put(KIND_LIST, id, this.#restOf(place), value);
  }

  #has({ id }: CollectionHeader, place: number): boolean {
    return this.#collections.has(KIND_LIST, id, this.#restOf(place));
  }

  /** One buffer, used again and again. */
  #restOf(place: number): Bytes {
    writeU48(this.#rest, 0, place + SHIFT);
    return this.#rest;
  }
}

function headOf(list: CollectionHeader): number {
  return readU48(list.extra, 0) - SHIFT;
}

/** The place behind the last item. */
function endOf(list: CollectionHeader): number {
  return headOf(list) + list.size;
}

function setRun(list: CollectionHeader, head: number, end: number): void {
  writeU48(list.extra, 0, head + SHIFT);
  list.size = end - head;
}
