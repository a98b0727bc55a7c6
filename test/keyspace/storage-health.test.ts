import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { StorageHealth } from "../../src/keyspace/storage-health.ts";
import { keepLog } from "../support/keep-log.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

// Processes, disks and clocks take their time on a busy machine.
setDefaultTimeout(60_000);

const lines = keepLog();

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await Bun.sleep(5);
};

test("a failure is told until a probe succeeds, and then no more", async () => {
  using directory = temporaryDirectory();
  const health = new StorageHealth(directory.path);
  expect(health.failure).toBeNull();
  health.fail("ENOSPC");
  expect(health.failure).toBe("ENOSPC");
  await until(() => health.failure === null);
  expect(existsSync(join(directory.path, "probe.tmp"))).toBe(false);
  expect(lines.map((line) => line.slice(22).trim())).toEqual([
    "error storage: writes are refused reason=ENOSPC",
    "info storage: writes are accepted again",
  ]);
  health.close();
});

test("a probe that cannot write keeps the failure", async () => {
  using directory = temporaryDirectory();
  const blocked = join(directory.path, "probe.tmp");
  mkdirSync(blocked);
  const health = new StorageHealth(directory.path);
  health.fail("EIO");
  await Bun.sleep(700);
  expect(health.failure).toBe("EIO");
  rmdirSync(blocked);
  await until(() => health.failure === null);
  health.close();
});

test("a repair has to succeed, too, and is forgotten then", async () => {
  using directory = temporaryDirectory();
  const health = new StorageHealth(directory.path);
  let attempts = 0;
  health.fail("fsync: EIO", async () => {
    if (++attempts < 2) throw new Error("not yet");
  });
  health.fail("another failure without a repair of its own");
  await until(() => health.failure === null);
  expect(attempts).toBe(2);
  health.fail("later");
  await until(() => health.failure === null);
  expect(attempts).toBe(2);
  expect(health.failureCount).toBe(3);
  health.close();
});

test("after closing nothing probes any more", async () => {
  using directory = temporaryDirectory();
  const health = new StorageHealth(directory.path);
  health.close();
  health.fail("too late");
  await Bun.sleep(600);
  expect(health.failure).toBe("too late");
});
