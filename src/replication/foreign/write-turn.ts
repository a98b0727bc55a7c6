/** Writes what a foreign master says as turns of this server's own log. */
import type { Ledis } from "../../database/ledis.ts";
import { LinkError } from "../link-error.ts";

export interface Progress {
  readonly ledis: Ledis;
  /** True when nobody wants it any more. */
  isStopped(): boolean;
}

/** Waits until the keyspace takes writes. @throws {LinkError} nobody wants it any more */
export async function waitForRoom({ ledis: { keyspace }, isStopped }: Progress): Promise<void> {
  while (!keyspace.hasRoom && !isStopped()) {
    await new Promise<void>((resolve) => keyspace.onRoom(resolve));
  }
  if (isStopped()) throw new LinkError("stopped");
}

/** Writes at once, with keys in sight whose TTL has passed: they end when the master says so. */
export function writeNow({ expiry, turns }: Ledis, work: () => void): void {
  expiry.hides = false;
  try {
    work();
  } catch (error) {
    turns.breakTurn(error);
    throw error;
  } finally {
    expiry.hides = true;
  }
}

/**
 * Writes within one turn, and resolves when that is in the log.
 *
 * @throws {LinkError} nobody wants it any more: nothing is written
 * @throws {StorageError} the disk refuses: nothing is written
 */
export async function writeTurn(progress: Progress, work: () => void): Promise<void> {
  await waitForRoom(progress);
  writeNow(progress.ledis, work);
  await progress.ledis.committed();
}
