import { expect, test } from "bun:test";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildFrom, read, TestServers, write } from "../support/follow.ts";

test("a built directory is swapped in although a crash stopped the first attempt", async () => {
  await using servers = new TestServers();
  const master = await servers.start("m");
  write(master, "new");
  const target = await servers.start("s");
  write(target, "old");
  await servers.stop(target);
  const snapshot = await master.snapshot();
  await buildFrom(snapshot, servers.pathOf("s"));
  await snapshot.close();
  // The database was moved, the log was not.
  renameSync(
    join(servers.pathOf("s"), "fullsync", "ledis.db"),
    join(servers.pathOf("s"), "ledis.db"),
  );
  writeFileSync(join(servers.pathOf("s"), "ledis.db-wal"), "");
  const copy = await servers.start("s");
  expect([read(copy, "old"), read(copy, "new")]).toEqual([null, "new"]);
  expect(copy.history.position).toEqual(master.history.position);
});
