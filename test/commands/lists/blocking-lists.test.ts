import { expect, test } from "bun:test";
import {
  type Plain,
  type RespClient,
  replyError,
  startServer,
} from "../../support/start-server.ts";

/**
 * Has clients wait one after the other, runs requests in one pipeline, and answers their replies and those of
 * `served` clients. What redis-server 7.0.15 answers is the same.
 */
async function serve(
  waits: readonly string[],
  requests: readonly string[],
  served: readonly number[],
): Promise<{ replies: Plain[]; served: Plain[]; left: number }> {
  await using server = await startServer();
  const other = await server.connect();
  const { waiters } = server.app.ledis;
  const clients: RespClient[] = [];
  for (const line of waits) {
    const client = await server.connect();
    client.send(...line.split(" "));
    clients.push(client);
    while (waiters.count < clients.length) await other.call("PING");
  }
  const replies = await other.pipeline(requests.map((line) => line.split(" ")));
  const got = await Promise.all(served.map((at) => clients[at]!.readPlain()));
  expect(clients.reduce((sum, client) => sum + client.unread, 0)).toBe(0);
  return { replies, served: got, left: waiters.count };
}

test("a list that is there is popped at once", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("RPUSH", "l", "a", "b", "c", "d", "e");
  expect(await client.call("BLPOP", "no", "l", 0)).toEqual(["l", "a"]);
  expect(await client.call("BRPOP", "l", 0)).toEqual(["l", "e"]);
  expect(await client.call("BLMPOP", 0, 2, "no", "l", "LEFT", "COUNT", 2)).toEqual([
    "l",
    ["b", "c"],
  ]);
  expect(await client.call("BLMOVE", "l", "m", "LEFT", "LEFT", 0)).toBe("d");
  expect(await client.call("BRPOPLPUSH", "m", "l", 0)).toBe("d");
});

test("clients are served in the order in which they came", async () => {
  expect(
    await serve(["BLPOP k 0", "BRPOP k 0", "BLPOP k 0"], ["RPUSH k a b", "EXISTS k"], [0, 1]),
  ).toEqual({
    replies: [2, 0],
    served: [
      ["k", "a"],
      ["k", "b"],
    ],
    left: 1,
  });
});

test("no later command of a pipeline comes before those who wait", async () => {
  expect(await serve(["BLPOP k 0"], ["RPUSH k a", "LPOP k", "LLEN k"], [0])).toEqual({
    replies: [1, null, 0],
    served: [["k", "a"]],
    left: 0,
  });
});

test("of several keys the first that is pushed to serves", async () => {
  expect(
    await serve(["BLPOP a b 0", "BLPOP b a 0"], ["RPUSH b 1", "RPUSH a 2"], [0, 1]),
  ).toMatchObject({
    served: [
      ["b", "1"],
      ["a", "2"],
    ],
    left: 0,
  });
});

test("a key that is named twice serves once", async () => {
  expect(await serve(["BLPOP a a 0"], ["RPUSH a 1 2", "LRANGE a 0 -1"], [0])).toMatchObject({
    replies: [2, ["2"]],
    served: [["a", "1"]],
  });
});

test("a chain of moves is served to its end within the push", async () => {
  expect(
    await serve(
      ["BLPOP c 0", "BRPOPLPUSH b c 0", "BLMOVE a b LEFT RIGHT 0"],
      ["RPUSH a x", "EXISTS a b c"],
      [0, 1, 2],
    ),
  ).toEqual({ replies: [1, 0], served: [["c", "x"], "x", "x"], left: 0 });
});

test("moves in a circle come to rest", async () => {
  expect(
    await serve(["BRPOPLPUSH a b 0", "BRPOPLPUSH b a 0"], ["RPUSH a x", "LRANGE a 0 -1"], [0, 1]),
  ).toEqual({ replies: [1, ["x"]], served: ["x", "x"], left: 0 });
});

test("a move to a key of another type is refused and takes nothing", async () => {
  expect(
    await serve(["BLMOVE a s LEFT LEFT 0", "BLPOP a 0"], ["SET s v", "RPUSH a 1"], [0, 1]),
  ).toMatchObject({
    served: [
      replyError("WRONGTYPE Operation against a key holding the wrong kind of value"),
      ["a", "1"],
    ],
  });
});

test("BLMPOP takes up to COUNT items", async () => {
  expect(
    await serve(["BLMPOP 0 2 a b LEFT COUNT 2", "BLMPOP 0 1 b RIGHT"], ["RPUSH b 1 2 3"], [0, 1]),
  ).toMatchObject({
    served: [
      ["b", ["1", "2"]],
      ["b", ["3"]],
    ],
  });
});

test("a list that comes by RENAME, COPY, MOVE or SWAPDB serves as well", async () => {
  for (const requests of [
    ["RPUSH z 1", "RENAME z a"],
    ["RPUSH z 1", "COPY z a"],
    ["SELECT 1", "RPUSH a 1", "MOVE a 0"],
    ["SELECT 1", "RPUSH a 1", "SWAPDB 0 1"],
  ]) {
    expect(await serve(["BLPOP a 0"], requests, [0])).toMatchObject({ served: [["a", "1"]] });
  }
});

test("another database or another type serves nobody", async () => {
  for (const requests of [["SELECT 1", "RPUSH a 1"], ["SET a v"], ["LPUSHX a 1"]]) {
    expect(await serve(["BLPOP a 0"], requests, [])).toMatchObject({ left: 1 });
  }
});

test("what a client was served with survives a restart as popped", async () => {
  await using server = await startServer();
  const [waiting, other] = [await server.connect(), await server.connect()];
  waiting.send("BLMOVE", "k", "m", "LEFT", "LEFT", 0);
  while (server.app.ledis.waiters.count === 0) await other.call("PING");
  await other.call("RPUSH", "k", "a", "b");
  expect(await waiting.readPlain()).toBe("a");
  await server.restart();
  const client = await server.connect();
  expect(await client.call("LRANGE", "k", 0, -1)).toEqual(["b"]);
  expect(await client.call("LRANGE", "m", 0, -1)).toEqual(["a"]);
});

test("their keys are known to COMMAND GETKEYS", async () => {
  await using server = await startServer();
  const client = await server.connect();
  for (const [line, keys] of [
    ["BLPOP a b 0", ["a", "b"]],
    ["BLMOVE a b LEFT LEFT 0", ["a", "b"]],
    ["BLMPOP 0 2 a b LEFT", ["a", "b"]],
    ["LMPOP 1 a LEFT", ["a"]],
  ] as const) {
    expect(await client.call("COMMAND", "GETKEYS", ...line.split(" "))).toEqual(keys);
  }
});
