import { expect, test } from "bun:test";
import { fromText } from "../../src/bytes/bytes.ts";
import { LogFeed, type LogRequest } from "../../src/replication/log-feed.ts";
import { decodeSyncAnswer } from "../../src/replication/sync-answer.ts";
import { FakeLog } from "../support/fake-log.ts";

function setUp() {
  const log = new FakeLog();
  const feed = new LogFeed(
    () => log,
    () => false,
  );
  const verdicts: boolean[] = [];
  const ask = async (offset: number, more: Partial<LogRequest> = {}) => {
    const block = await feed.answer({
      from: { file: 1, offset },
      historyId: null,
      waits: false,
      isOver: () => false,
      judged: (isHere) => verdicts.push(isHere),
      ...more,
    });
    return decodeSyncAnswer(block, 1 << 20)!;
  };
  return { log, feed, verdicts, ask };
}

test("the log is answered from a place on, with the place behind it", async () => {
  const { log, ask, verdicts } = setUp();
  log.append(fromText("turn"));
  expect(await ask(40)).toEqual({ file: 1, offset: 44, bytes: fromText("turn") });
  expect(await ask(44)).toMatchObject({ file: 1, offset: 44 });
  log.rotate();
  expect(await ask(44)).toMatchObject({ file: 2, offset: 0 });
  expect(verdicts).toEqual([true, true, true]);
});

test("a place of another log sends the slave to a full copy", async () => {
  const { ask, verdicts } = setUp();
  expect(await ask(41)).toMatchObject({ file: -1, offset: 41 });
  expect(await ask(40, { historyId: new Uint8Array(16) })).toMatchObject({ file: -1 });
  expect(verdicts).toEqual([false, false]);
});

test("who waits at the end is answered when the log grows", async () => {
  const { log, feed, ask, verdicts } = setUp();
  const answered = ask(40, { waits: true });
  while (feed.waitingCount === 0) await Bun.sleep(0);
  feed.grew();
  while (feed.waitingCount === 0) await Bun.sleep(0);
  log.append(fromText("turn"));
  feed.grew();
  expect(await answered).toMatchObject({ offset: 44 });
  expect(verdicts).toEqual([true]);
});

test("the log that grows while it is read is not missed", async () => {
  const { log, feed, ask } = setUp();
  const answered = ask(40, { waits: true });
  log.append(fromText("turn"));
  feed.grew();
  expect(await answered).toMatchObject({ offset: 44 });
});

test("after about a second without news the answer is the same place", async () => {
  const { ask } = setUp();
  const started = performance.now();
  expect(await ask(40, { waits: true })).toMatchObject({ file: 1, offset: 40 });
  expect(performance.now() - started).toBeGreaterThan(900);
});

test("who is in a hurry has slaves answer soon", async () => {
  const { feed, ask } = setUp();
  const answered = ask(40, { waits: true });
  while (feed.waitingCount === 0) await Bun.sleep(0);
  const started = performance.now();
  feed.hurry(true);
  await answered;
  await ask(40, { waits: true });
  expect(performance.now() - started).toBeLessThan(500);
  feed.hurry(false);
});

test("who went away is not waited for", async () => {
  const { feed, ask } = setUp();
  let isOver = false;
  const answered = ask(40, { waits: true, isOver: () => isOver });
  while (feed.waitingCount === 0) await Bun.sleep(0);
  isOver = true;
  feed.grew();
  await answered;
  expect(feed.waitingCount).toBe(0);
});
