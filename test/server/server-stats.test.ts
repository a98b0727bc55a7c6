import { expect, test } from "bun:test";
import { Stats } from "../../src/server/server-stats.ts";
import { useFakeClock } from "../support/fake-clock.ts";

test("rates are those since the last sample", () => {
  using time = useFakeClock();
  const stats = new Stats();
  stats.commandsProcessed = 100;
  stats.inputBytes = 2000;
  stats.outputBytes = 500;
  time.advance(2000);
  stats.sample();
  expect(stats).toMatchObject({
    commandsPerSecond: 50,
    inputBytesPerSecond: 1000,
    outputBytesPerSecond: 250,
  });
  time.advance(1000);
  stats.sample();
  expect(stats.commandsPerSecond).toBe(0);
});

test("two samples at one moment do not divide by zero", () => {
  using _ = useFakeClock();
  const stats = new Stats();
  stats.commandsProcessed = 1;
  stats.sample();
  expect(stats.commandsPerSecond).toBe(0);
});

test("errors are counted by their code word, and of these a bounded number", () => {
  const stats = new Stats();
  stats.countError("ERR syntax error");
  stats.countError("ERR other");
  stats.countError("WRONGTYPE x");
  expect([...stats.errors]).toEqual([
    ["ERR", 2],
    ["WRONGTYPE", 1],
  ]);
  for (let i = 0; i < 1000; i++) stats.countError(`CODE${i} x`);
  expect(stats.errors.size).toBe(128);
  expect(stats.errorReplies).toBe(1003);
});

test("a reset sets every counter back", () => {
  const stats = new Stats();
  const fresh = { ...stats, memoryPeakBytes: 0 };
  stats.of({ number: 0, lowerName: "get" }).calls++;
  stats.countError("ERR x");
  stats.commandsProcessed = 5;
  stats.connectionsReceived = 1;
  stats.connectionsRejected = 1;
  stats.inputBytes = 1;
  stats.outputBytes = 1;
  stats.reset();
  expect({ ...stats, memoryPeakBytes: 0 }).toEqual(fresh);
});
