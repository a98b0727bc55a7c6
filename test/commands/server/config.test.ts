import { expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { spawnServer } from "../../support/spawn-server.ts";
import { replyError, startServer } from "../../support/start-server.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

test("GET answers what any pattern matches, in any case, and a plain name as it was spelt", async () => {
  await using server = await startServer();
  const client = await server.connect();
  expect(await client.wire("CONFIG", "GET", "MaxMemory")).toBe(
    "*2\r\n$9\r\nMaxMemory\r\n$1\r\n0\r\n",
  );
  expect(await client.call("CONFIG", "GET", "maxclients", "timeout")).toEqual([
    "maxclients",
    "10000",
    "timeout",
    "0",
  ]);
  expect(await client.call("CONFIG", "GET", "SLOWLOG-*")).toEqual([
    "slowlog-log-slower-than",
    "10000",
    "slowlog-max-len",
    "128",
  ]);
  expect(await client.call("CONFIG", "GET", "nosuch")).toEqual([]);
  const all = (await client.call("CONFIG", "GET", "*")) as string[];
  expect(all).toContain("data_dir");
  await client.call("HELLO", 3);
  expect(await client.wire("CONFIG", "GET", "timeout")).toBe("%1\r\n$7\r\ntimeout\r\n$1\r\n0\r\n");
});

test("SET changes all options or none", async () => {
  await using server = await startServer();
  const client = await server.connect();
  expect(await client.wire("CONFIG", "SET", "timeout", "100", "slowlog-max-len", "5")).toBe(
    "+OK\r\n",
  );
  expect(server.app.config.get("timeout")).toBe(100);
  for (const [words, error] of [
    [["timeout", "7", "maxclients", "x"], "argument couldn't be parsed into an integer"],
    [["timeout", "7", "timeout", "8"], "duplicate parameter"],
    [["timeout", "7", "data_dir", "/"], "can't set immutable config"],
  ] as const) {
    const name = words[2];
    expect(await client.call("CONFIG", "SET", ...words)).toEqual(
      replyError(`ERR CONFIG SET failed (possibly related to argument '${name}') - ${error}`),
    );
  }
  expect(await client.call("CONFIG", "SET", "timeout", "7", "slowlog-max-len")).toEqual(
    replyError("ERR syntax error"),
  );
  expect(await client.call("CONFIG", "SET", "nosuch", "7")).toEqual(
    replyError("ERR Unknown option or number of arguments for CONFIG SET - 'nosuch'"),
  );
  expect(server.app.config.get("timeout")).toBe(100);
});

test("wrong numbers of words name the subcommand", async () => {
  await using server = await startServer();
  const client = await server.connect();
  for (const [words, name] of [
    [[], "config"],
    [["GET"], "config|get"],
    [["SET", "a"], "config|set"],
    [["REWRITE", "x"], "config|rewrite"],
    [["RESETSTAT", "x"], "config|resetstat"],
  ] as const) {
    expect(await client.call("CONFIG", ...words)).toEqual(
      replyError(`ERR wrong number of arguments for '${name}' command`),
    );
  }
});

test("REWRITE needs a file, and writes what was changed into it", async () => {
  await using server = await startServer();
  const client = await server.connect();
  expect(await client.call("CONFIG", "REWRITE")).toEqual(
    replyError("ERR The server is running without a config file"),
  );
  using directory = temporaryDirectory();
  const file = join(directory.path, "ledis.json");
  writeFileSync(file, "{}");
  await using other = await spawnServer(["--config", file]);
  await using another = await other.connect();
  await another.call("CONFIG", "SET", "timeout", "77");
  expect(await another.call("CONFIG", "REWRITE")).toBe("OK");
  expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ timeout: 77 });
});

test("RESETSTAT sets the counters back", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("GET", "nosuch");
  await client.call("NOSUCH");
  expect(server.app.ledis.lookups.misses).toBe(1);
  expect(await client.call("CONFIG", "RESETSTAT")).toBe("OK");
  expect(server.app.ledis.lookups.misses).toBe(0);
  expect(server.app.stats.errorReplies).toBe(0);
  const stats = `${await client.call("INFO", "commandstats")}`;
  expect(stats).not.toContain("cmdstat_get");
  expect(stats).toContain("cmdstat_config|resetstat:calls=1,");
});

test("the slow log follows its options at once", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("CONFIG", "SET", "slowlog-log-slower-than", "0", "slowlog-max-len", "2");
  for (let i = 0; i < 5; i++) await client.call("PING");
  expect(await client.call("SLOWLOG", "LEN")).toBe(2);
  await client.call("CONFIG", "SET", "slowlog-log-slower-than", "-1");
  await client.call("SLOWLOG", "RESET");
  await client.call("PING");
  expect(await client.call("SLOWLOG", "LEN")).toBe(0);
});

test("the access log is nothing for clients, unless they may change what is protected", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const refused = replyError(
    "ERR CONFIG SET failed (possibly related to argument 'access_log') - can't set protected config",
  );
  expect(await client.call("CONFIG", "SET", "maxclients", 9, "access_log", "a.log")).toEqual(
    refused,
  );
  expect(await client.call("CONFIG", "GET", "maxclients")).toEqual(["maxclients", "10000"]);
  await server.restart({ "enable-protected-configs": "local" });
  const local = await server.connect();
  expect(await local.call("CONFIG", "SET", "access_log", "a.log")).toBe("OK");
});

test("the access log is switched on and off, and a bad name is refused", async () => {
  await using server = await startServer({ "enable-protected-configs": "yes" });
  const client = await server.connect();
  expect(await client.call("CONFIG", "SET", "access_log", "requests.log")).toBe("OK");
  await client.call("SET", "a", "b");
  await client.call("AUTH", "default", "secret");
  const bad = await client.call("CONFIG", "SET", "access_log", "/proc/nosuch/x");
  expect(bad).toMatchObject({
    error: expect.stringContaining("argument 'access_log') - Cannot open the access log"),
  });
  expect(await client.call("CONFIG", "GET", "access_log")).toEqual(["access_log", "requests.log"]);
  expect(await client.call("CONFIG", "SET", "access_log", "")).toBe("OK");
  const file = join(server.directory, "data/requests.log");
  while (!existsSync(file) || readFileSync(file, "utf8").split("\n").length < 5) await Bun.sleep(1);
  const lines = readFileSync(file, "utf8");
  expect(lines).toMatch(
    /^\[[\d/]+ [\d:]+\] 127\.0\.0\.1:\d+ "CONFIG SET access_log requests\.log" /,
  );
  expect(lines).toMatch(/"SET a b" \d+ \[OK\]\n/);
  expect(lines).toMatch(/"AUTH \(redacted\) \(redacted\)" \d+ \[OK\]\n/);
  expect(lines).not.toContain("secret");
});

test("limits of requests hold for the connections that are there", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("PING");
  await client.call("CONFIG", "SET", "proto-max-bulk-len", "1mb");
  client.sendBytes("*2\r\n$4\r\nECHO\r\n$1048577\r\n");
  expect(await client.readPlain()).toEqual(replyError("ERR Protocol error: invalid bulk length"));
  await client.closed;
});
