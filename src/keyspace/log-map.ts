/** Stretches of the log's files as memory. */
import { logFilePath } from "../binlog/log-files.ts";
import type { LogPosition } from "../binlog/position.ts";

/**
 * A function that gives `bytes` bytes of the log in `directory` from `place` on. It maps each file once,
 * so use a new one after the log has grown.
 */
export function mapLog(directory: string): (place: LogPosition, bytes: number) => Uint8Array {
  const maps = new Map<number, Uint8Array>();
  return (place, bytes) => {
    let map = maps.get(place.file);
    if (map === undefined || map.length < place.offset + bytes) {
      map = Bun.mmap(logFilePath(directory, place.file));
      maps.set(place.file, map);
    }
    return map.subarray(place.offset, place.offset + bytes);
  };
}
