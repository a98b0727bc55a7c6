/** A keyspace with small limits for tests, and plain ways to read and write its rows. */

import { cpSync, rmSync } from "node:fs";
import { type Bytes, copyBytes, fromMapKey, mapKey } from "../../src/bytes/bytes.ts";
import { Keyspace } from "../../src/keyspace/keyspace.ts";
import type { KeyspaceOptions } from "../../src/keyspace/keyspace-options.ts";
import { expireAtMs, headBytes, TYPE_STRING, writeHead } from "../../src/keyspace/rows/key-row.ts";
import { RowKey } from "../../src/keyspace/rows/row-key.ts";
import { RowValue } from "../../src/keyspace/rows/row-value.ts";

export const testOptions: Omit<KeyspaceOptions, "directory"> = {
  sync: "no",
  writeBufferBytes: 1 << 20,
  cacheBytes: 1 << 20,
  mmapBytes: 0,
  pageBytes: 4096,
  flushLogBytes: 1 << 30,
  flushIntervalMs: 3_600_000,
  logFileBytesMax: 1 << 30,
  logFilesMax: 0,
  logAgeMaxSeconds: 0,
};

export function openTestKeyspace(
  directory: string,
  options: Partial<KeyspaceOptions> = {},
): Promise<Keyspace> {
  return Keyspace.open({ ...testOptions, directory, ...options });
}

/** Copies the files of an abandoned keyspace: its SQLite connections may live on in this process for a moment. */
export function copyAsAfterCrash(from: string, to: string): void {
  for (let attempt = 1; ; attempt++) {
    try {
      cpSync(from, to, { recursive: true });
      return;
    } catch (error) {
      // The worker's connection, as it ends, removes SQLite's companion files.
      if (attempt === 100 || (error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      rmSync(to, { recursive: true, force: true });
      Bun.sleepSync(10);
    }
  }
}

/** Key and value texts are latin1: one character per byte. */
export class Rows {
  readonly #keyspace: Keyspace;
  readonly #key = new RowKey();
  readonly #value = new RowValue();

  constructor(keyspace: Keyspace) {
    this.#keyspace = keyspace;
  }

  /** Stores a string in a space, without ending the turn. */
  set(key: string, text: string, expireAt = 0, space = 0): void {
    const rest = fromMapKey(text);
    const value = this.#keyspace.put(
      this.#key.key(space, fromMapKey(key)),
      headBytes(expireAt) + rest.length,
    );
    value.buffer.set(rest, writeHead(value.buffer, value.start, TYPE_STRING, expireAt));
  }

  delete(key: string, space = 0): void {
    this.#keyspace.delete(this.#key.key(space, fromMapKey(key)));
  }

  get(key: string, space = 0): string | null {
    const value = this.#value;
    if (!this.#keyspace.get(this.#key.key(space, fromMapKey(key)), value)) return null;
    const rest = value.start + headBytes(expireAtMs(value.buffer, value.start));
    return mapKey(value.buffer.subarray(rest, value.end));
  }

  put(kind: number, id: number, rest: string, text: string): void {
    const bytes = fromMapKey(text);
    const key = this.#key.element(kind, id, fromMapKey(rest));
    const value = this.#keyspace.put(key, bytes.length);
    value.buffer.set(bytes, value.start);
  }

  remove(kind: number, id: number, rest: string): void {
    this.#keyspace.delete(this.#key.element(kind, id, fromMapKey(rest)));
  }

  element(kind: number, id: number, rest: string): string | null {
    const value = this.#value;
    if (!this.#keyspace.get(this.#key.element(kind, id, fromMapKey(rest)), value)) return null;
    return mapKey(value.buffer.subarray(value.start, value.end));
  }

  /** Pairs of what orders an element and its value. */
  range(kind: number, id: number, from: string, to: string | null, reverse = false): string[][] {
    const prefix = this.#key.element(kind, id, fromMapKey("")).length;
    const bound = (rest: string): Bytes =>
      copyBytes(this.#key.element(kind, id, fromMapKey(rest)).view());
    const walk = this.#keyspace.range(bound(from), to === null ? null : bound(to), reverse);
    const found: string[][] = [];
    while (walk.next()) found.push([mapKey(walk.key.subarray(prefix)), mapKey(walk.value)]);
    return found;
  }
}
