import { expect, test } from "bun:test";
import { answerCalls, WorkerCalls } from "../../../src/keyspace/snapshots/worker-calls.ts";

/** Two ends of a wire that behave as a thread and its worker. */
function pair() {
  const listeners: Record<string, () => void> = {};
  const inside = {
    onmessage: (_: { data: unknown }) => {},
    postMessage: (data: unknown) => queueMicrotask(() => outside.onmessage({ data })),
  };
  const outside = {
    onmessage: (_: { data: unknown }) => {},
    onerror: (_: { message: string }) => {},
    addEventListener: (name: string, listener: () => void) => {
      listeners[name] = listener;
    },
    postMessage: (data: unknown) => queueMicrotask(() => inside.onmessage({ data })),
    terminate: () => listeners["close"]?.(),
  };
  return { inside: inside as unknown as Worker, outside: outside as unknown as Worker };
}

test("each request gets its own answer, or its own failure", async () => {
  const { inside, outside } = pair();
  answerCalls(inside, (n: number) => {
    if (n < 0) throw new Error(`not ${n}`);
    return n * 2;
  });
  const calls = new WorkerCalls<number>(outside, "the test worker");
  const answers = [1, -1, 3].map((n) => calls.ask<number>(n).catch(String));
  expect(await Promise.all(answers)).toEqual([2, "StorageError: not -1", 6]);
});

test("when the worker ends, everything that waits fails, and what comes later", async () => {
  const { inside, outside } = pair();
  answerCalls(inside, () => 1);
  const calls = new WorkerCalls<number>(outside, "the test worker");
  const waiting = calls.ask(1).catch(String);
  outside.terminate();
  expect(await waiting).toContain("the test worker stopped");
  expect(await calls.ask(2).catch(String)).toContain("the test worker stopped");
});
