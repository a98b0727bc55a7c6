/**
 * Memory of events that newer ones have replaced, won back from an active generation: what is left in the chunks that
 * have the least left moves together, and those chunks are used again. So rows that are written again and again do
 * not fill the memtable, and are flushed when their time has come, not each time that they would have filled it.
 */
import { eventEnd } from "../../binlog/event.ts";
import { copyRange } from "../../bytes/bytes.ts";
import { CHUNK_BYTES, type MemoryPool } from "./memory-pool.ts";
import { AT, OFFSET_BITS, OFFSET_MASK, ROW_WORDS } from "./row-layout.ts";

/** A generation as far as its memory goes; see Generation. */
export interface ChunkOwner {
  readonly chunks: readonly Uint8Array[];
  readonly chunkEnds: readonly number[];
  readonly rows: Int32Array;
  readonly rowCount: number;
  /** True while replies may refer to values in the chunk. */
  isReferred(chunk: Uint8Array): boolean;
  /** Puts another chunk, whose bytes are not as the log has them, in the place of an old one; null: nothing. */
  replaceChunk(number: number, chunk: Uint8Array | null, end: number): void;
}

/** Of so many chunks one is cleared, and no more than some at once: that takes a millisecond or two. */
const SHARE = 4;
const CLEARED_MAX = 8;
/** Less than one out of so many bytes won is not worth the work. */
const WON_MIN = 2;
/** Of so many rows the events are measured first: where few were replaced, it is not worth looking through all. */
const SAMPLES = 256;
/** How many times too few the samples may make what was replaced. */
const SAMPLE_ERROR = 2;
/** Rows are looked through one by one: more of them have filled the memory themselves. */
const ROWS_MAX = 250_000;

/**
 * Clears some chunks, if enough of what they hold was replaced; false when it is not worth it. Row numbers stay;
 * places of events and views of them do not. REQUIRES: no turn is open.
 */
export function reclaim(owner: ChunkOwner, pool: MemoryPool): boolean {
  if (owner.rowCount > ROWS_MAX || hasFewReplaced(owner)) return false;
  const cleared = emptiestChunks(owner);
  const isCleared = new Uint8Array(owner.chunks.length);
  let held = 0;
  for (const number of cleared) {
    isCleared[number] = 1;
    held += owner.chunkEnds[number]!;
  }
  const left = rowsIn(owner, isCleared, held - held / WON_MIN);
  if (left === null || held === 0) return false;
  move(owner, pool, cleared, left);
  return true;
}

/** True when all that was replaced would not fill half of the chunks that are cleared at once, by some of the rows. */
function hasFewReplaced({ chunks, chunkEnds, rows, rowCount }: ChunkOwner): boolean {
  const used = chunkEnds.reduce((sum, bytes) => sum + bytes, 0);
  const samples = Math.min(SAMPLES, rowCount);
  let sampled = 0;
  for (let sample = 0; sample < samples; sample++) {
    const place = rows[Math.floor((sample * rowCount) / samples) * ROW_WORDS + AT]!;
    const at = place & OFFSET_MASK;
    sampled += eventEnd(chunks[place >>> OFFSET_BITS]!, at) - at;
  }
  const replaced = used - (sampled / samples) * rowCount;
  return replaced * SAMPLE_ERROR < (clearedMax(chunks.length) * CHUNK_BYTES) / WON_MIN;
}

/** How many of so many ordinary chunks are cleared at once. */
function clearedMax(count: number): number {
  return Math.min(CLEARED_MAX, Math.floor(count / SHARE));
}

/** Numbers of chunks with the fewest rows; none of the last one, which is being filled, and of large events' own. */
function emptiestChunks(owner: ChunkOwner): number[] {
  const { chunks, rows, rowCount } = owner;
  const rowsOf = new Uint32Array(chunks.length);
  for (let row = 0; row < rowCount; row++) rowsOf[rows[row * ROW_WORDS + AT]! >>> OFFSET_BITS]!++;
  const ordinary: number[] = [];
  for (let number = 0; number < chunks.length - 1; number++) {
    const chunk = chunks[number]!;
    if (chunk.length === CHUNK_BYTES && !owner.isReferred(chunk)) ordinary.push(number);
  }
  ordinary.sort((a, b) => rowsOf[a]! - rowsOf[b]!);
  return ordinary.slice(0, clearedMax(ordinary.length));
}

/** Rows whose newest event stands in a marked chunk; null when these events come to more than `bytesMax`. */
function rowsIn(owner: ChunkOwner, marks: Uint8Array, bytesMax: number): number[] | null {
  const { chunks, rows, rowCount } = owner;
  const found: number[] = [];
  let bytes = 0;
  for (let row = 0; row < rowCount; row++) {
    const place = rows[row * ROW_WORDS + AT]!;
    if (marks[place >>> OFFSET_BITS] === 0) continue;
    const at = place & OFFSET_MASK;
    bytes += eventEnd(chunks[place >>> OFFSET_BITS]!, at) - at;
    if (bytes > bytesMax) return null;
    found.push(row);
  }
  return found;
}

/** Copies the newest events of the rows into fresh chunks, which take the numbers of cleared ones. */
function move(
  owner: ChunkOwner,
  pool: MemoryPool,
  cleared: readonly number[],
  left: readonly number[],
): void {
  const { chunks, rows } = owner;
  const fresh: { readonly chunk: Uint8Array; end: number }[] = [];
  for (const row of left) {
    const word = row * ROW_WORDS + AT;
    const source = chunks[rows[word]! >>> OFFSET_BITS]!;
    const at = rows[word]! & OFFSET_MASK;
    const to = eventEnd(source, at);
    let target = fresh.at(-1);
    if (target === undefined || target.end + to - at > CHUNK_BYTES) {
      target = { chunk: pool.takeChunk(CHUNK_BYTES), end: 0 };
      fresh.push(target);
    }
    rows[word] = (cleared[fresh.length - 1]! << OFFSET_BITS) | target.end;
    target.end = copyRange(source, at, to, target.chunk, target.end);
  }
  for (const [index, number] of cleared.entries()) {
    const target = fresh[index];
    owner.replaceChunk(number, target?.chunk ?? null, target?.end ?? 0);
  }
}
