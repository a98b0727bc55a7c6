/** Generations, and row keys and values as latin1 texts. */

import { fromMapKey, mapKey } from "../../src/bytes/bytes.ts";
import type { GenerationSource } from "../../src/keyspace/flush/flush-protocol.ts";
import { Generation } from "../../src/keyspace/generations/generation.ts";
import { MemoryPool } from "../../src/keyspace/generations/memory-pool.ts";
import { NO_ROW } from "../../src/keyspace/generations/row-layout.ts";
import { UndoLog } from "../../src/keyspace/generations/undo-log.ts";
import {
  headBytes,
  ID_BYTES,
  TYPE_HASH,
  TYPE_STRING,
  writeHead,
} from "../../src/keyspace/rows/key-row.ts";
import { RowKey, writeU48 } from "../../src/keyspace/rows/row-key.ts";
import { RowValue } from "../../src/keyspace/rows/row-value.ts";

export const rawKey = (text: string): RowKey => new RowKey().raw(fromMapKey(text));

export const stringKey = (text: string, space = 0): RowKey =>
  new RowKey().key(space, fromMapKey(text));

/** Value of a key row that holds a string, or with an id a collection. */
export function keyRowValue(rest: string, expireAt = 0, id = 0): string {
  const head = headBytes(expireAt) + (id === 0 ? 0 : ID_BYTES);
  const bytes = new Uint8Array(head + rest.length);
  const at = writeHead(bytes, 0, id === 0 ? TYPE_STRING : TYPE_HASH, expireAt);
  if (id !== 0) writeU48(bytes, at, id);
  bytes.set(fromMapKey(rest), head);
  return mapKey(bytes);
}

export class TestGeneration {
  readonly pool: MemoryPool;
  readonly generation: Generation;
  /** null: nothing will be undone. */
  undo: UndoLog | null = null;
  readonly #value = new RowValue();

  constructor(pool = new MemoryPool(16 << 20)) {
    this.pool = pool;
    this.generation = new Generation(pool);
  }

  /** Begins a turn; call the result to undo it. */
  begin(): () => void {
    const undo = new UndoLog();
    const mark = this.generation.mark();
    undo.advance(this.generation);
    this.undo = undo;
    return () => this.generation.undo(undo, mark);
  }

  /** True when an event was added. */
  put(key: RowKey, text: string, id = 0): boolean {
    const bytes = fromMapKey(text);
    const added = this.generation.put(key, bytes.length, id, 1, this.undo, this.#value);
    this.#value.buffer.set(bytes, this.#value.start);
    return added;
  }

  delete(key: RowKey): void {
    this.generation.delete(key, 1, this.undo);
  }

  /** The value; null when the row was deleted here; undefined when it is not known here. */
  get(key: RowKey): string | null | undefined {
    const row = this.generation.find(key);
    if (row === NO_ROW) return undefined;
    if (!this.generation.readValue(row, this.#value)) return null;
    return mapKey(this.#value.buffer.subarray(this.#value.start, this.#value.end));
  }
}

/** How the flush worker is told of a generation whose events are all in memory. */
export function sourceOf(generation: Generation): GenerationSource {
  const { chunks, chunkEnds, rows, rowCount, garbage } = generation;
  const sources = chunks.map((chunk, number) => ({
    memory: chunk.buffer as SharedArrayBuffer,
    length: chunkEnds[number]!,
  }));
  return { chunks: sources, rows: rows.buffer, rowCount, garbage };
}
