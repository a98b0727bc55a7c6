import { expect, test } from "bun:test";
import { clock } from "../../src/clock.ts";
import { LinkProgress } from "../../src/replication/link-progress.ts";
import { useFakeClock } from "../support/fake-clock.ts";

test("nothing is known before anything has happened", () => {
  expect(new LinkProgress().status("connecting")).toEqual({
    lastIoSeconds: -1,
    downSeconds: -1,
    lagSeconds: -1,
    syncBytes: 0,
    skipped: 0,
  });
});

test("times are told in whole seconds since", () => {
  using time = useFakeClock();
  const progress = new LinkProgress();
  progress.up();
  progress.heard(10);
  progress.caughtUp(clock.nowMs() - 3000);
  time.advance(2500);
  expect(progress.status("connected")).toMatchObject({
    lastIoSeconds: 2,
    downSeconds: 0,
    lagSeconds: 5,
  });
  expect(progress.status("connect").downSeconds).toBe(2);
});

test("bytes are those of the copy under way", () => {
  const progress = new LinkProgress();
  progress.heard(100);
  progress.beginCopy();
  progress.heard(5);
  progress.heard(6);
  expect(progress.status("sync").syncBytes).toBe(11);
  expect(progress.status("connected").syncBytes).toBe(0);
});

test("what was left out is counted", () => {
  const progress = new LinkProgress();
  progress.leftOut(1);
  progress.leftOut(2);
  expect(progress.status("connected").skipped).toBe(2);
});
