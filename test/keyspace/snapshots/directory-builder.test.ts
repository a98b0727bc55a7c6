import { expect, test } from "bun:test";
import { DirectoryBuilder } from "../../../src/keyspace/snapshots/directory-builder.ts";
import { read, TestServers, write } from "../../support/follow.ts";

test("a snapshot that is damaged or incomplete replaces nothing", async () => {
  await using servers = new TestServers();
  const master = await servers.start("m");
  write(master, "new");
  const target = await servers.start("s");
  write(target, "old");
  await servers.stop(target);
  const snapshot = await master.snapshot();
  const damagedHead = snapshot.head.slice();
  damagedHead[30]! ^= 1;
  expect(await DirectoryBuilder.create(servers.pathOf("s"), damagedHead).catch(String)).toContain(
    "damaged",
  );
  const { block } = await snapshot.read(null);
  for (const at of [0, 3, 7, 12, block.length - 1]) {
    const damaged = block.slice();
    damaged[at]! ^= 4;
    const builder = await DirectoryBuilder.create(servers.pathOf("s"), snapshot.head);
    expect(await builder.add(damaged).then(String, String)).toContain("damaged");
    await builder.abandon();
  }
  const builder = await DirectoryBuilder.create(servers.pathOf("s"), snapshot.head);
  await builder.add(block);
  expect(await builder.finish().then(String, String)).toContain("incomplete");
  // As a crash would: what was built is left there, without the mark.
  await snapshot.close();
  const reopened = await servers.start("s");
  expect([read(reopened, "old"), read(reopened, "new")]).toEqual(["old", null]);
  await builder.abandon();
});

test("what is complete may still be abandoned", async () => {
  await using servers = new TestServers();
  const master = await servers.start("m");
  write(master, "new");
  const target = await servers.start("s");
  write(target, "old");
  await servers.stop(target);
  const snapshot = await master.snapshot();
  const builder = await DirectoryBuilder.create(servers.pathOf("s"), snapshot.head);
  for (let cursor: Uint8Array | null = null; !builder.isComplete; ) {
    const { block, next } = await snapshot.read(cursor);
    await builder.add(block);
    cursor = next;
  }
  await builder.finish();
  await builder.abandon();
  await snapshot.close();
  const reopened = await servers.start("s");
  expect([read(reopened, "old"), read(reopened, "new")]).toEqual(["old", null]);
});
