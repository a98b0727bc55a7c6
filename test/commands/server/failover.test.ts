import { expect, test } from "bun:test";
import { replyError, startServer } from "../../support/start-server.ts";

test("words are read as in Redis", async () => {
  await using server = await startServer();
  await using client = await server.connect();
  const lonely = replyError("ERR FAILOVER requires connected replicas.");
  const syntax = replyError("ERR syntax error");
  const noInteger = replyError("ERR value is not an integer or out of range");
  for (const [words, reply] of [
    ["", lonely],
    ["ABORT", replyError("ERR No failover in progress.")],
    ["TIMEOUT 0", replyError("ERR FAILOVER timeout must be greater than 0")],
    ["TIMEOUT x", noInteger],
    ["TO a", syntax],
    ["TO a b", noInteger],
    ["FORCE", lonely],
    ["to a 1 force", lonely],
    ["ABORT TIMEOUT 5", syntax],
    ["x", syntax],
    ["TO a 1", lonely],
    ["TIMEOUT", syntax],
    ["TO a 1 TO b 2", syntax],
  ] as const) {
    const reply_ = await client.call("FAILOVER", ...words.split(" ").filter((word) => word !== ""));
    expect([words, reply_]).toEqual([words, reply]);
  }
});
