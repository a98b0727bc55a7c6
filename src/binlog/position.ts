/** Places in the log. */

/** A place between two turns: file number (from 1) and byte offset in that file. */
export interface LogPosition {
  readonly file: number;
  readonly offset: number;
}

/** Negative when `a` comes first, 0 when equal, positive otherwise. */
export function comparePositions(a: LogPosition, b: LogPosition): number {
  return a.file - b.file || a.offset - b.offset;
}

/** For messages and INFO: `ledis-bin.0000012:4096` reads as `12:4096`. */
export function formatPosition(position: LogPosition): string {
  return `${position.file}:${position.offset}`;
}
