import { expect, test } from "bun:test";
import { decodeSyncAnswer } from "../../../src/replication/sync-answer.ts";
import { keepLog } from "../../support/keep-log.ts";
import { replyError, startServer } from "../../support/start-server.ts";

keepLog();

test("REPLICAOF and SLAVEOF check their words as Redis does", async () => {
  await using server = await startServer();
  const client = await server.connect();
  for (const name of ["REPLICAOF", "SLAVEOF"]) {
    for (const port of ["70000", "-1", "x", "", "1.5"]) {
      expect(await client.call(name, "127.0.0.1", port)).toEqual(
        replyError("ERR Invalid master port"),
      );
    }
    const arity = replyError(`ERR wrong number of arguments for '${name.toLowerCase()}' command`);
    for (const words of [[], ["a"], ["a", "1", "2"]]) {
      expect(await client.call(name, ...words)).toEqual(arity);
    }
    expect(await client.call(name, "nO", "oNe")).toBe("OK");
  }
  expect(server.app.replication.isFollowing).toBe(false);
});

test("a slave is no one to send REPLICAOF", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("REPLCONF", "HELLO", 1, "a".repeat(40), 7000);
  expect(await client.call("REPLICAOF", "NO", "ONE")).toEqual(
    replyError("ERR Command is not valid when client is a replica."),
  );
});

test("ROLE answers who leads, and HELLO says it", async () => {
  await using server = await startServer();
  const client = await server.connect();
  expect(await client.call("HELLO")).toContain("master");
  const { offset } = server.app.ledis.keyspace.history;
  expect(await client.wire("ROLE")).toBe(`*3\r\n$6\r\nmaster\r\n:${offset}\r\n*0\r\n`);
  await client.call("SLAVEOF", "localhost", 1);
  expect(await client.call("ROLE")).toEqual([
    ...["slave", "localhost", 1, expect.stringMatching(/^connect(ing)?$/), -1],
  ]);
  expect(await client.call("HELLO")).toContain("replica");
});

test("REPLCONF takes Redis's options, and refuses what nobody knows", async () => {
  await using server = await startServer();
  const client = await server.connect();
  for (const words of [
    [],
    ["listening-port", "7000", "capa", "eof", "CAPA", "psync2"],
    ["ip-address", "10.0.0.1"],
    ["GETACK", "*"],
    ["ACK", "5"],
  ]) {
    expect(await client.call("REPLCONF", ...words)).toBe("OK");
  }
  expect(await client.call("REPLCONF", "a")).toEqual(replyError("ERR syntax error"));
  expect(await client.call("REPLCONF", "listening-port", "x")).toEqual(
    replyError("ERR value is not an integer or out of range"),
  );
  expect(await client.call("REPLCONF", "foo", "bar")).toEqual(
    replyError("ERR Unrecognized REPLCONF option: foo"),
  );
});

test("REPLCONF HELLO answers who this is", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const { runId, ledis } = server.app;
  expect(await client.call("REPLCONF", "HELLO", 1, "a".repeat(40), 7000)).toEqual([
    ...["ledis", "1", "run-id", runId, "role", "master", "chain", ""],
    ...["offset", `${ledis.keyspace.history.offset}`],
  ]);
  expect(await client.call("REPLCONF", "HELLO", 2, "a".repeat(40), 7000)).toEqual(
    replyError("ERR unsupported replication protocol 2"),
  );
  expect(await client.call("REPLCONF", "HELLO", 1, runId, 7000)).toEqual(
    replyError("ERR replication loop: this server follows the one that asks"),
  );
  expect(await client.call("REPLCONF", "HISTORY", "xyz")).toEqual(
    replyError("ERR invalid history id"),
  );
  expect(await client.call("REPLCONF", "HISTORY", "AB".repeat(16))).toBe("OK");
  expect(await client.call("REPLCONF", "FSYNCED", 1, 40)).toBe("OK");
});

test("SYNC answers the log to whoever asks, at once", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SET", "a", "b");
  const { file, offset } = server.app.ledis.keyspace.position;
  const ask = async (...place: readonly (number | string)[]) => {
    const reply = await client.reply("SYNC", ...place);
    return reply.kind === "bulk" ? decodeSyncAnswer(reply.bytes, 1 << 20) : reply;
  };
  const whole = await ask(file, 0);
  expect(whole).toMatchObject({ file, offset });
  expect("bytes" in whole! ? whole.bytes.length : 0).toBe(offset);
  expect(await ask(file, offset)).toMatchObject({ file, offset });
  expect(await ask(file, offset + 1)).toMatchObject({ file: -1, offset: offset + 1 });
  expect(await ask(0, 0)).toMatchObject({ file: -1, offset: 0 });
  expect(await ask(-5, -7)).toMatchObject({ file: -1, offset: -7 });
  expect(await ask("9223372036854775807", 0)).toMatchObject({ file: -1 });
  for (const words of [
    ["x", 0],
    [1, "x"],
    [1, "1.5"],
  ]) {
    expect(await client.call("SYNC", ...words)).toEqual(
      replyError("ERR value is not an integer or out of range"),
    );
  }
  expect(await client.call("SYNC", 1)).toEqual(
    replyError("ERR wrong number of arguments for 'sync' command"),
  );
});

test("SYNC of a history that is not this one sends to a full copy", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SET", "a", "b");
  const { history } = server.app.ledis.keyspace;
  const { file, offset } = history.position;
  const fileOf = async () => {
    const reply = await client.reply("SYNC", file, offset);
    return reply.kind === "bulk" ? decodeSyncAnswer(reply.bytes, 1 << 20)?.file : null;
  };
  await client.call("REPLCONF", "HISTORY", history.id.toHex());
  expect(await fileOf()).toBe(file);
  await client.call("REPLCONF", "HISTORY", "00".repeat(16));
  expect(await fileOf()).toBe(-1);
  expect(await fileOf()).toBe(file);
});

test("FULLSYNC is for slaves, and NEXT for those who have begun", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SET", "a", "b");
  expect(await client.call("FULLSYNC")).toEqual(
    replyError("ERR FULLSYNC is for slaves: REPLCONF HELLO has to come first"),
  );
  expect(await client.call("FULLSYNC", "NEXT")).toEqual(
    replyError("ERR no full copy is under way: FULLSYNC first"),
  );
  expect(await client.call("FULLSYNC", "x")).toEqual(replyError("ERR syntax error"));
  await client.call("REPLCONF", "HELLO", 1, "a".repeat(40), 7000);
  expect((await client.reply("FULLSYNC")).kind).toBe("bulk");
  let blocks = 0;
  while ((await client.call("FULLSYNC", "NEXT")) !== null) blocks++;
  expect(blocks).toBeGreaterThan(0);
});

test("WAIT and WAITAOF check their words as Redis does", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const notInteger = replyError("ERR value is not an integer or out of range");
  expect(await client.call("WAIT", "a", "b")).toEqual(notInteger);
  for (const timeout of ["x", "1.5"]) {
    expect(await client.call("WAIT", 1, timeout)).toEqual(
      replyError("ERR timeout is not an integer or out of range"),
    );
  }
  expect(await client.call("WAIT", 1, -1)).toEqual(replyError("ERR timeout is negative"));
  expect(await client.call("WAIT", -5, 0)).toBe(0);
  expect(await client.call("WAIT", 0, 0)).toBe(0);
  expect(await client.call("WAITAOF", 2, 0, 0)).toEqual(
    replyError("ERR value is out of range, must be between 0 and 1"),
  );
  expect(await client.call("WAITAOF", 0, -1, 0)).toEqual(
    replyError("ERR value is out of range, must be positive"),
  );
  await client.call("SET", "a", "b");
  expect(await client.call("WAITAOF", 1, 0, 5000)).toEqual([1, 0]);
  await client.call("SLAVEOF", "127.0.0.1", 1);
  expect(await client.call("WAIT", 0, 10)).toEqual({
    error: expect.stringContaining("WAIT cannot be used with replica instances."),
  });
  expect(await client.call("WAITAOF", 0, 0, 10)).toEqual({
    error: expect.stringContaining("WAITAOF cannot be used with replica instances."),
  });
});
