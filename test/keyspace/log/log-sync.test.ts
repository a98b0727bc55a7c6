import { expect, test } from "bun:test";
import { LogWriter } from "../../../src/binlog/log-writer.ts";
import { fromText } from "../../../src/bytes/bytes.ts";
import type { SyncPolicy } from "../../../src/keyspace/keyspace-options.ts";
import { LogSync } from "../../../src/keyspace/log/log-sync.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../../support/temporary-directory.ts";

function make(directory: TemporaryDirectory, policy: SyncPolicy) {
  const state = {
    isBroken: false,
    syncs: 0,
    told: [] as (string | null)[],
    failures: [] as string[],
  };
  const log = new LogWriter(
    {
      directory: directory.path,
      fileBytesMax: 1000,
      historyId: new Uint8Array(16),
      syncFile: async () => {
        state.syncs++;
        await Bun.sleep(1);
        if (state.isBroken) throw new Error("EIO");
      },
    },
    { file: 1, offset: 0 },
  );
  const sync = new LogSync(log, policy, (reason) => state.failures.push(reason));
  sync.listener = (failure) => state.told.push(failure);
  const append = () => {
    log.append([{ buffer: fromText("turn"), start: 0, end: 4 }]);
    sync.soon();
  };
  return { state, log, sync, append };
}

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await Bun.sleep(1);
};

test("always: everything appended becomes durable, turns that come meanwhile in one sync", async () => {
  using directory = temporaryDirectory();
  const { state, log, append } = make(directory, "always");
  append();
  for (let i = 0; i < 5; i++) append();
  await until(() => log.syncedPosition.offset === log.position.offset);
  expect(state.syncs).toBeLessThanOrEqual(2);
  expect(state.told.every((failure) => failure === null)).toBe(true);
  log.close();
});

test("everysec: within a second, not at once; no: only when asked", async () => {
  using directory = temporaryDirectory();
  const { state, log, sync, append } = make(directory, "everysec");
  append();
  await Bun.sleep(50);
  expect(state.syncs).toBe(0);
  await until(() => state.told.length === 1);
  sync.policy = "no";
  await until(() => state.told.length === 2);
  append();
  await Bun.sleep(20);
  expect(state.syncs).toBe(1);
  await sync.turns();
  expect(state.syncs).toBe(2);
  log.close();
});

test("a failure is told once, and stays until everything is safe elsewhere", async () => {
  using directory = temporaryDirectory();
  const { state, log, sync, append } = make(directory, "always");
  state.isBroken = true;
  append();
  await until(() => state.told.length > 0);
  expect(state.told).toEqual(["fsync: EIO"]);
  expect(state.failures).toEqual(["fsync: EIO"]);
  expect(sync.failure).toBe("fsync: EIO");
  expect(sync.isAwaited).toBe(false);
  state.isBroken = false;
  append();
  await Bun.sleep(20);
  expect(state.syncs).toBe(1);
  await log.startOver(new Uint8Array(16));
  await sync.files();
  expect(await sync.turns().catch((error: Error) => error.message)).toBe("fsync: EIO");
  sync.recovered();
  expect(state.told).toEqual(["fsync: EIO", null]);
  expect(sync.isAwaited).toBe(true);
  await sync.turns();
  log.close();
});

test("stopping forgets the sync that was due", async () => {
  using directory = temporaryDirectory();
  const { state, log, sync, append } = make(directory, "everysec");
  append();
  sync.stop();
  await Bun.sleep(1100);
  expect(state.syncs).toBe(0);
  log.close();
});
