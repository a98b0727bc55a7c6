import { expect, test } from "bun:test";
import { FlushQueue } from "../../../src/keyspace/flush/flush-queue.ts";
import type { Flusher } from "../../../src/keyspace/flush/flusher.ts";
import { keepLog } from "../../support/keep-log.ts";
import { TestGeneration } from "../../support/test-rows.ts";
import { historyId } from "../../support/test-sqlite.ts";

const lines = keepLog();

/** A queue whose worker fails while `failure` says so, and what happened to it. */
function makeQueue() {
  const state = { failure: "", isListenerBroken: false, happened: [] as string[] };
  const flusher = {
    flush: async (generations: readonly unknown[], position: { offset: number }) => {
      await Bun.sleep(1);
      if (state.failure !== "") throw new Error(state.failure);
      state.happened.push(`flush ${generations.length} to ${position.offset}`);
      return { rows: generations.length, milliseconds: 5 };
    },
  };
  const queue = new FlushQueue(flusher as unknown as Flusher, {
    syncLog: async () => void state.happened.push("sync"),
    flushed: (frozen) => {
      state.happened.push(`flushed ${frozen.end.offset}`);
      if (state.isListenerBroken) throw new Error("broken listener");
    },
    failed: () => state.happened.push("failed"),
  });
  const push = (offset: number) =>
    queue.push({
      generation: new TestGeneration().generation,
      end: { file: 1, offset },
      historyId,
    });
  return { state, queue, push };
}

const failureOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "",
    (error: Error) => error.message,
  );

test("generations are flushed oldest first, two together if they wait, each time behind a sync of the log", async () => {
  const { state, queue, push } = makeQueue();
  await queue.flushed();
  push(1);
  for (const offset of [2, 3, 4]) push(offset);
  expect(queue.frozen.length).toBe(4);
  await queue.flushed();
  expect(state.happened).toEqual([
    ...["sync", "flush 1 to 1", "flushed 1"],
    ...["sync", "flush 2 to 3", "flushed 2", "flushed 3"],
    ...["sync", "flush 1 to 4", "flushed 4"],
  ]);
  expect(queue.frozen.length).toBe(0);
  expect([queue.flushCount, queue.rowCount, queue.lastFlushMilliseconds]).toEqual([3, 4, 5]);
});

test("a failure is told to who waits, and tried again until it succeeds", async () => {
  const { state, queue, push } = makeQueue();
  state.failure = "disk full";
  push(1);
  expect(await failureOf(queue.flushed())).toBe("disk full");
  expect(queue.failure).toBe("disk full");
  expect(queue.frozen.length).toBe(1);
  state.failure = "";
  await queue.flushed();
  expect(queue.failure).toBeNull();
  expect(state.happened).toEqual(["sync", "failed", "sync", "flush 1 to 1", "flushed 1"]);
  expect(lines.filter((line) => line.includes("cannot write to SQLite")).length).toBe(1);
});

test("closing ends the pause behind a failure, so that draining ends", async () => {
  const { state, queue, push } = makeQueue();
  state.failure = "disk full";
  push(1);
  await failureOf(queue.flushed());
  const start = performance.now();
  queue.close();
  await queue.drained();
  expect(performance.now() - start).toBeLessThan(900);
  expect(queue.frozen.length).toBe(1);
  push(2);
  await queue.drained();
  expect(queue.frozen.length).toBe(2);
});

test("a listener that throws does not stop the queue", async () => {
  const { state, queue, push } = makeQueue();
  state.isListenerBroken = true;
  push(1);
  push(2);
  await queue.drained();
  expect(queue.flushCount).toBe(2);
  expect(lines.filter((line) => line.includes("a listener failed")).length).toBe(2);
});
