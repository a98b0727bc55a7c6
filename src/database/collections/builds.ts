/**
 * Long writes in slices: a new collection is filled over many turns under an id that no key names, and one turn
 * puts the key row. Until then nobody sees anything of it; then all of it. What it is made from is read from a
 * snapshot; if a source was changed meanwhile, the work is done once more, and at last at once.
 *
 * While it is being filled, a key row in a space of its own names the collection: so its rows become garbage when
 * the work is given up, or a crash ends it.
 */
import { type Bytes, copyBytes, mapKey } from "../../bytes/bytes.ts";
import { clock } from "../../clock.ts";
import type { Keyspace } from "../../keyspace/keyspace.ts";
import { writeHead } from "../../keyspace/rows/key-row.ts";
import { RowKey, writeU48 } from "../../keyspace/rows/row-key.ts";
import type { KeyListener, KeyTable } from "../key-table/key-table.ts";
import type { Spaces } from "../key-table/spaces.ts";
import type { CollectionHeader, Collections } from "./collections.ts";
import { HEADER_BYTES } from "./collections.ts";
import { Elements } from "./elements.ts";
import type { Moments, Subject } from "./moments.ts";

/** The space of collections that are being filled. On disk: never change. */
export const BUILD_SPACE = 0xffff_fffe;

/** How long one slice may take, in µs. */
const SLICE_US = 1000;
/** Elements between two looks at the time. */
const STEPS_PER_LOOK = 16;
/** How often the work is begun before it is done at once. */
const ATTEMPTS = 3;

/** Up to so many elements are written at once: a millisecond or two. */
const AT_ONCE_MAX = 1000;

/** Whether reading collections of these sizes, and writing as much, is to be done in slices. */
export function isLong(collections: readonly { readonly size: number }[]): boolean {
  return collections.reduce((sum, { size }) => sum + size, 0) > AT_ONCE_MAX;
}

/** What stays is copied when it is up to so many times what goes. */
const STAYING_MAX = 8;

/**
 * Whether a removal of many elements is better done by copying those that stay: the others go with the old collection,
 * and nobody waits for them. Removing few of many costs less one by one, copying few others less at once.
 */
export function isCopiedToRemove(removed: number, staying: number): boolean {
  return removed > AT_ONCE_MAX && staying > 0 && staying <= STAYING_MAX * removed;
}

/** A collection that is read for it. */
export interface BuildSource {
  readonly id: number;
  /** Row kinds that are walked. */
  readonly kinds: readonly number[];
}

/** What is read. */
export interface BuildSubject extends Subject {
  readonly sources: readonly BuildSource[];
}

export interface Build<T extends BuildSubject> {
  /** Keys that must not change until it is done. */
  readonly table: KeyTable;
  readonly keys: readonly Bytes[];
  /** Looks the sources up; null: there is no need for slices any more. */
  choose(): T | null;
  /** The new collection, empty, not saved. */
  create(subject: T): CollectionHeader;
  /** Fills the target, a bit with each step. A generator is ended where the work is given up. */
  fill(subject: T, rows: Elements, target: CollectionHeader): Iterator<unknown>;
  /** Puts the key row, in the turn in which it is called. */
  finish(subject: T, target: CollectionHeader): void;
}

class KeyWatch implements KeyListener {
  readonly #names: Set<string>;
  isBroken = false;

  constructor(keys: readonly Bytes[]) {
    this.#names = new Set(keys.map(mapKey));
  }

  keyChanged(key: Bytes): void {
    if (this.#names.has(mapKey(key))) this.isBroken = true;
  }

  keysReplaced(): void {
    this.isBroken = true;
  }
}

export class Builds {
  readonly #keyspace: Keyspace;
  readonly #spaces: Spaces;
  readonly #moments: Moments;
  readonly #turnEnd: () => Promise<void>;
  readonly #key = new RowKey();

  /** @param turnEnd resolves when the present turn is in the log; rejects with a StorageError when it is not */
  constructor(keyspace: Keyspace, spaces: Spaces, moments: Moments, turnEnd: () => Promise<void>) {
    this.#keyspace = keyspace;
    this.#spaces = spaces;
    this.#moments = moments;
    this.#turnEnd = turnEnd;
  }

  /** Gives up what a crash has left. */
  recover(): void {
    const from = copyBytes(this.#key.key(BUILD_SPACE, new Uint8Array(0)).view());
    const walk = this.#keyspace.range(from, null);
    while (walk.next()) this.#keyspace.delete(this.#key.raw(walk.key));
  }

  /**
   * Does it; false when it is to be done at once instead, in the turn in which the promise resolves.
   *
   * @throws {CommandError} what `choose` throws
   * @throws {StorageError} the disk takes no writes; nothing was changed
   */
  async run<T extends BuildSubject>(build: Build<T>): Promise<boolean> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const watch = new KeyWatch(build.keys);
      build.table.listen(watch);
      try {
        const done = await this.#attempt(build, watch);
        if (done === null) return false;
        if (done) return true;
      } finally {
        build.table.unlisten(watch);
      }
    }
    return false;
  }

  /** True when it is done, false when a source was changed, null when there is no need for slices. */
  async #attempt<T extends BuildSubject>(
    build: Build<T>,
    watch: KeyWatch,
  ): Promise<boolean | null> {
    const moment = await this.#moments.take(() => {
      watch.isBroken = false;
      return build.choose();
    });
    if (moment === null) return null;
    const { subject, snapshot } = moment;
    try {
      for (const { id, kinds } of subject.sources) {
        for (const kind of kinds) await snapshot.order(kind, id);
      }
      const target = build.create(subject);
      this.#hide(target);
      const steps = build.fill(subject, new Elements(snapshot), target);
      const isWhole = await this.#fill(steps, watch).catch((error: unknown) => {
        // Otherwise the next start does it.
        if (this.#keyspace.writeFailure === null) this.#show(target);
        throw error;
      });
      if (isWhole) {
        build.table.unlisten(watch);
        build.finish(subject, target);
      }
      // Behind the key row: whoever removes garbage asks where the collection's home is.
      this.#show(target);
      return isWhole;
    } finally {
      snapshot.close();
    }
  }

  /** False when a source was changed. */
  async #fill(steps: Iterator<unknown>, watch: KeyWatch): Promise<boolean> {
    try {
      return await this.#takeSteps(steps, watch);
    } finally {
      steps.return?.();
    }
  }

  async #takeSteps(steps: Iterator<unknown>, watch: KeyWatch): Promise<boolean> {
    for (;;) {
      while (!this.#keyspace.hasRoom) {
        await new Promise<void>((resolve) => this.#keyspace.onRoom(resolve));
      }
      if (watch.isBroken) return false;
      const deadlineUs = clock.monotonicUs() + SLICE_US;
      for (let count = 1; ; count++) {
        if (steps.next().done === true) return true;
        if (count % STEPS_PER_LOOK === 0 && clock.monotonicUs() >= deadlineUs) break;
      }
      await this.#turnEnd();
    }
  }

  /** Names the collection where nobody looks. */
  #hide({ id, type }: CollectionHeader): void {
    const head = 1;
    const row = this.#keyspace.put(this.#nameOf(id), head + HEADER_BYTES, id);
    const at = writeHead(row.buffer, row.start, type, 0);
    writeU48(row.buffer, at, id);
    writeU48(row.buffer, at + 6, 0);
  }

  #show({ id }: CollectionHeader): void {
    this.#keyspace.delete(this.#nameOf(id));
  }

  #nameOf(id: number): RowKey {
    const name = new Uint8Array(6);
    writeU48(name, 0, id);
    return this.#key.key(BUILD_SPACE, name);
  }

  /** For `finish`: puts the key row of the filled collection. */
  put(table: KeyTable, collections: Collections, key: Bytes, target: CollectionHeader): void {
    if (target.size === 0) {
      if (table.findForWrite(key) !== null) collections.remove(key);
      return;
    }
    collections.save(key, target);
    this.settle(table, key, target.id);
  }

  /** For `finish`: says where the collection's key row has been put. */
  settle(table: KeyTable, key: Bytes, id: number): void {
    this.#spaces.putHome(id, table.space, key);
  }
}
