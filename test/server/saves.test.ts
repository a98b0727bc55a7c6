import { expect, test } from "bun:test";
import { CommandError } from "../../src/errors.ts";
import { log } from "../../src/log.ts";
import { Saves } from "../../src/server/saves.ts";
import { useFakeClock } from "../support/fake-clock.ts";

test("a save is under way until its checkpoint is done, and another one is refused meanwhile", async () => {
  using time = useFakeClock(1_000_000);
  const checkpoint = Promise.withResolvers<void>();
  const saves = new Saves(() => checkpoint.promise);
  expect(saves).toMatchObject({ count: 0, lastSucceeded: true, lastTime: 1000, lastSeconds: -1 });
  const saving = saves.run();
  time.advance(2500);
  expect(saves).toMatchObject({ inProgress: true, currentSeconds: 2 });
  expect(saves.run()).rejects.toThrow(CommandError);
  checkpoint.resolve();
  await saving;
  expect(saves).toMatchObject({ inProgress: false, currentSeconds: -1 });
  expect(saves).toMatchObject({ count: 1, lastSucceeded: true, lastTime: 1002, lastSeconds: 2 });
});

test("a failed save is told, and the next one may succeed", async () => {
  using _ = useFakeClock(1_000_000);
  const { sink } = log;
  log.sink = () => {};
  let fails = true;
  const saves = new Saves(() => (fails ? Promise.reject(new Error("full")) : Promise.resolve()));
  await expect(saves.run()).rejects.toThrow("full");
  log.sink = sink;
  expect(saves).toMatchObject({ inProgress: false, lastSucceeded: false, count: 0 });
  fails = false;
  await saves.run();
  expect(saves).toMatchObject({ lastSucceeded: true, count: 1 });
});
