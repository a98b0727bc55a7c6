import { expect, test } from "bun:test";
import { LinkError } from "../../src/replication/link-error.ts";
import { MasterConnection } from "../../src/replication/master-connection.ts";
import { clientOf, identity } from "../support/certificates.ts";
import { FakeMaster } from "../support/fake-master.ts";
import { eventually } from "../support/replicas.ts";

const reasonOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "no error",
    (error) => (error instanceof LinkError ? error.message : `another error: ${error}`),
  );

test("requests are answered in their order, several under way at once", async () => {
  using master = new FakeMaster((words) => `+${words.join("-")}\r\n`);
  const connection = await MasterConnection.open(master.address, { timeoutMs: 5000 });
  let heard = 0;
  connection.onReceived((bytes) => {
    heard += bytes;
  });
  const replies = await Promise.all([connection.call("A", 1), connection.call("B")]);
  expect(replies).toEqual([
    { kind: "status", text: "A-1" },
    { kind: "status", text: "B" },
  ]);
  expect(heard).toBe("+A-1\r\n+B\r\n".length);
  connection.close();
});

test("a large request goes out whole", async () => {
  using master = new FakeMaster((words) => `:${words[1]!.length}\r\n`);
  const connection = await MasterConnection.open(master.address, { timeoutMs: 5000 });
  const reply = await connection.call("ECHO", new Uint8Array(20 << 20));
  expect(reply).toEqual({ kind: "integer", value: 20 << 20 });
  connection.close();
});

test("a port where nobody listens is told", async () => {
  const master = new FakeMaster(() => null);
  const { address } = master;
  master[Symbol.dispose]();
  expect(await reasonOf(MasterConnection.open(address, { timeoutMs: 5000 }))).toContain("refused");
});

test("what is under way fails when the connection is lost, and nothing is sent any more", async () => {
  using master = new FakeMaster(() => null);
  const connection = await MasterConnection.open(master.address, { timeoutMs: 5000 });
  const replies = [connection.call("A"), connection.call("B")];
  await eventually("it has arrived", () => master.requests.length === 2);
  master.cut();
  for (const reply of replies) expect(await reasonOf(reply)).toContain("closed the connection");
  expect(connection.isClosed).toBe(true);
  expect(await reasonOf(connection.call("C"))).toContain("closed the connection");
});

test("a master that does not answer is given up, one that is asked nothing is not", async () => {
  using master = new FakeMaster(() => null);
  const connection = await MasterConnection.open(master.address, { timeoutMs: 60 });
  await Bun.sleep(150);
  expect(connection.isClosed).toBe(false);
  expect(await reasonOf(connection.call("A"))).toContain("did not answer");
  expect(connection.isClosed).toBe(true);
});

test("what is no reply, or comes unasked, ends the connection", async () => {
  using master = new FakeMaster(() => "nonsense\r\n");
  const connection = await MasterConnection.open(master.address, { timeoutMs: 5000 });
  expect(await reasonOf(connection.call("A"))).toContain("unexpected reply type");
  const other = await MasterConnection.open(master.address, { timeoutMs: 5000 });
  await eventually("both are there", () => master.connections === 2);
  master.push("+unasked\r\n");
  await eventually("it has noticed", () => other.isClosed);
});

test("TLS is used when it is asked for, and a master that is not trusted is told", async () => {
  using master = new FakeMaster(() => "+OK\r\n", identity("server"));
  const connection = await MasterConnection.open(master.address, {
    timeoutMs: 5000,
    tls: clientOf(),
  });
  expect(await connection.call("A")).toEqual({ kind: "status", text: "OK" });
  connection.close();
  const distrust = MasterConnection.open(master.address, {
    timeoutMs: 5000,
    tls: clientOf(undefined, "other-ca"),
  });
  expect(await reasonOf(distrust)).toStartWith("TLS handshake failed: ");
});

test("closing fails what is under way", async () => {
  using master = new FakeMaster(() => null);
  const connection = await MasterConnection.open(master.address, { timeoutMs: 5000 });
  const reply = connection.call("A");
  connection.close();
  expect(await reasonOf(reply)).toBe("the link was given up");
});
