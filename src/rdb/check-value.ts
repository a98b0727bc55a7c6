/** Finds everything that can be wrong with a value, before anything is done with it. */
import type { Bytes } from "../bytes/bytes.ts";
import { checkingStream } from "./check-stream.ts";
import { countingDifferent } from "./duplicates.ts";
import { atOnce, endsSlice, type Slices } from "./in-slices.ts";
import { RdbError } from "./rdb-error.ts";
import type { RdbSegment, RdbValue } from "./rdb-value.ts";

/** Bytes of a bitmap's segment: bit n is bit n % 8 of byte n / 8, counted from the least significant one. */
const SEGMENT_BYTES = 512;
const SEGMENT_BITS = SEGMENT_BYTES * 8;
const TAIL_MAX = 2 ** 31 - 1;
/** Latest end of a field, ms since 1970. */
const EXPIRE_AT_MAX_MS = 2 ** 48 - 1;

/**
 * Goes through the whole value. Its parts are as they should be, it has some unless it is a stream, members and
 * fields are different ones, and scores are numbers.
 *
 * @throws {RdbError} otherwise
 */
export function checkValue(value: RdbValue): void {
  atOnce(checking(value));
}

/** The same with pauses. */
export function* checking(value: RdbValue): Slices {
  switch (value.type) {
    case "string":
      value.bytes();
      break;
    case "list":
      yield* requireSome(value.items());
      break;
    case "set":
      yield* requireDifferent(() => value.members());
      break;
    case "hash":
      yield* requireDifferent(() => fieldNames(value));
      break;
    case "zset":
      yield* requireDifferent(() => memberNames(value));
      break;
    case "bitmap":
      checkBitmap(value.tail, value.segments());
      break;
    case "stream":
      yield* checkingStream(value);
      break;
  }
}

function* requireSome(parts: Iterable<unknown>): Slices {
  let count = 0;
  for (const _ of parts) if (endsSlice(++count)) yield;
  if (count === 0) throw new RdbError("a collection without elements");
}

function* requireDifferent(members: () => Iterable<Bytes>): Slices {
  const count = yield* countingDifferent(members);
  if (count === null) throw new RdbError("the same member or field twice");
  if (count === 0) throw new RdbError("a collection without elements");
}

function* fieldNames(value: RdbValue & { type: "hash" }): Generator<Bytes> {
  for (const { field, expireAtMs } of value.fields()) {
    if (expireAtMs > EXPIRE_AT_MAX_MS) throw new RdbError("a field's TTL is too long");
    yield field;
  }
}

function* memberNames(value: RdbValue & { type: "zset" }): Generator<Bytes> {
  for (const { member, score } of value.members()) {
    if (Number.isNaN(score)) throw new RdbError("a score is no number");
    yield member;
  }
}

function checkBitmap(tail: number, segments: Iterable<RdbSegment>): void {
  if (tail > TAIL_MAX) throw new RdbError("a bitmap that is too long");
  const last = Math.floor(tail / SEGMENT_BITS);
  let before = -1;
  for (const { number, bytes } of segments) {
    const isWhole = bytes.length === SEGMENT_BYTES;
    if (!isWhole || number <= before || number > last) throw new RdbError("damaged bitmap");
    if (number === last && hasBitsBehind(bytes, tail % SEGMENT_BITS)) {
      throw new RdbError("a bitmap with bits behind its end");
    }
    before = number;
  }
  if (before < 0) throw new RdbError("a collection without elements");
}

function hasBitsBehind(segment: Bytes, last: number): boolean {
  if (segment[last >> 3]! >> ((last & 7) + 1) !== 0) return true;
  return segment.subarray((last >> 3) + 1).some((byte) => byte !== 0);
}
