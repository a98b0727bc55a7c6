/** A disk that fills up: writes are refused with the reason, reads go on, and it heals by itself. */
import { expect, test } from "bun:test";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { listLogFiles } from "../../src/binlog/log-files.ts";
import { memoryDisk } from "../support/memory-disk.ts";
import type { Plain, RespClient } from "../support/resp-client.ts";
import { ServerProcess } from "../support/server-process.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { WriteHistory } from "../support/write-history.ts";

const BATCH = 16;

/** Values that are 10 KB and do not compress. */
const value = (key: string): string => Bun.hash(key).toString(36).repeat(1000).slice(0, 10_000);

/** Sets new keys until the server refuses; answers the acknowledged ones, and the first refusal. */
async function fill(
  client: RespClient,
  prefix: string,
): Promise<{ keys: string[]; error: string }> {
  const keys: string[] = [];
  for (let batch = 0; ; batch++) {
    const names = Array.from({ length: BATCH }, (_, i) => `${prefix}:${batch * BATCH + i}`);
    const replies = await client.pipeline(names.map((name) => ["SET", name, value(name)]));
    names.forEach((name, i) => void (replies[i] === "OK" && keys.push(name)));
    const refused = replies.find((reply): reply is { error: string } => reply !== "OK");
    if (refused !== undefined) return { keys, error: refused.error };
    if (keys.length > 20_000) throw new Error("the disk never fills up");
  }
}

async function expectAll(client: RespClient, keys: readonly string[]): Promise<void> {
  for (let at = 0; at < keys.length; at += 100) {
    const names = keys.slice(at, at + 100);
    const replies = await client.pipeline(names.map((name) => ["GET", name]));
    const wrong = names.filter((name, i) => replies[i] !== value(name));
    expect(wrong).toEqual([]);
  }
}

/** Writes of all types, from connections of their own, that have to leave behind what was acknowledged. */
class Others {
  readonly #histories = [1, 2].map((database) => new WriteHistory(database, 200));

  /** Until the server refuses writes, or is gone. */
  async write(server: ServerProcess): Promise<void> {
    const isRefusal = (error: string) => error.startsWith("MISCONF");
    await Promise.all(
      this.#histories.map(async (history) => history.write(await server.connect(), isRefusal)),
    );
  }

  async check(server: ServerProcess): Promise<void> {
    const client = await server.connect();
    for (const history of this.#histories) await history.check(client);
    client.close();
  }
}

/** Resolves when a write is accepted. */
async function untilWritable(client: RespClient, key: string): Promise<void> {
  for (;;) {
    const reply: Plain = await client.call("SET", key, value(key));
    if (reply === "OK") return;
    await Bun.sleep(50);
  }
}

/** Lets the files of the process grow again. */
function lift(server: ServerProcess): void {
  const done = Bun.spawnSync(["prlimit", "--pid", `${server.pid}`, "--fsize=unlimited:unlimited"]);
  expect(done.stderr.toString()).toBe("");
}

const canLimit = Bun.which("prlimit") !== null;

/** Fills up, reads, heals, crashes, recovers. */
async function fillAndHeal(
  server: ServerProcess,
  again: () => Promise<ServerProcess>,
  expected: RegExp,
  makeRoom: () => void,
): Promise<void> {
  const client = await server.connect();
  const others = new Others();
  const [{ keys, error }] = await Promise.all([fill(client, "a"), others.write(server)]);
  expect(error).toMatch(expected);
  expect(keys.length).toBeGreaterThan(20);
  await expectAll(client, keys);
  expect(await client.call("SET", "refused", value("x"))).toHaveProperty("error");
  await others.check(server);
  makeRoom();
  await untilWritable(client, "healed");
  keys.push("healed");
  await expectAll(client, keys);
  await others.check(server);
  const writers = others.write(server);
  await Bun.sleep(100);
  await server.kill();
  await writers;
  const next = await again();
  const reader = await next.connect();
  await expectAll(reader, keys);
  await others.check(next);
  expect(await reader.call("SAVE")).toBe("OK");
  reader.close();
  await next.stop();
}

test.skipIf(!canLimit)(
  "an append that is refused halfway costs nothing that was acknowledged",
  async () => {
    using directory = temporaryDirectory();
    const options = ["--db.flush_interval", "3600000"];
    const start = { directory: directory.path, arguments: options };
    // 4,000 blocks of 512 bytes.
    const server = await ServerProcess.start({ ...start, shell: "ulimit -S -f 4000" });
    const reason = /^MISCONF Errors writing to the binlog: EFBIG/;
    await fillAndHeal(
      server,
      () => ServerProcess.start(start),
      reason,
      () => lift(server),
    );
  },
  30_000,
);

test.skipIf(!canLimit)(
  "when SQLite has no room, writes go on while memory lasts, then say why not",
  async () => {
    using directory = temporaryDirectory();
    const small = "--db.flush_interval 100 --binlog.max_file_size 1mb --db.write_buffer_size 1mb";
    const start = { directory: directory.path, arguments: small.split(" ") };
    const server = await ServerProcess.start({ ...start, shell: "ulimit -S -f 5000" });
    // More than the WAL may hold: the log is in many files, each of them small enough.
    const reason = /^MISCONF .*(full|I\/O error)/;
    await fillAndHeal(
      server,
      () => ServerProcess.start(start),
      reason,
      () => lift(server),
    );
    expect(listLogFiles(join(directory.path, "bin_log")).length).toBeGreaterThan(0);
  },
  30_000,
);

const canMount = memoryDisk(1 << 20)?.remove() ?? false;

test.skipIf(!canMount)(
  "a full file system refuses writes until there is room",
  async () => {
    const disk = memoryDisk(48 << 20)!;
    try {
      const data = join(disk.path, "data");
      const ballast = join(disk.path, "ballast");
      writeFileSync(ballast, new Uint8Array(38 << 20));
      const start = { directory: data, arguments: ["--db.flush_interval", "200"] };
      const server = await ServerProcess.start(start);
      const reason = /^MISCONF .*(ENOSPC|full)/;
      await fillAndHeal(
        server,
        () => ServerProcess.start(start),
        reason,
        () => rmSync(ballast),
      );
    } finally {
      disk.remove();
    }
  },
  30_000,
);

test.skipIf(!canMount)(
  "a server that was killed on a full disk starts on it, reads, and heals",
  async () => {
    const disk = memoryDisk(16 << 20)!;
    try {
      const data = join(disk.path, "data");
      const ballast = join(disk.path, "ballast");
      writeFileSync(ballast, new Uint8Array(6 << 20));
      const start = { directory: data, arguments: ["--db.flush_interval", "3600000"] };
      const first = await ServerProcess.start(start);
      const writer = await first.connect();
      const others = new Others();
      const [{ keys }] = await Promise.all([fill(writer, "a"), others.write(first)]);
      await first.kill();
      fillUp(join(disk.path, "rest"));
      const server = await ServerProcess.start(start);
      const client = await server.connect();
      await expectAll(client, keys);
      expect(await client.call("SET", "refused", value("refused"))).toHaveProperty("error");
      await expectAll(client, keys);
      await others.check(server);
      rmSync(ballast);
      await untilWritable(client, "healed");
      await expectAll(client, [...keys, "healed"]);
      client.close();
      await server.stop();
      const again = await ServerProcess.start(start);
      await expectAll(await again.connect(), [...keys, "healed"]);
      await others.check(again);
      await again.stop();
    } finally {
      disk.remove();
    }
  },
  30_000,
);

test.skipIf(!canMount)(
  "a server that was stopped on a full disk starts on it",
  async () => {
    const disk = memoryDisk(16 << 20)!;
    try {
      const data = join(disk.path, "data");
      const start = { directory: data };
      const first = await ServerProcess.start(start);
      const writer = await first.connect();
      await writer.call("SET", "k", value("k"));
      writer.close();
      await first.stop();
      fillUp(join(disk.path, "rest"));
      const server = await ServerProcess.start(start);
      const client = await server.connect();
      await expectAll(client, ["k"]);
      client.close();
      await server.stop();
    } finally {
      disk.remove();
    }
  },
  30_000,
);

/** Takes what room there is, to the last byte. */
function fillUp(path: string): void {
  const done = Bun.spawnSync(["sh", "-c", `cat /dev/zero > "${path}"`]);
  expect(done.stderr.toString()).toContain("No space left");
}
