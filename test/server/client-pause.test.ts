import { afterEach, expect, jest, test } from "bun:test";
import { allCommands } from "../../src/commands/all.ts";
import { CommandTable } from "../../src/commands/table.ts";
import { ClientPause } from "../../src/server/client-pause.ts";
import { useFakeClock } from "../support/fake-clock.ts";

const table = new CommandTable(allCommands);
const get = table.byName("GET")!;
const set = table.byName("SET")!;
const unpause = table.byName("CLIENT|UNPAUSE")!;

afterEach(() => {
  jest.useRealTimers();
});

function start(): { pause: ClientPause; ends: () => number } {
  let ends = 0;
  const pause = new ClientPause(() => ends++);
  return { pause, ends: () => ends };
}

test("nothing is held before a pause", () => {
  const { pause } = start();
  expect(pause.holds(set)).toBe(false);
  expect(pause.isActive).toBe(false);
});

test("a pause of writes holds writes, one of all holds everything, as in Redis", () => {
  using time = useFakeClock(1000);
  const { pause } = start();
  pause.begin(2000, "write");
  expect([set, get, unpause].map((row) => pause.holds(row))).toEqual([true, false, false]);
  pause.begin(1500, "all");
  expect([set, get, unpause].map((row) => pause.holds(row))).toEqual([true, true, true]);
  pause.end();
  time.advance(0);
});

test("a weaker or shorter pause takes nothing from the one under way", () => {
  jest.useFakeTimers();
  using _ = useFakeClock(1000);
  const { pause, ends } = start();
  pause.begin(2000, "all");
  pause.begin(1100, "write");
  expect(pause.holds(get)).toBe(true);
  jest.advanceTimersByTime(999);
  expect(ends()).toBe(0);
  jest.advanceTimersByTime(1);
  expect(ends()).toBe(1);
  expect(pause.holds(set)).toBe(false);
});

test("ending it is told, and a new pause starts from nothing", () => {
  using _ = useFakeClock(1000);
  const { pause, ends } = start();
  pause.begin(9000, "all");
  pause.end();
  expect(ends()).toBe(1);
  expect(pause.isActive).toBe(false);
  pause.begin(2000, "write");
  expect(pause.holds(get)).toBe(false);
  pause.end();
});

test("writes that are held for another reason go on being held when clients' pauses end, and the other way round", () => {
  jest.useFakeTimers();
  using _ = useFakeClock(1000);
  const { pause, ends } = start();
  const held = () => [set, get].map((row) => pause.holds(row));
  pause.holdWrites();
  expect(held()).toEqual([true, false]);
  pause.end();
  expect([pause.isActive, ...held()]).toEqual([true, true, false]);
  pause.begin(1100, "all");
  expect(held()).toEqual([true, true]);
  jest.advanceTimersByTime(100);
  expect(held()).toEqual([true, false]);
  pause.begin(2000, "write");
  pause.releaseWrites();
  expect(held()).toEqual([true, false]);
  pause.end();
  expect(held()).toEqual([false, false]);
  expect(ends()).toBe(4);
});
