import { describe, expect, test } from "bun:test";
import { keepLog } from "../../support/keep-log.ts";
import { follow } from "../../support/replicas.ts";
import {
  type Plain,
  type RespClient,
  replyError,
  startServer,
} from "../../support/start-server.ts";

keepLog();

const READ_ONLY = replyError("READONLY You can't write against a read only replica.");
const MASTER_DOWN = replyError(
  "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
);

const ABORTED = replyError("EXECABORT Transaction discarded because of previous errors.");

const LIBRARY = `#!lua name=lib
redis.register_function('w', function() return redis.call('SET', 'x', 1) end)
redis.register_function{function_name='r', callback=function() return redis.call('GET', 'x') end, flags={'no-writes'}}
redis.register_function{function_name='s', callback=function() return redis.pcall('GET', 'x') end,
  flags={'no-writes', 'allow-stale'}}
redis.register_function{function_name='n', callback=function() return 1 end, flags={'allow-stale', 'no-writes'}}`;

/** Replies to EVAL and FCALL requests, one a line, words between blanks. */
async function replies(client: RespClient, ...lines: readonly string[]): Promise<Plain[]> {
  return client.pipeline(lines.map((line) => line.split(" ")));
}

describe("on a slave", () => {
  test("only what says that it does not write is run, whichever way it is called", async () => {
    await using master = await startServer();
    await using slave = await startServer();
    const [at, to] = [await master.connect(), await slave.connect()];
    await at.call("FUNCTION", "LOAD", LIBRARY);
    await at.call("SET", "x", "v");
    await follow(slave, master);
    expect(
      await replies(to, "FCALL w 0", "FCALL_RO w 0", "FCALL w x", "FCALL r 0", "FCALL_RO r 0"),
    ).toEqual([READ_ONLY, READ_ONLY, READ_ONLY, "v", "v"]);
    expect(await to.call("EVAL_RO", "#!lua\nreturn 1", "0")).toEqual(READ_ONLY);
    expect(await to.call("FUNCTION", "FLUSH")).toEqual(READ_ONLY);
    for (const words of [
      ["FCALL", "w", "0"],
      ["EVAL", "#!lua\nreturn 1", "0"],
    ]) {
      const [, refused, queued, end] = await to.pipeline([
        ["MULTI"],
        words,
        ["FCALL", "r", "0"],
        ["EXEC"],
      ]);
      expect([refused, queued, end]).toEqual([READ_ONLY, "QUEUED", ABORTED]);
    }
    await master.app.stop({ save: false });
    await to.call("CONFIG", "SET", "slave-serve-stale-data", "no");
    await to.call("SLAVEOF", "127.0.0.1", "1");
    const stale = replyError("ERR Can not execute the command on a stale replica");
    expect(await replies(to, "FCALL w 0", "FCALL r 0", "FCALL s 0", "FCALL n 0")).toEqual([
      ...[READ_ONLY, MASTER_DOWN],
      ...[stale, 1],
    ]);
    expect(await to.call("EVAL", "return 1", "0")).toEqual(MASTER_DOWN);
    expect(await to.call("FUNCTION", "LIST")).toEqual(MASTER_DOWN);
  });
});

test("a function that was stopped has changed nothing, and the rest of its turn is there", async () => {
  await using server = await startServer({ "busy-reply-threshold": "50" });
  const client = await server.connect();
  const body = "redis.call('SET', keys[1], 'new') redis.call('SELECT', 1) while true do end";
  const code = `#!lua name=lib\nredis.register_function('f', function(keys) ${body} end)`;
  await client.call("FUNCTION", "LOAD", code);
  const all = await replies(
    client,
    "SET before 1",
    "FCALL f 1 k",
    "SET after 1",
    "MGET before k after",
  );
  expect(all[1]).toEqual(
    replyError("ERR function f was stopped and its writes were undone: it ran longer than 50 ms"),
  );
  expect(all[3]).toEqual(["1", null, "1"]);
  expect(await client.call("FUNCTION", "STATS")).toEqual([
    ...["running_script", null, "engines"],
    ["LUA", ["libraries_count", 1, "functions_count", 1]],
  ]);
});
