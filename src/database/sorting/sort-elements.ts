/** The elements that SORT orders: those of one moment, however long reading them takes. */
import { type Bytes, concatBytes, copyBytes, EMPTY, equalBytes } from "../../bytes/bytes.ts";
import { CommandError, errors } from "../../errors.ts";
import { ID_BYTES, TYPE_LIST, TYPE_SET, TYPE_ZSET } from "../../keyspace/rows/key-row.ts";
import { KIND_SET, KIND_ZSET, readU48 } from "../../keyspace/rows/row-key.ts";
import type { Collections } from "../collections/collections.ts";
import type { KeyListener, KeyTable } from "../key-table/key-table.ts";
import type { Lists } from "../lists/lists.ts";
import type { ZSets } from "../zsets/zsets.ts";

/** Elements that are read between two yields. */
const PAGE_ELEMENTS = 128;
/** How often reading starts anew because the key was changed meanwhile, before it is done in one go. */
const TRIES = 4;

const ZERO = new Uint8Array(1);

/** Positions [start, end). */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A piece of a collection in its own order, or against it. */
export interface Piece extends Span {
  readonly reverse: boolean;
}

export interface LoadedElements {
  readonly type: number;
  /** Copied. */
  readonly elements: Bytes[];
  /** True: these are the piece that was asked for. False: all, in the order in which they stand. */
  readonly isPicked: boolean;
}

/** The collection as it was found. */
interface Source {
  readonly type: number;
  readonly id: number;
  readonly size: number;
}

export class SortElements {
  readonly #table: KeyTable;
  readonly #collections: Collections;
  readonly #lists: Lists;
  readonly #zsets: ZSets;

  constructor(table: KeyTable, collections: Collections, lists: Lists, zsets: ZSets) {
    this.#table = table;
    this.#collections = collections;
    this.#lists = lists;
    this.#zsets = zsets;
  }

  /**
   * Reads a list, a set or a sorted set; yields wherever it may be interrupted. A key that is not there has no elements.
   *
   * @param pieceOf which piece is enough; null: all are needed. A set, which has no order, always comes whole
   * @throws {CommandError} WRONGTYPE
   */
  *load(
    key: Bytes,
    pieceOf: (type: number, size: number) => Piece | null,
  ): Generator<void, LoadedElements, void> {
    for (let tries = 1; ; tries++) {
      const source = this.#find(key);
      if (source === null) return { type: TYPE_LIST, elements: [], isPicked: false };
      const { type, size } = source;
      const piece = type === TYPE_SET ? null : pieceOf(type, size);
      const pages = this.#pages(key, source, piece);
      const elements = tries > TRIES ? copyAll(pages) : yield* this.#copyInPeace(key, pages);
      if (elements === null) continue;
      if (piece?.reverse) elements.reverse();
      return { type, elements, isPicked: piece !== null };
    }
  }

  #find(key: Bytes): Source | null {
    const row = this.#table.find(key);
    if (row === null) return null;
    const { type, id } = row;
    if (type !== TYPE_LIST && type !== TYPE_SET && type !== TYPE_ZSET) {
      throw new CommandError(errors.wrongType);
    }
    return { type, id, size: readU48(row.buffer, row.start + ID_BYTES) };
  }

  /** Copies the pages; null as soon as the key has been changed in between. */
  *#copyInPeace(key: Bytes, pages: Iterable<Bytes[]>): Generator<void, Bytes[] | null, void> {
    const watch = new KeyWatch(key);
    this.#table.listen(watch);
    try {
      const elements: Bytes[] = [];
      for (const page of pages) {
        for (const element of page) elements.push(copyBytes(element));
        yield;
        if (watch.hasChanged) return null;
      }
      return elements;
    } finally {
      this.#table.unlisten(watch);
    }
  }

  #pages(key: Bytes, source: Source, piece: Piece | null): Iterable<Bytes[]> {
    const { type, size } = source;
    if (piece === null) {
      return type === TYPE_LIST ? this.#items(key, { start: 0, end: size }) : this.#members(source);
    }
    const { start, end } = piece;
    const span = piece.reverse ? { start: size - end, end: size - start } : { start, end };
    return type === TYPE_LIST ? this.#items(key, span) : this.#ranks(key, span);
  }

  /** A list's items, as views. */
  *#items(key: Bytes, { start, end }: Span): Generator<Bytes[], void, void> {
    for (let at = start; at < end; at += PAGE_ELEMENTS) {
      yield this.#lists.range(key, at, Math.min(at + PAGE_ELEMENTS, end) - 1);
    }
  }

  /** A sorted set's members in order of score, as views. */
  *#ranks(key: Bytes, { start, end }: Span): Generator<Bytes[], void, void> {
    for (let at = start; at < end; at += PAGE_ELEMENTS) {
      const stop = Math.min(at + PAGE_ELEMENTS, end) - 1;
      const members = this.#zsets.range(key, { by: "rank", start: at, stop });
      yield members.map(({ member }) => member);
    }
  }

  /** All members of a set or a sorted set in byte order, as views. */
  *#members({ type, id }: Source): Generator<Bytes[], void, void> {
    const kind = type === TYPE_SET ? KIND_SET : KIND_ZSET;
    let from = EMPTY;
    for (;;) {
      const walk = this.#collections.walk(kind, id, { from, expected: PAGE_ELEMENTS });
      const page: Bytes[] = [];
      while (page.length < PAGE_ELEMENTS && walk.next()) page.push(walk.rest);
      if (page.length > 0) {
        from = concatBytes(page.at(-1)!, ZERO);
        yield page;
      }
      if (page.length < PAGE_ELEMENTS) return;
    }
  }
}

function copyAll(pages: Iterable<Bytes[]>): Bytes[] {
  const elements: Bytes[] = [];
  for (const page of pages) for (const element of page) elements.push(copyBytes(element));
  return elements;
}

/** Notices that a key is changed. */
class KeyWatch implements KeyListener {
  readonly #key: Bytes;
  hasChanged = false;

  constructor(key: Bytes) {
    this.#key = key;
  }

  keyChanged(key: Bytes): void {
    this.hasChanged ||= equalBytes(key, this.#key);
  }

  keysReplaced(): void {
    this.hasChanged = true;
  }
}
