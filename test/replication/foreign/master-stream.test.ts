import { expect, test } from "bun:test";
import { join } from "node:path";
import { fromText, mapKey } from "../../../src/bytes/bytes.ts";
import { MasterStream } from "../../../src/replication/foreign/master-stream.ts";
import { FakeMaster } from "../../support/fake-master.ts";
import { eventually } from "../../support/replicas.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const LIMITS = { memoryBytesMax: 1 << 20, filesBytesMax: 1 << 20, fileBytesMax: 1 << 20 };

async function open(master: FakeMaster, limits = LIMITS, timeoutMs = 5000) {
  const directory = temporaryDirectory();
  let received = 0;
  const stream = await MasterStream.open(master.address, {
    timeoutMs,
    spoolPath: join(directory.path, "spool"),
    limits,
    received: (bytes) => {
      received += bytes;
    },
  });
  return {
    stream,
    received: () => received,
    [Symbol.dispose]() {
      stream.close();
      directory[Symbol.dispose]();
    },
  };
}

test("lines are read, empty ones left out, and bytes behind them as they come", async () => {
  using master = new FakeMaster((words) => (words[0] === "A" ? "\n\r\n+OK\r\n\n$3\r\nabc" : null));
  using it = await open(master);
  it.stream.send("A", 1);
  expect(await it.stream.line()).toBe("+OK");
  expect(await it.stream.line()).toBe("$3");
  const bytes = await it.stream.next();
  expect(mapKey(bytes)).toBe("abc");
  it.stream.unread(bytes.subarray(1));
  expect(it.stream.isDrained).toBe(false);
  expect(mapKey(await it.stream.next())).toBe("bc");
  expect(it.stream.isDrained).toBe(true);
  expect(it.received()).toBe("\n\r\n+OK\r\n\n$3\r\nabc".length);
  expect(master.requests).toEqual(["A 1"]);
});

test("a line may come in pieces, and must end", async () => {
  using master = new FakeMaster(() => null);
  using it = await open(master);
  await eventually("it is there", () => master.connections === 1);
  const line = it.stream.line();
  for (const piece of ["+O", "K", "\r", "\n"]) {
    master.push(piece);
    await Bun.sleep(5);
  }
  expect(await line).toBe("+OK");
  const endless = it.stream.line().catch(String);
  master.push("x".repeat(70_000));
  expect(await endless).toContain("nonsense");
});

test("who waits is told when the connection is lost, behind what had come", async () => {
  using master = new FakeMaster(() => null);
  using it = await open(master);
  await eventually("it is there", () => master.connections === 1);
  master.push("last");
  await eventually("it has come", () => it.received() === 4);
  master.cut();
  await Bun.sleep(20);
  expect(await it.stream.next()).toEqual(fromText("last"));
  expect(await it.stream.next().catch(String)).toContain("closed the connection");
});

test("a silent master is left only while somebody waits for it", async () => {
  using master = new FakeMaster(() => null);
  using it = await open(master, LIMITS, 60);
  await Bun.sleep(150);
  expect(it.stream.isWaiting).toBe(false);
  const next = it.stream.next().catch(String);
  expect(it.stream.isWaiting).toBe(true);
  expect(await next).toContain("did not answer");
});

test("a reader that is slow has the master wait", async () => {
  using master = new FakeMaster(() => null);
  using it = await open(master, { memoryBytesMax: 1000, filesBytesMax: 1000, fileBytesMax: 500 });
  await eventually("it is there", () => master.connections === 1);
  for (let i = 0; i < 200; i++) {
    master.push("x".repeat(100));
    if (i % 20 === 0) await Bun.sleep(2);
  }
  await Bun.sleep(50);
  expect(it.received()).toBeLessThan(20_000);
  let bytes = 0;
  while (bytes < 20_000) bytes += (await it.stream.next()).length;
  expect(it.received()).toBe(20_000);
});
