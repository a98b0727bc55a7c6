/** What a stream is made of, as it stands in a payload or a file; see rdb-value.ts. */
import type { Bytes } from "../bytes/bytes.ts";

export interface RdbStreamEntry {
  /** As `streamId` makes it, like all ids here. */
  readonly id: Bytes;
  /** Field, value, field, value ... */
  readonly fields: readonly Bytes[];
}

/** An entry that was delivered and not acknowledged. */
export interface RdbPending {
  readonly id: Bytes;
  /** ms since 1970. */
  readonly deliveredAtMs: number;
  readonly deliveries: number;
  /** The name of who has it. */
  readonly consumer: Bytes;
}

export interface RdbConsumer {
  readonly name: Bytes;
  /** When it asked last, ms since 1970. */
  readonly seenAtMs: number;
  /** When it was given something last, ms since 1970; -1: never. What is older than Redis 7.2 has `seenAtMs`. */
  readonly activeAtMs: number;
}

export interface RdbGroup {
  readonly name: Bytes;
  readonly lastId: Bytes;
  /** How many entries it has read, in [0, 2^63); -1: not known. */
  readonly entriesRead: bigint;
  readonly consumers: readonly RdbConsumer[];
  /** By id; each consumer is one of these. */
  readonly pending: readonly RdbPending[];
}

export interface RdbStreamHead {
  /** How many entries there are. */
  readonly length: number;
  /** The last id that was ever given: not before the last entry's. */
  readonly lastId: Bytes;
  /** The greatest id that was ever deleted; 0-0: none. */
  readonly maxDeletedId: Bytes;
  /** How many entries were ever added, in [0, 2^63). */
  readonly entriesAdded: bigint;
}
