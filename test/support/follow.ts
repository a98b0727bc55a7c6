/** A keyspace that repeats another one, as a slave does, without a wire between them. */
import type { LogPosition } from "../../src/binlog/position.ts";
import { DirectoryBuilder } from "../../src/keyspace/directory-builder.ts";
import type { Keyspace } from "../../src/keyspace/keyspace.ts";
import type { Snapshot } from "../../src/keyspace/snapshot.ts";

/** Builds a copy of a snapshot; the next open of `directory` finds it. */
export async function buildFrom(snapshot: Snapshot, directory: string): Promise<DirectoryBuilder> {
  const builder = await DirectoryBuilder.create(directory, snapshot.head);
  let cursor: Uint8Array | null = null;
  do {
    const { block, next } = await snapshot.read(cursor);
    await builder.add(block);
    cursor = next;
  } while (cursor !== null);
  await builder.finish();
  return builder;
}

/** Where a slave asks, and the history that it names. */
export function askPlace(slave: Keyspace): { at: LogPosition; historyId: Uint8Array } {
  return { at: slave.history.position, historyId: slave.history.id };
}

/**
 * Has `slave` read what `master` has.
 *
 * @returns true when it is at the master's end, false when it cannot go on from where it is
 */
export async function catchUp(
  master: Keyspace,
  slave: Keyspace,
  bytesMax = 4096,
): Promise<boolean> {
  let { at, historyId }: { at: LogPosition; historyId: Uint8Array | null } = askPlace(slave);
  for (;;) {
    const stretch = await master.history.read(at, historyId, bytesMax);
    if (stretch.kind === "gone") return false;
    if (stretch.kind === "end") return true;
    if (stretch.bytes.length > 0) slave.applyTurns(at, stretch.bytes);
    at = stretch.next;
    historyId = at.offset === 0 ? null : slave.history.id;
  }
}
