import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serveCopy } from "../../support/copy-server.ts";
import { setAllTypes, temporaryPaths, withLedis } from "../../support/offline-data.ts";
import { runLedis, spawnServer } from "../../support/spawn-server.ts";
import { startServer } from "../../support/start-server.ts";

// Processes, disks and clocks take their time on a busy machine.
setDefaultTimeout(60_000);

const dump = (...args: string[]) => runLedis("dump", ...args);

test("a server's dump and its directory's are the same file", async () => {
  using paths = temporaryPaths();
  await withLedis(paths.of("data"), async (ledis) => {
    await setAllTypes(ledis, 2000);
    using server = await serveCopy(ledis.keyspace);
    expect(await dump("--addr", server.address, "-o", paths.of("one"))).toEqual({
      status: 0,
      stdout: "",
      stderr: "",
    });
    const legacy = ["-host", "127.0.0.1", "-port", `${server.port}`, "-o", paths.of("two")];
    expect((await dump(...legacy)).status).toBe(0);
  });
  expect((await dump("--data-dir", paths.of("data"), "-o", paths.of("three"))).status).toBe(0);
  const one = readFileSync(paths.of("one"));
  expect(readFileSync(paths.of("two")).equals(one)).toBe(true);
  expect(readFileSync(paths.of("three")).equals(one)).toBe(true);
});

test("a dump that fails leaves the old file, and no other", async () => {
  using paths = temporaryPaths();
  const file = paths.of("dump");
  writeFileSync(file, "old");
  await withLedis(paths.of("data"), async (ledis) => {
    await setAllTypes(ledis, 1000);
    for (const [faults, message] of [
      [{ closesAfter: 1 }, "closed the connection"],
      [{ endsAfter: 1 }, "ended too early"],
      [{ damagesAfter: 0 }, "damaged"],
    ] as const) {
      using server = await serveCopy(ledis.keyspace, faults);
      const { status, stdout, stderr } = await dump("--addr", server.address, "-o", file);
      expect({ faults, status, stdout }).toEqual({ faults, status: 1, stdout: "" });
      expect(stderr).toMatch(/^ledis: dump: [^\n]+\n$/);
      expect(stderr).toContain(message);
      expect(readFileSync(file, "utf8")).toBe("old");
      expect(existsSync(`${file}.tmp`)).toBe(false);
    }
  });
});

test("who cannot be dumped is one line and status 1; wrong usage is status 2", async () => {
  await using server = await startServer({ requirepass: "pw" });
  const address = `127.0.0.1:${server.port}`;
  for (const [args, status, message] of [
    [["--addr", address], 1, address],
    [["--addr", address, "--password", "bad"], 1, "WRONGPASS"],
    [["--addr", "/nosuch.sock"], 1, "/nosuch.sock: "],
    [["--data-dir", "/nosuch"], 1, "does not exist"],
    [["--data-dir", join(server.directory)], 1, "holds no database"],
    [["--addr", "x"], 2, "must be an address"],
    [["--addr", address, "--data-dir", "x"], 2, "either a server or"],
    [["surplus"], 2, "unexpected argument"],
  ] as const) {
    const outcome = await dump(...args, "-o", join(server.directory, "dump"));
    expect({ args, status: outcome.status, stdout: outcome.stdout }).toEqual({
      args,
      status,
      stdout: "",
    });
    expect(outcome.stderr).toMatch(/^ledis: dump: [^\n]+\n$/);
    expect(outcome.stderr).toContain(message);
  }
  expect(existsSync(join(server.directory, "dump"))).toBe(false);
  expect((await dump("--help")).stdout).toStartWith("Usage: ledis dump ");
});

test("a running server's directory is refused", async () => {
  await using server = await spawnServer();
  await using client = await server.connect();
  await client.call("SET", "a", "1");
  const { status, stderr } = await dump("--data-dir", join(server.directory, "data"));
  expect({ status, stderr }).toMatchObject({ status: 1 });
  expect(stderr).toContain("another ledis process is using it");
});

test("with --rdb it is Redis's file, of a server and of a directory; a bitmap is told", async () => {
  using paths = temporaryPaths();
  await withLedis(paths.of("data"), async (ledis) => {
    await setAllTypes(ledis, 100);
    using server = await serveCopy(ledis.keyspace);
    const outcome = await dump("--rdb", "--addr", server.address, "-o", paths.of("one.rdb"));
    expect(outcome).toEqual({
      status: 0,
      stdout: "",
      stderr: "ledis: dump: 1 left out, not known to Redis: LedisDB's bitmap\n",
    });
  });
  expect((await dump("--rdb", "--data-dir", paths.of("data"), "-o", paths.of("two"))).status).toBe(
    0,
  );
  expect(readdirSync(paths.of("")).sort()).toEqual(["data", "one.rdb", "two"]);
  const [one, two] = [readFileSync(paths.of("one.rdb")), readFileSync(paths.of("two"))];
  expect(one.subarray(0, 9).toString()).toBe("REDIS0008");
  // They say when they were made.
  expect(one.length).toBe(two.length);
});

test("with --rdb, who cannot be dumped is one line, and leaves nothing", async () => {
  using paths = temporaryPaths();
  const { status, stderr } = await dump("--rdb", "--data-dir", "/nosuch", "-o", paths.of("rdb"));
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: "ledis: dump: /nosuch does not exist\n",
  });
  await withLedis(paths.of("data"), async (ledis) => {
    await setAllTypes(ledis, 1000);
    using server = await serveCopy(ledis.keyspace, { endsAfter: 1 });
    const cut = await dump("--rdb", "--addr", server.address, "-o", paths.of("rdb"));
    expect(cut.status).toBe(1);
    expect(cut.stderr).toMatch(/^ledis: dump: the copy ends too early[^\n]*\n$/);
  });
  expect(readdirSync(paths.of(""))).toEqual(["data"]);
});
