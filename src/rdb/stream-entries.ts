/**
 * A stream's entries as Redis keeps them, in nodes of many: `master id, 16 bytes · listpack`.
 *
 * Elements of the listpack: `entries · deleted ones · number of fields · fields · 0`, then of each entry, deleted or
 * not, `flags · ms and sequence less the master id's · number of fields · field, value ... · elements of it so far`;
 * an entry with the fields in front has neither their number nor their names.
 */
import type { Bytes } from "../bytes/bytes.ts";
import { parseInt64, parseSafeInteger } from "../bytes/integer.ts";
import { msOf, STREAM_ID_BYTES, seqOf, streamId } from "../bytes/stream-id.ts";
import { listpackEntries } from "./listpack.ts";
import { RdbError } from "./rdb-error.ts";
import type { RdbReader } from "./rdb-reader.ts";
import type { RdbStreamEntry } from "./rdb-stream.ts";

/** The entry was deleted. */
export const FLAG_DELETED = 1;
/** The entry has the fields in front of the node. */
export const FLAG_SAME_FIELDS = 2;
/** Elements before an entry's fields: flags and both parts of the id. */
export const FIXED_ELEMENTS = 3;

/**
 * The entries in the order in which they stand, without those that were deleted.
 *
 * @param reader at the start of the stream
 * @throws {RdbError} damaged
 */
export function* streamEntries(reader: RdbReader): Generator<RdbStreamEntry> {
  for (let left = reader.length(); left > 0; left--) {
    const masterId = reader.string();
    if (masterId.length !== STREAM_ID_BYTES) throw damaged();
    yield* nodeEntries(reader, masterId, listpackEntries(reader.string()));
  }
}

/** @param reader counts the names that are given to many entries: whoever copies these is not to be flooded */
function* nodeEntries(
  reader: RdbReader,
  masterId: Bytes,
  elements: Generator<Bytes>,
): Generator<RdbStreamEntry> {
  const announced = count(elements);
  const deleted = count(elements);
  const names = take(elements, count(elements));
  if (count(elements) !== 0) throw damaged();
  const nameBytes = names.reduce((sum, name) => sum + name.length, 0);
  let found = 0;
  for (let left = announced + deleted; left > 0; left--) {
    const flags = count(elements);
    if (flags > (FLAG_DELETED | FLAG_SAME_FIELDS)) throw damaged();
    const id = idBehind(masterId, integer(elements), integer(elements));
    const isSame = (flags & FLAG_SAME_FIELDS) !== 0;
    const fields = isSame ? valuesOf(names, elements) : take(elements, count(elements) * 2);
    const size = FIXED_ELEMENTS + (isSame ? names.length : fields.length + 1);
    if (count(elements) !== size) throw damaged();
    if ((flags & FLAG_DELETED) !== 0) continue;
    if (isSame) reader.expand(nameBytes);
    found++;
    yield { id, fields };
  }
  if (found !== announced || elements.next().done !== true) throw damaged();
}

function valuesOf(names: readonly Bytes[], elements: Generator<Bytes>): Bytes[] {
  const fields: Bytes[] = [];
  for (const name of names) fields.push(name, next(elements));
  return fields;
}

/** The next elements: a hostile count ends with the listpack. */
function take(elements: Generator<Bytes>, count: number): Bytes[] {
  const taken: Bytes[] = [];
  while (taken.length < count) taken.push(next(elements));
  return taken;
}

/** Sums that leave uint64 go on at its other end, as with Redis. */
function idBehind(masterId: Bytes, ms: bigint, seq: bigint): Bytes {
  return streamId(
    BigInt.asUintN(64, msOf(masterId) + ms),
    BigInt.asUintN(64, seqOf(masterId) + seq),
  );
}

function count(elements: Generator<Bytes>): number {
  const value = parseSafeInteger(next(elements));
  // NaN is no count either.
  if (!(value >= 0)) throw damaged();
  return value;
}

function integer(elements: Generator<Bytes>): bigint {
  const value = parseInt64(next(elements));
  if (value === null) throw damaged();
  return value;
}

function next(elements: Generator<Bytes>): Bytes {
  const element = elements.next();
  if (element.done === true) throw damaged();
  return element.value;
}

function damaged(): RdbError {
  return new RdbError("damaged entries of a stream");
}
