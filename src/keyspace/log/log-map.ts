/** Stretches of the log's files as memory. */
import { logFilePath } from "../../binlog/log-files.ts";
import type { LogPosition } from "../../binlog/position.ts";

/**
 * A function that maps `bytes` bytes of the log in `directory` from `place` on, and no more than these: the garbage
 * collector takes a map for memory, and would wait for as much garbage before it looks for any.
 */
export function mapLog(directory: string): (place: LogPosition, bytes: number) => Uint8Array {
  return (place, bytes) => {
    const stretch = { offset: place.offset, size: bytes };
    const map = Bun.mmap(logFilePath(directory, place.file), stretch);
    if (map.length < bytes) throw new RangeError(`log file ${place.file} ends too early`);
    return map;
  };
}
