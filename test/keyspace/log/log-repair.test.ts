import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { FILE_HEADER_BYTES } from "../../../src/binlog/event.ts";
import { logFilePath } from "../../../src/binlog/log-files.ts";
import { LogWriter } from "../../../src/binlog/log-writer.ts";
import { comparePositions, type LogPosition } from "../../../src/binlog/position.ts";
import { fromText } from "../../../src/bytes/bytes.ts";
import type { FlushQueue, Frozen } from "../../../src/keyspace/flush/flush-queue.ts";
import type { Flusher } from "../../../src/keyspace/flush/flusher.ts";
import { LogRepair } from "../../../src/keyspace/log/log-repair.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../../support/temporary-directory.ts";
import { TestGeneration } from "../../support/test-rows.ts";
import { putEvent, turnBytes } from "../../support/turn-bytes.ts";

const START = { file: 1, offset: FILE_HEADER_BYTES };

/** A log with one turn whose sync has failed, and stand-ins for what the repair works with. */
async function make(directory: TemporaryDirectory) {
  const state = { isBroken: true, canFreeze: true, isBusy: false, freezes: 0 };
  const log = new LogWriter(
    {
      directory: directory.path,
      fileBytesMax: 1000,
      historyId: new Uint8Array(16),
      syncFile: async () => {
        if (state.isBroken) throw new Error("EIO");
      },
    },
    { file: 1, offset: 0 },
  );
  const turn = turnBytes([putEvent(fromText("\x02k"), fromText("v"))]);
  log.append([{ buffer: turn, start: 0, end: turn.length }]);
  await log.sync().catch(() => {});
  const frozen: Frozen[] = [];
  let applied: LogPosition = START;
  const queue = { frozen } as unknown as FlushQueue;
  const flusher = {
    checkpoint: async () => {
      if (state.isBusy) throw new Error("busy");
      if (comparePositions(applied, repair.durable) > 0) repair.durable = applied;
    },
  } as unknown as Flusher;
  const repair = new LogRepair(log, queue, flusher, START, {
    canFreeze: () => state.canFreeze,
    freeze: () => {
      state.freezes++;
      frozen.push({
        generation: new TestGeneration().generation,
        end: log.position,
        historyId: log.header.historyId,
      });
    },
  });
  /** The worker applies everything. */
  const flush = () => {
    applied = frozen.at(-1)?.end ?? applied;
    frozen.length = 0;
  };
  const step = () =>
    repair.step(directory.path).then(
      () => "done",
      (error: Error) => error.message,
    );
  return { state, log, frozen, flush, step };
}

test("it is done when SQLite holds everything durably, and not before", async () => {
  using directory = temporaryDirectory();
  const { state, log, flush, step } = await make(directory);
  expect(await step()).toBe("fsync: EIO");
  expect(log.position.file).toBe(2);
  state.isBroken = false;
  expect(await step()).toBe("SQLite does not hold the rows yet");
  flush();
  state.isBusy = true;
  expect(await step()).toBe("busy");
  state.isBusy = false;
  expect(await step()).toBe("done");
  expect(state.freezes).toBe(1);
  expect(log.position).toEqual({ file: 2, offset: FILE_HEADER_BYTES });
  expect(log.syncFailure).toBeNull();
  log.close();
});

test("it waits for the end of a turn", async () => {
  using directory = temporaryDirectory();
  const { state, log, step } = await make(directory);
  state.isBroken = false;
  state.canFreeze = false;
  expect(await step()).toBe("a turn is under way");
  expect(log.position.file).toBe(1);
  expect(log.syncFailure).not.toBeNull();
  log.close();
});

test("rows that stand in the log alone are trusted only while it reads whole", async () => {
  using directory = temporaryDirectory();
  const { state, log, frozen, step } = await make(directory);
  state.isBroken = false;
  const path = logFilePath(directory.path, 1);
  const whole = readFileSync(path);
  const spilled = new TestGeneration();
  spilled.generation.adopt(new Uint8Array(whole), START);
  frozen.push({
    generation: spilled.generation,
    end: log.position,
    historyId: log.header.historyId,
  });
  const damaged = Buffer.from(whole);
  damaged[FILE_HEADER_BYTES + 12]! ^= 1;
  writeFileSync(path, damaged);
  expect(await step()).toContain("damaged");
  expect(log.position.file).toBe(1);
  writeFileSync(path, whole);
  expect(await step()).toBe("SQLite does not hold the rows yet");
  expect(log.position.file).toBe(2);
  log.close();
});
