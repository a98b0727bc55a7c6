import { expect, test } from "bun:test";
import { catchUp, read, TestServers, write } from "../../support/follow.ts";

test("a promoted slave begins one, and the others go on with it", async () => {
  await using servers = new TestServers();
  const master = await servers.start("m");
  write(master, "a");
  const first = await servers.startSlave(master, "s1");
  const second = await servers.startSlave(master, "s2");
  write(master, "b");
  expect(await catchUp(master, first)).toBe(true);
  first.lead();
  expect(first.history.id).toEqual(master.history.id);
  write(first, "c");
  expect(first.history.id).not.toEqual(master.history.id);
  expect(await catchUp(first, second)).toBe(true);
  expect([read(second, "b"), read(second, "c")]).toEqual(["b", "c"]);
  master.follow();
  expect(await catchUp(first, master)).toBe(true);
  expect(read(master, "c")).toBe("c");
});

test("whoever has written beside or ahead of the new master cannot go on", async () => {
  await using servers = new TestServers();
  const master = await servers.start("m");
  write(master, "a");
  const slave = await servers.startSlave(master, "s");
  write(master, "lost");
  slave.lead();
  master.follow();
  expect(await catchUp(slave, master)).toBe(false);
  write(slave, "other");
  expect(await catchUp(slave, master)).toBe(false);
});

test("a server that has nothing of this history cannot go on", async () => {
  await using servers = new TestServers();
  const master = await servers.start("m");
  write(master, "a");
  const stranger = await servers.start("x");
  stranger.follow();
  expect(await catchUp(master, stranger)).toBe(false);
});

test("an idle restart begins nothing", async () => {
  await using servers = new TestServers();
  let master = await servers.start("m");
  write(master, "a");
  const { position } = master.history;
  await servers.stop(master);
  master = await servers.start("m");
  expect(master.history.position).toEqual(position);
  const slave = await servers.startSlave(master, "s");
  expect(await catchUp(master, slave)).toBe(true);
});

test("a copy's log cannot be read from before it begins", async () => {
  await using servers = new TestServers();
  const master = await servers.start("m");
  write(master, "a");
  const { position: early, id } = master.history;
  for (let i = 0; i < 20; i++) write(master, `k${i}`);
  const slave = await servers.startSlave(master, "s");
  expect((await slave.history.read(early, id, 1000)).kind).toBe("gone");
  expect((await slave.history.read({ file: 1, offset: 0 }, id, 1000)).kind).toBe("gone");
  expect((await slave.history.read(slave.history.position, id, 1000)).kind).toBe("end");
});

test("a slave takes over files that the master begins, by size or by a restart", async () => {
  await using servers = new TestServers();
  let master = await servers.start("m", { logFileBytesMax: 4096 });
  write(master, "a");
  const slave = await servers.startSlave(master, "s");
  for (let i = 0; i < 100; i++) write(master, `k${i}`, "x".repeat(200));
  expect(master.history.position.file).toBeGreaterThan(3);
  expect(await catchUp(master, slave)).toBe(true);
  await servers.stop(master);
  const files = master.history.position.file;
  master = await servers.start("m", { logFileBytesMax: 4096 });
  expect(master.history.position.file).toBe(files);
  const before = master.history.id;
  write(master, "behind the restart");
  expect(master.history.position.file).toBe(files + 1);
  expect(master.history.id).not.toEqual(before);
  expect(await catchUp(master, slave)).toBe(true);
  expect(read(slave, "behind the restart")).toBe("behind the restart");
  expect(read(slave, "k99")).toBe("x".repeat(200));
  expect(slave.history.files()).toEqual(
    master.history.files().slice(-slave.history.files().length),
  );
  for (let file = 2; file <= files + 1; file++) {
    expect(servers.logBytes("s", file)).toEqual(servers.logBytes("m", file));
  }
});
