/** Disks of replicated servers that are lost, or fill up. */
import { expect, test } from "bun:test";
import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { memoryDisk } from "../support/memory-disk.ts";
import { digestOf, eventually, replicationInfo, writeAllTypes } from "../support/replicas.ts";
import type { RespClient } from "../support/resp-client.ts";
import { ServerProcess } from "../support/server-process.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const DEBUG = ["--enable-debug-command", "yes"];
const WRITERS = 4;
/** What each writer has been promised at least when the disk is lost. */
const PROMISED_MIN = Number(process.env["LEDIS_WAIT_WRITES"] ?? 20);

const linkUp = async (client: RespClient) =>
  (await replicationInfo(client)).get("master_link_status") === "up";

const linkError = async (client: RespClient) =>
  `${(await replicationInfo(client)).get("master_link_error")}`;

const offsetOf = async (client: RespClient) =>
  (await replicationInfo(client)).get("master_repl_offset");

/** Writes with WAIT until the connection is lost; `promised` counts the elements that are promised to be on a slave. */
async function writeWaiting(client: RespClient, writer: number, promised: number[]): Promise<void> {
  try {
    for (let i = 0; ; i++) {
      const replies = await client.pipeline([
        ["SET", `w${writer}:${i}`, i],
        ["RPUSH", `l${writer}`, i],
        ["WAIT", 1, 5000],
      ]);
      if (Number(replies[2]) < 1) return;
      promised[writer] = i + 1;
    }
  } catch {}
}

test("what WAIT promised survives the loss of the master's disk", async () => {
  using directory = temporaryDirectory();
  const start = (name: string, ...more: string[]) => {
    const always = ["--sync", "always", ...more];
    return ServerProcess.start({ directory: join(directory.path, name), arguments: always });
  };
  const master = await start("master");
  const address = `127.0.0.1:${master.port}`;
  let slave = await start("slave", "--slaveof", address);
  let client = await slave.connect();
  await eventually("the link is up", () => linkUp(client));
  const connections = await Promise.all(Array.from({ length: WRITERS }, () => master.connect()));
  const promised = connections.map(() => 0);
  const writing = connections.map((each, writer) => writeWaiting(each, writer, promised));
  await eventually("much is promised", () => Math.min(...promised) >= PROMISED_MIN, 20_000);
  await master.kill();
  rmSync(join(directory.path, "master"), { recursive: true });
  await Promise.all(writing);
  // The operator starts it again at the same place, without its disk.
  const empty = await start("master", "--addr", address);
  const check = async () => {
    for (const [writer, count] of promised.entries()) {
      const keys = Array.from({ length: count }, (_, i) => `w${writer}:${i}`);
      expect(await client.call("MGET", ...keys)).toEqual(keys.map((_, i) => `${i}`));
      expect(await client.call("LRANGE", `l${writer}`, 0, count - 1)).toEqual(
        keys.map((_, i) => `${i}`),
      );
    }
  };
  await eventually("it is refused", async () =>
    (await linkError(client)).includes("lost its data"),
  );
  await check();
  await slave.kill();
  slave = await start("slave", "--slaveof", address);
  client = await slave.connect();
  await eventually("it is refused", async () =>
    (await linkError(client)).includes("lost its data"),
  );
  expect(await client.call("SLAVEOF", "NO", "ONE")).toBe("OK");
  await check();
  expect(await client.call("SET", "mine", "now")).toBe("OK");
  await Promise.all([slave.stop(), empty.stop()]);
}, 60_000);

/** Fills the slave's disk by writes to the master, heals it, and expects that nothing is missing or copied anew. */
async function fillAndHeal(
  master: ServerProcess,
  slave: ServerProcess,
  expected: RegExp,
  makeRoom: () => void,
): Promise<void> {
  const [to, from] = [await master.connect(), await slave.connect()];
  await writeAllTypes(to, 1);
  await eventually("the link is up", () => linkUp(from));
  await eventually("it is there", async () => (await offsetOf(from)) === (await offsetOf(to)));
  let written = 0;
  await eventually("the link tells of the disk", async () => {
    for (let i = 0; i < 10 && written < 300; i++, written++) {
      await to.call("SET", `large${written % 100}`, `${written}`.repeat(9000).slice(0, 40_000));
      await writeAllTypes(to, written);
    }
    return expected.test(await linkError(from));
  });
  expect(await linkUp(from)).toBe(false);
  expect(await from.call("GET", "large0")).toBeString();
  expect(await from.call("DBSIZE")).toBeGreaterThan(1);
  await writeAllTypes(to, 1);
  makeRoom();
  const isSame = async () => (await offsetOf(from)) === (await offsetOf(to));
  await eventually("it has caught up", isSame, 20_000);
  expect(await digestOf(from)).toBe(await digestOf(to));
  expect(await linkUp(from)).toBe(true);
  expect(`${await to.call("INFO", "stats")}`).toContain("sync_full:1\r\n");
  await slave.stop();
  await master.stop();
}

test.skipIf(Bun.which("prlimit") === null)(
  "a slave whose log cannot grow says so, reads on, and catches up by itself",
  async () => {
    using directory = temporaryDirectory();
    const path = (name: string) => join(directory.path, name);
    const master = await ServerProcess.start({ directory: path("master"), arguments: DEBUG });
    const slave = await ServerProcess.start({
      directory: path("slave"),
      arguments: [...DEBUG, "--slaveof", `127.0.0.1:${master.port}`],
      shell: "ulimit -S -f 2000",
    });
    await fillAndHeal(master, slave, /EFBIG/, () => {
      Bun.spawnSync(["prlimit", "--pid", `${slave.pid}`, "--fsize=unlimited:unlimited"]);
    });
  },
  60_000,
);

const canMount = memoryDisk(1 << 20)?.remove() ?? false;

test.skipIf(!canMount)(
  "a slave on a full file system says so, reads on, and catches up by itself",
  async () => {
    const disk = memoryDisk(64 << 20)!;
    using directory = temporaryDirectory();
    try {
      const ballast = join(disk.path, "ballast");
      const master = await ServerProcess.start({ directory: directory.path, arguments: DEBUG });
      const slave = await ServerProcess.start({
        directory: join(disk.path, "slave"),
        arguments: [...DEBUG, "--slaveof", `127.0.0.1:${master.port}`],
      });
      const client = await slave.connect();
      await eventually("the link is up", () => linkUp(client));
      client.close();
      const { bavail, bsize } = statfsSync(disk.path);
      writeFileSync(ballast, new Uint8Array(Math.max(0, bavail * bsize - (4 << 20))));
      await fillAndHeal(master, slave, /ENOSPC|full/, () => rmSync(ballast));
    } finally {
      disk.remove();
    }
  },
  60_000,
);

test.skipIf(!canMount)(
  "a full copy that does not fit leaves the old data, and is taken when there is room",
  async () => {
    const disk = memoryDisk(48 << 20)!;
    using directory = temporaryDirectory();
    try {
      const ballast = join(disk.path, "ballast");
      const master = await ServerProcess.start({ directory: directory.path, arguments: DEBUG });
      const to = await master.connect();
      for (let i = 0; i < 400; i++) await to.call("SET", `large${i}`, `${i}`.repeat(20_000));
      const options = { directory: join(disk.path, "slave"), arguments: DEBUG };
      const slave = await ServerProcess.start(options);
      const client = await slave.connect();
      await client.call("SET", "old", "stays");
      const { bavail, bsize } = statfsSync(disk.path);
      writeFileSync(ballast, new Uint8Array(bavail * bsize - (8 << 20)));
      await client.call("SLAVEOF", "127.0.0.1", master.port);
      const isTold = async () => /ENOSPC|full/.test(await linkError(client));
      await eventually("the link tells of the disk", isTold);
      expect(await client.call("GET", "old")).toBe("stays");
      rmSync(ballast);
      await eventually("it is copied", () => linkUp(client), 20_000);
      expect(await client.call("EXISTS", "old")).toBe(0);
      expect(await digestOf(client)).toBe(await digestOf(to));
      await slave.stop();
      await master.stop();
    } finally {
      disk.remove();
    }
  },
  60_000,
);
