/** A small file system in memory, to be filled up. Needs the right to mount: elsewhere there is none. */

import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface MemoryDisk {
  readonly path: string;
  /** Unmounts it, whoever still uses it. Answers true. */
  remove(): true;
}

/** null when mounting is not permitted. */
export function memoryDisk(bytes: number): MemoryDisk | null {
  const path = mkdtempSync(join(tmpdir(), "ledis-disk-"));
  const mount = Bun.which("mount");
  const isMounted =
    mount !== null &&
    Bun.spawnSync([mount, "-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", path]).success;
  if (!isMounted) {
    rmdirSync(path);
    return null;
  }
  return {
    path,
    remove() {
      Bun.spawnSync(["umount", "-l", path]);
      rmdirSync(path);
      return true;
    },
  };
}
