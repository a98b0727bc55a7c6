import { expect, test } from "bun:test";
import { fromText } from "../../src/bytes/bytes.ts";
import { CopyFeed } from "../../src/replication/copy-feed.ts";
import type { ReadableSnapshot } from "../../src/replication/replicated-log.ts";
import { useFakeClock } from "../support/fake-clock.ts";

class FakeSnapshot implements ReadableSnapshot {
  readonly head = fromText("head");
  readonly position;
  isClosed = false;

  constructor(file: number) {
    this.position = { file, offset: 40 };
  }

  async read(cursor: Uint8Array | null) {
    const at = cursor?.[0] ?? 0;
    return { block: Uint8Array.of(at), next: at === 2 ? null : Uint8Array.of(at + 1) };
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

function setUp() {
  const snapshots: FakeSnapshot[] = [];
  const feed = new CopyFeed(async () => {
    snapshots.push(new FakeSnapshot(snapshots.length + 1));
    return snapshots.at(-1)!;
  });
  return { feed, snapshots };
}

const [one, two] = [{}, {}];

test("a copy is a head, its blocks, and nothing behind them", async () => {
  const { feed, snapshots } = setUp();
  expect(await feed.begin(one)).toEqual({
    head: fromText("head"),
    position: { file: 1, offset: 40 },
  });
  expect(feed.lowestNeededFile).toBe(1);
  const blocks = [];
  for (let block = await feed.next(one); block !== null; block = await feed.next(one)) {
    blocks.push(block[0]);
  }
  expect(blocks).toEqual([0, 1, 2]);
  expect(await feed.next(one).catch(String)).toContain("no full copy is under way");
  expect(feed.lowestNeededFile).toBeNull();
  expect(snapshots.map(({ isClosed }) => isClosed)).toEqual([true]);
});

test("slaves share a snapshot, each at its own place, while it is new", async () => {
  using time = useFakeClock();
  const { feed, snapshots } = setUp();
  await Promise.all([feed.begin(one), feed.begin(two)]);
  await feed.next(one);
  expect(await feed.next(two)).toEqual(Uint8Array.of(0));
  feed.leave(one);
  expect(snapshots.map(({ isClosed }) => isClosed)).toEqual([false]);
  time.advance(60_000);
  await feed.begin(one);
  expect(snapshots).toHaveLength(2);
  expect(feed.lowestNeededFile).toBe(1);
  feed.leave(two);
  await Promise.resolve();
  expect(snapshots.map(({ isClosed }) => isClosed)).toEqual([true, false]);
});

test("snapshots are few", async () => {
  using time = useFakeClock();
  const { feed } = setUp();
  for (let i = 0; i < 4; i++) {
    await feed.begin({});
    time.advance(60_000);
  }
  expect(await feed.begin({}).catch(String)).toContain("too many full copies");
  expect(feed.readerCount).toBe(4);
});

test("who stops asking is forgotten", async () => {
  using time = useFakeClock();
  const { feed, snapshots } = setUp();
  await feed.begin(one);
  time.advance(59_000);
  await feed.next(one);
  time.advance(59_000);
  feed.dropSilent(60_000);
  expect(feed.readerCount).toBe(1);
  time.advance(2000);
  feed.dropSilent(60_000);
  expect(feed.readerCount).toBe(0);
  await Promise.resolve();
  expect(snapshots[0]!.isClosed).toBe(true);
});

test("beginning again leaves what was begun before", async () => {
  const { feed } = setUp();
  await feed.begin(one);
  await feed.next(one);
  await feed.begin(one);
  expect(await feed.next(one)).toEqual(Uint8Array.of(0));
  expect([feed.readerCount, feed.snapshotCount]).toEqual([1, 1]);
});

test("a snapshot that cannot be taken fails those who wait for it, and only those", async () => {
  let fails = true;
  const feed = new CopyFeed(async () => {
    if (fails) throw new Error("no disk");
    return new FakeSnapshot(1);
  });
  const failures = [feed.begin(one).catch(String), feed.begin(two).catch(String)];
  expect(await Promise.all(failures)).toEqual(["Error: no disk", "Error: no disk"]);
  fails = false;
  expect(feed.snapshotCount).toBe(0);
  await feed.begin(one);
});

test("closing ends all copies", async () => {
  const { feed, snapshots } = setUp();
  await feed.begin(one);
  await feed.close();
  expect(snapshots[0]!.isClosed).toBe(true);
  expect(await feed.next(one).catch(String)).toContain("no full copy is under way");
});

test("closing waits for snapshots that nobody reads any more", async () => {
  const { feed, snapshots } = setUp();
  await feed.begin(one);
  const ended = Promise.withResolvers<void>();
  snapshots[0]!.close = () => ended.promise;
  feed.leave(one);
  let isClosed = false;
  const closed = feed.close().then(() => {
    isClosed = true;
  });
  await Bun.sleep(0);
  expect(isClosed).toBe(false);
  ended.resolve();
  await closed;
});
