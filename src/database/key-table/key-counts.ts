/** How many keys a space has: exact, at once where that is cheap, later where it is not. */
import type { Keyspace } from "../../keyspace/keyspace.ts";
import type { SpaceCounts } from "../../keyspace/sqlite/store-reader.ts";

/** Rows that may be looked up at once: some milliseconds. */
const PENDING_MAX = 2000;
/** How long to wait for a flush that would make counting cheap, in ms. */
const WAIT_MS = 2000;

/**
 * Keys of a space, and those of them with a TTL. Expired ones count until they are removed, as in Redis.
 *
 * @param spaceOf the space, asked for at the moment of counting
 * @param flush moves what is written so far into SQLite, where it is counted
 */
export function countKeys(
  keyspace: Keyspace,
  spaceOf: () => number,
  flush: () => Promise<void>,
): SpaceCounts | Promise<SpaceCounts> {
  if (keyspace.pendingCounts <= PENDING_MAX) return keyspace.counts(spaceOf());
  return countAfterFlush(keyspace, spaceOf, flush);
}

/** True when the space is known to hold nothing; false also when finding out would take long. */
export function isSurelyEmpty(keyspace: Keyspace, space: number): boolean {
  return keyspace.pendingCounts <= PENDING_MAX && keyspace.counts(space).keys === 0;
}

async function countAfterFlush(
  keyspace: Keyspace,
  spaceOf: () => number,
  flush: () => Promise<void>,
): Promise<SpaceCounts> {
  const patience = Promise.withResolvers<void>();
  const timer = setTimeout(patience.resolve, WAIT_MS);
  // A full disk must not stop DBSIZE: without the flush, counting only takes longer.
  await Promise.race([flush().catch(() => undefined), patience.promise]);
  clearTimeout(timer);
  return keyspace.counts(spaceOf());
}
