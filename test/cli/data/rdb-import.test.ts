import { expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fromText, toText } from "../../../src/bytes/bytes.ts";
import { CRC64_BYTES, Crc64 } from "../../../src/bytes/crc64.ts";
import { checkDirectory } from "../../../src/cli/data/check-directory.ts";
import { keysIn, setKeys, temporaryPaths, withLedis } from "../../support/offline-data.ts";
import { runLedis } from "../../support/spawn-server.ts";

const text = (value: string) => [value.length, ...fromText(value)];
const ms = (value: number) => [...new Uint8Array(BigUint64Array.of(BigInt(value)).buffer)];

const LIBRARY = "#!lua name=lib\nredis.register_function('f', redis.log)";

/** A file of Redis 7 with functions, a key of each type in database 0, and others. */
function rdbFile(): Buffer {
  const body = [
    ...fromText("REDIS0011"),
    ...[0xfa, ...text("redis-ver"), ...text("7.0.15")],
    ...[0xf5, ...text(LIBRARY)],
    ...[0xfe, 0],
    ...[0, ...text("a"), ...text("value of a")],
    ...[1, ...text("list"), 2, ...text("x"), ...text("y")],
    ...[2, ...text("set"), 1, ...text("m")],
    ...[4, ...text("hash"), 1, ...text("f"), ...text("v")],
    ...[5, ...text("zset"), 1, ...text("m"), 0, 0, 0, 0, 0, 0, 0xf8, 0x3f],
    ...[0xfc, ...ms(1000), 0, ...text("old"), ...text("x")],
    ...[0xfe, 20],
    ...[0xfc, ...ms(4_102_444_800_000), 0, ...text("ttl"), ...text("x")],
    0xff,
  ];
  const bytes = Uint8Array.from(body);
  const sum = new Uint8Array(CRC64_BYTES);
  new Crc64().update(bytes).write(sum, 0);
  return Buffer.concat([bytes, sum]);
}

test("Redis's file is loaded into a new directory: all types, databases and TTLs", async () => {
  using paths = temporaryPaths();
  writeFileSync(paths.of("dump.rdb"), rdbFile());
  const { status, stdout, stderr } = await runLedis(
    "load",
    "--data-dir",
    paths.of("to"),
    paths.of("dump.rdb"),
  );
  expect({ status, stderr }).toEqual({
    status: 0,
    stderr:
      "ledis: load: 6 keys read, 1 left out: their TTL has passed\nledis: load: libraries of functions read: 1\n",
  });
  expect(stdout).toMatch(/^MASTER_LOG_FILE='ledis-bin.0000001', MASTER_LOG_POS=\d+;\nLoad OK\n$/);
  expect(checkDirectory(paths.of("to")).problems).toEqual([]);
  expect(await keysIn(paths.of("to"), "a", "old")).toEqual(["a"]);
  await withLedis(paths.of("to"), (ledis) => {
    const db = ledis.select(0);
    expect(db.lists.length(fromText("list"))).toBe(2);
    expect(toText(db.hashes.get(fromText("hash"), fromText("f"))!)).toBe("v");
    expect(db.zsets.score(fromText("zset"), fromText("m"))).toBe(1.5);
    expect(db.sets.has(fromText("set"), fromText("m"))).toBe(true);
    const [library] = [...ledis.libraries.all()];
    expect([library?.name, toText(library!.code)]).toEqual(["lib", LIBRARY]);
  });
}, 60_000);

test("a damaged or cut file changes nothing", async () => {
  using paths = temporaryPaths();
  const to = paths.of("to");
  await withLedis(to, (ledis) => setKeys(ledis, "mine"));
  const whole = rdbFile();
  const damaged = Buffer.from(whole);
  damaged[whole.length - 1]! ^= 1;
  for (const bytes of [damaged, whole.subarray(0, 60), whole.subarray(0, whole.length - 3)]) {
    writeFileSync(paths.of("dump.rdb"), bytes);
    const { status, stdout, stderr } = await runLedis(
      "load",
      "--force",
      "--data-dir",
      to,
      paths.of("dump.rdb"),
    );
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/^ledis: load: [^\n]+, at byte \d+\n$/);
    expect(existsSync(join(to, "fullsync"))).toBe(false);
  }
  expect(await keysIn(to, "mine")).toEqual(["mine"]);
  expect(readFileSync(paths.of("dump.rdb")).length).toBeGreaterThan(0);
}, 60_000);
