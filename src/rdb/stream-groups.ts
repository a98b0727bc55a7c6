/**
 * A stream's groups of consumers: `name · last id · entries read, since version 2 · pending entries · consumers`. The
 * pending entries stand there twice: with time and count in the group, and as ids with the consumers that have them.
 */
import { type Bytes, compareBytes } from "../bytes/bytes.ts";
import { STREAM_ID_BYTES } from "../bytes/stream-id.ts";
import { RdbError } from "./rdb-error.ts";
import type { RdbReader } from "./rdb-reader.ts";
import type { RdbConsumer, RdbGroup, RdbPending, RdbStreamHead } from "./rdb-stream.ts";
import type { StreamVersion } from "./skip-stream.ts";
import { streamEntries } from "./stream-entries.ts";
import { readId, streamHead } from "./stream-head.ts";

const NOT_KNOWN = -1n;
/** When a consumer was active that never was. */
const NEVER = -1;

/** A pending entry as the group has it. */
interface Delivery {
  readonly id: Bytes;
  readonly deliveredAtMs: number;
  readonly deliveries: number;
  /** Null until a consumer has it. */
  consumer: Bytes | null;
}

/**
 * The groups in the order in which they stand. Each takes memory for what is pending in it.
 *
 * @param open a reader at the start of the stream, a new one at every call
 * @throws {RdbError} damaged; a pending entry is not had by one consumer
 */
export function* streamGroups(open: () => RdbReader, version: StreamVersion): Generator<RdbGroup> {
  const reader = open();
  const head = streamHead(reader, version);
  const estimate = version === 1 ? estimator(open, head) : null;
  for (let left = reader.length(); left > 0; left--) {
    const name = reader.string();
    const lastId = readId(reader);
    const entriesRead =
      estimate === null ? BigInt.asIntN(64, reader.bigLength()) : estimate(lastId);
    const deliveries = readDeliveries(reader);
    const consumers = readConsumers(reader, version, deliveries);
    yield { name, lastId, entriesRead, consumers, pending: deliveries.map(pendingOf) };
  }
}

/**
 * How many entries were read by who has read to an id, as Redis guesses it where it was not kept: it knows only of
 * the first and the last entry, and of what is before them.
 */
function estimator(open: () => RdbReader, head: RdbStreamHead): (lastId: Bytes) => bigint {
  if (head.length === 0) return () => 0n;
  const first = streamEntries(open()).next().value?.id;
  if (first === undefined) throw new RdbError("a stream of another length than it says");
  return (lastId) => {
    const toLast = compareBytes(lastId, head.lastId);
    if (toLast === 0) return head.entriesAdded;
    const toFirst = compareBytes(lastId, first);
    if (toLast > 0 || toFirst > 0) return NOT_KNOWN;
    return toFirst === 0 ? 1n : 0n;
  };
}

function readDeliveries(reader: RdbReader): Delivery[] {
  const found: Delivery[] = [];
  for (let left = reader.length(); left > 0; left--) {
    const id = reader.bytes(STREAM_ID_BYTES);
    const before = found.at(-1);
    if (before !== undefined && compareBytes(before.id, id) >= 0) throw damaged();
    const deliveredAtMs = reader.uint64();
    found.push({ id, deliveredAtMs, deliveries: reader.length(), consumer: null });
  }
  return found;
}

/** Reads the consumers, and gives each of them what it has of the deliveries. */
function readConsumers(
  reader: RdbReader,
  version: StreamVersion,
  deliveries: readonly Delivery[],
): RdbConsumer[] {
  const consumers: RdbConsumer[] = [];
  for (let left = reader.length(); left > 0; left--) {
    const name = reader.string();
    const seenAtMs = reader.uint64();
    const activeAtMs = version === 3 ? reader.int64() : seenAtMs;
    if (activeAtMs < NEVER) throw damaged();
    consumers.push({ name, seenAtMs, activeAtMs });
    for (let owned = reader.length(); owned > 0; owned--) {
      const delivery = findDelivery(deliveries, reader.bytes(STREAM_ID_BYTES));
      if (delivery === null || delivery.consumer !== null) throw damaged();
      delivery.consumer = name;
    }
  }
  return consumers;
}

function findDelivery(deliveries: readonly Delivery[], id: Bytes): Delivery | null {
  let start = 0;
  let end = deliveries.length;
  while (start < end) {
    const middle = (start + end) >> 1;
    const order = compareBytes(deliveries[middle]!.id, id);
    if (order === 0) return deliveries[middle]!;
    if (order < 0) start = middle + 1;
    else end = middle;
  }
  return null;
}

function pendingOf({ consumer, ...delivery }: Delivery): RdbPending {
  if (consumer === null) throw damaged();
  return { ...delivery, consumer };
}

function damaged(): RdbError {
  return new RdbError("damaged group of a stream");
}
