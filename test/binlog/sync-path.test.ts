import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { syncPath } from "../../src/binlog/sync-path.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

test("files and directories are synced, and what is not there is an error", () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "file");
  writeFileSync(file, "content");
  syncPath(file);
  syncPath(directory.path);
  expect(() => syncPath(join(directory.path, "nothing"))).toThrow("ENOENT");
});
