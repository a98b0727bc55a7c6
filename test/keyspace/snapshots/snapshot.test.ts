import { expect, test } from "bun:test";
import { buildFrom, catchUp, read, TestServers, write } from "../../support/follow.ts";
import { Rows } from "../../support/test-keyspace.ts";

test("a snapshot is of one moment, whatever is written meanwhile", async () => {
  await using servers = new TestServers();
  const master = await servers.start("m");
  for (let i = 0; i < 5000; i++) new Rows(master).set(`k${i}`, "old".repeat(100));
  master.endTurn();
  const snapshot = await master.snapshot();
  for (let i = 0; i < 5000; i++) new Rows(master).set(`k${i}`, "new".repeat(100));
  master.endTurn();
  await master.flush();
  await buildFrom(snapshot, servers.pathOf("s"));
  await snapshot.close();
  const copy = await servers.start("s");
  expect(read(copy, "k0")).toBe("old".repeat(100));
  expect(read(copy, "k4999")).toBe("old".repeat(100));
  expect(copy.counts(0)).toEqual({ keys: 5000, expires: 0 });
  copy.follow();
  expect(await catchUp(master, copy, 100_000)).toBe(true);
  expect(read(copy, "k2500")).toBe("new".repeat(100));
});

test("a snapshot serves several readers, each at its own pace", async () => {
  await using servers = new TestServers();
  const master = await servers.start("m");
  for (let i = 0; i < 3000; i++) new Rows(master).set(`k${i}`, "v".repeat(300));
  master.endTurn();
  const snapshot = await master.snapshot();
  await Promise.all(["s1", "s2", "s3"].map((name) => buildFrom(snapshot, servers.pathOf(name))));
  await snapshot.close();
  for (const name of ["s1", "s2", "s3"]) {
    const copy = await servers.start(name);
    expect(copy.counts(0).keys).toBe(3000);
  }
  expect(await snapshot.read(null).catch(String)).toContain("ended");
});

test("a snapshot of an empty database is one, too", async () => {
  await using servers = new TestServers();
  const master = await servers.start("m");
  const slave = await servers.startSlave(master, "s");
  expect(slave.counts(0).keys).toBe(0);
  write(master, "first");
  expect(await catchUp(master, slave)).toBe(true);
  expect(read(slave, "first")).toBe("first");
});
