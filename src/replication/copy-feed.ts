/**
 * Gives slaves full copies of the database. A copy is read from a snapshot, block by block as they ask for it, while
 * writes go on; slaves that come within a while of each other share one. Its log is kept until they follow it.
 */
import type { LogPosition } from "../binlog/position.ts";
import type { Bytes } from "../bytes/bytes.ts";
import { clock } from "../clock.ts";
import { CommandError } from "../errors.ts";
import { log } from "../log.ts";
import type { ReadableSnapshot } from "./replicated-log.ts";

/** A snapshot that is older takes no more readers: each would keep SQLite from reusing what it outlives. */
const SHARE_MS = 60_000;
/** Snapshots at once. */
const SNAPSHOTS_MAX = 4;

interface SharedSnapshot {
  readonly openedMs: number;
  readonly snapshot: Promise<ReadableSnapshot>;
  readers: number;
}

interface Reader {
  readonly shared: SharedSnapshot;
  readonly snapshot: ReadableSnapshot;
  cursor: Uint8Array | null;
  isAtEnd: boolean;
  /** Being asked for a block now. */
  isBusy: boolean;
  lastAskedMs: number;
}

/** A copy that has begun. */
export interface BegunCopy {
  readonly head: Bytes;
  readonly position: LogPosition;
}

export class CopyFeed {
  readonly #open: () => Promise<ReadableSnapshot>;
  #shared: SharedSnapshot[] = [];
  readonly #readers = new Map<object, Reader>();
  /** Snapshots that nobody reads any more, but that still hold the database's files. */
  readonly #closing = new Set<Promise<void>>();

  /** @param open takes a snapshot of the database as it is now */
  constructor(open: () => Promise<ReadableSnapshot>) {
    this.#open = open;
  }

  /** How many copies are under way. */
  get readerCount(): number {
    return this.#readers.size;
  }

  /** How many snapshots they are read from. */
  get snapshotCount(): number {
    return this.#shared.length;
  }

  /**
   * Begins a copy for `who`, instead of the one it has begun before.
   *
   * @throws {CommandError} too many are under way
   * @throws {StorageError} the database cannot be read
   */
  async begin(who: object): Promise<BegunCopy> {
    this.leave(who);
    const shared = this.#join();
    shared.readers++;
    let snapshot: ReadableSnapshot;
    try {
      snapshot = await shared.snapshot;
    } catch (error) {
      this.#release(shared);
      throw error;
    }
    if (!this.#shared.includes(shared)) throw new CommandError("ERR the full copy was ended");
    const lastAskedMs = clock.nowMs();
    const reader = { shared, snapshot, cursor: null, isAtEnd: false, isBusy: false, lastAskedMs };
    this.leave(who);
    this.#readers.set(who, reader);
    return { head: snapshot.head, position: snapshot.position };
  }

  /** The next block of the copy; null behind the last. @throws {CommandError} `who` has begun none */
  async next(who: object): Promise<Bytes | null> {
    const reader = this.#readers.get(who);
    if (reader === undefined)
      throw new CommandError("ERR no full copy is under way: FULLSYNC first");
    reader.lastAskedMs = clock.nowMs();
    if (reader.isAtEnd) {
      this.leave(who);
      return null;
    }
    reader.isBusy = true;
    try {
      const { block, next } = await reader.snapshot.read(reader.cursor);
      reader.cursor = next;
      reader.isAtEnd = next === null;
      return block;
    } finally {
      reader.isBusy = false;
      reader.lastAskedMs = clock.nowMs();
    }
  }

  /** `who` needs no more blocks. */
  leave(who: object): void {
    const reader = this.#readers.get(who);
    if (reader === undefined) return;
    this.#readers.delete(who);
    this.#release(reader.shared);
  }

  /** Ends the copies of those who have not asked for so long. */
  dropSilent(timeoutMs: number): void {
    const sinceMs = clock.nowMs() - timeoutMs;
    for (const [who, reader] of this.#readers) {
      if (!reader.isBusy && reader.lastAskedMs < sinceMs) this.leave(who);
    }
  }

  /** The first log file that somebody who copies will need. */
  get lowestNeededFile(): number | null {
    let lowest: number | null = null;
    for (const { snapshot } of this.#readers.values()) {
      lowest = Math.min(lowest ?? snapshot.position.file, snapshot.position.file);
    }
    return lowest;
  }

  /** Ends all copies, also those that begin meanwhile; resolves when nothing reads the database any more. */
  async close(): Promise<void> {
    while (this.#shared.length > 0 || this.#closing.size > 0) {
      for (const shared of this.#shared.splice(0)) this.#close(shared);
      this.#readers.clear();
      await Promise.all(this.#closing);
    }
  }

  /** A snapshot to read from: one that is new enough, or one taken now. */
  #join(): SharedSnapshot {
    const nowMs = clock.nowMs();
    const recent = this.#shared.at(-1);
    if (recent !== undefined && nowMs - recent.openedMs < SHARE_MS) return recent;
    if (this.#shared.length >= SNAPSHOTS_MAX) {
      throw new CommandError("ERR too many full copies are under way, try again later");
    }
    const shared = { openedMs: nowMs, snapshot: this.#open(), readers: 0 };
    this.#shared.push(shared);
    return shared;
  }

  #release(shared: SharedSnapshot): void {
    shared.readers--;
    if (shared.readers > 0 || !this.#shared.includes(shared)) return;
    this.#shared = this.#shared.filter((other) => other !== shared);
    this.#close(shared);
  }

  #close(shared: SharedSnapshot): void {
    const closed = closeSnapshot(shared).finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }
}

async function closeSnapshot({ snapshot }: SharedSnapshot): Promise<void> {
  try {
    await (await snapshot).close();
  } catch (error) {
    log.warn("replication", "a snapshot failed", { error });
  }
}
