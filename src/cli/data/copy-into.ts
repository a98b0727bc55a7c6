/** Builds the content of a data directory from a copy, checked as a whole before it can be used. */
import type { LogPosition } from "../../binlog/position.ts";
import { StorageError } from "../../errors.ts";
import { DirectoryBuilder } from "../../keyspace/snapshots/directory-builder.ts";
import type { CopySource } from "./copy-source.ts";

/**
 * Reads `source` to its end into `directory`/fullsync, durable: the next open of `directory` puts it in place.
 * On failure nothing is left there.
 *
 * @param onKeys told now and then how many keys have come
 * @returns how many keys it holds
 * @throws {StorageError} the copy is damaged, cut short, or goes on behind its end; the disk refuses
 */
export async function copyInto(
  directory: string,
  source: CopySource,
  onKeys: (keys: number) => void,
): Promise<number> {
  const builder = await DirectoryBuilder.create(directory, source.head);
  try {
    while (!builder.isComplete) {
      const block = await source.next();
      if (block === null) throw new StorageError("the copy ends too early: it is incomplete");
      await builder.add(block);
      onKeys(builder.keys);
    }
    if ((await source.next()) !== null) throw new StorageError("the copy goes on behind its end");
    await builder.finish();
    return builder.keys;
  } catch (error) {
    await builder.abandon();
    throw error;
  }
}

/** As LedisDB's `ledis-load` said it. @param name of the log file */
export function masterLine(name: string, { offset }: LogPosition): string {
  return `MASTER_LOG_FILE='${name}', MASTER_LOG_POS=${offset};\n`;
}
