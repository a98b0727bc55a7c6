import { expect, test } from "bun:test";
import { mapKey } from "../../src/bytes/bytes.ts";
import type { LinkError } from "../../src/replication/link-error.ts";
import { MasterSocket } from "../../src/replication/master-socket.ts";
import { encodeRequest } from "../../src/resp/request-encoder.ts";
import { FakeMaster } from "../support/fake-master.ts";
import { eventually } from "../support/replicas.ts";

function owner() {
  const seen = { text: "", failures: [] as string[] };
  return {
    seen,
    received: (bytes: Uint8Array) => {
      seen.text += mapKey(bytes);
    },
    failed: (error: LinkError) => void seen.failures.push(error.message),
  };
}

test("bytes go out and come in; its end is told once", async () => {
  using master = new FakeMaster((words) => `+${words.join(" ")}\r\n`);
  const it = owner();
  const socket = await MasterSocket.open(master.address, { timeoutMs: 5000 }, it);
  socket.write(encodeRequest(["A"]));
  socket.write(encodeRequest(["B"]));
  await eventually("both are answered", () => it.seen.text === "+A\r\n+B\r\n");
  expect(socket.failure).toBeNull();
  master.cut();
  await eventually("it has noticed", () => it.seen.failures.length > 0);
  socket.close();
  expect(it.seen.failures).toEqual(["the master closed the connection"]);
  expect(socket.failure?.message).toBe("the master closed the connection");
});

test("silence ends it only while something is expected", async () => {
  using master = new FakeMaster(() => null);
  const it = owner();
  const socket = await MasterSocket.open(master.address, { timeoutMs: 60 }, it);
  await Bun.sleep(150);
  expect(socket.failure).toBeNull();
  socket.expects = true;
  await eventually("it has noticed", () => socket.failure !== null);
  expect(it.seen.failures).toEqual([expect.stringContaining("did not answer")]);
});

test("what its owner throws ends it", async () => {
  using master = new FakeMaster(() => "+OK\r\n");
  const it = owner();
  const throwing = {
    ...it,
    received() {
      throw new Error("nonsense");
    },
  };
  const socket = await MasterSocket.open(master.address, { timeoutMs: 5000 }, throwing);
  socket.write(encodeRequest(["A"]));
  await eventually("it has ended", () => socket.failure !== null);
  expect(it.seen.failures).toEqual(["nonsense"]);
});

test("paused, it receives nothing; resumed, everything", async () => {
  using master = new FakeMaster(() => null);
  const it = owner();
  const socket = await MasterSocket.open(master.address, { timeoutMs: 5000 }, it);
  await eventually("it is there", () => master.connections === 1);
  socket.pause();
  master.push("+one\r\n");
  await Bun.sleep(50);
  expect(it.seen.text).toBe("");
  socket.resume();
  await eventually("it has come", () => it.seen.text === "+one\r\n");
  socket.close();
});

test("a port where nobody listens is told", async () => {
  const master = new FakeMaster(() => null);
  const { address } = master;
  master[Symbol.dispose]();
  const it = owner();
  const outcome = await MasterSocket.open(address, { timeoutMs: 5000 }, it).catch(String);
  expect(outcome).toContain("refused");
});
