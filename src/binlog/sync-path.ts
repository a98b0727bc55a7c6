/** Durability of files that are written once, and of the names in directories. */
import { closeSync, fsyncSync, openSync } from "node:fs";

/** Makes a file's content, or the names in a directory, survive a power cut. @throws the system refuses */
export function syncPath(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
