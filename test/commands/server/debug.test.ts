import { expect, test } from "bun:test";
import { join } from "node:path";
import { replyError, startServer } from "../../support/start-server.ts";

const refused = replyError(
  'ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.',
);

test("DEBUG is refused unless an option allows it, which cannot be set at run time", async () => {
  await using server = await startServer();
  const client = await server.connect();
  expect(await client.call("DEBUG", "SLEEP", 10)).toEqual(refused);
  expect(await client.call("CONFIG", "SET", "enable-debug-command", "yes")).toMatchObject({
    error: expect.stringContaining("can't set immutable config"),
  });
});

test("local means clients of this machine, over TCP or a unix socket", async () => {
  await using server = await startServer({ "enable-debug-command": "local" });
  const client = await server.connect();
  expect(await client.call("DEBUG", "SET-ACTIVE-EXPIRE", 1)).toBe("OK");
  const path = join(server.directory, "ledis.sock");
  await using other = await startServer({ "enable-debug-command": "local", addr: path });
  const unix = await other.connect({ kind: "unix", path });
  expect(await unix.call("DEBUG", "SET-ACTIVE-EXPIRE", 1)).toBe("OK");
});

test("what tests need is there", async () => {
  await using server = await startServer({ "enable-debug-command": "yes" });
  const client = await server.connect();
  await client.call("SET", "a", "b");
  expect(await client.call("DEBUG", "FLUSH")).toBe("OK");
  expect(server.app.ledis.keyspace.stats().memtableRows).toBe(0);
  expect(await client.call("DEBUG", "STRINGMATCH-LEN", 1000, "a*a")).toBe(1);
  expect(await client.call("DEBUG", "STRINGMATCH-LEN", 1000, "a*b")).toBe(0);
  expect(await client.call("DEBUG", "ERROR", "MYCODE text")).toEqual(replyError("MYCODE text"));
  const started = performance.now();
  expect(await client.call("DEBUG", "SLEEP", "0.03")).toBe("OK");
  expect(performance.now() - started).toBeGreaterThan(25);
});

test("RELOAD and LOADAOF have everything read from SQLite again", async () => {
  await using server = await startServer({ "enable-debug-command": "yes" });
  const client = await server.connect();
  for (const word of ["RELOAD", "LOADAOF"]) {
    await client.call("RPUSH", "list", word);
    await client.call("SET", "string", word, "PX", 100_000);
    expect(await client.call("DEBUG", word)).toBe("OK");
    const { memtableRows, cacheBytes } = server.app.ledis.keyspace.stats();
    expect([memtableRows, cacheBytes]).toEqual([0, 0]);
    expect(await client.call("LRANGE", "list", -1, -1)).toEqual([word]);
    expect(await client.call("GET", "string")).toBe(word);
    expect(await client.call("PTTL", "string")).toBeGreaterThan(90_000);
  }
});

test("OBJECT tells encoding and length of a value in Redis's form", async () => {
  await using server = await startServer({ "enable-debug-command": "yes" });
  const client = await server.connect();
  await client.call("SET", "a", "abc");
  expect(await client.call("DEBUG", "OBJECT", "a")).toBe(
    "Value at:0x0 refcount:1 encoding:embstr serializedlength:4 lru:0 lru_seconds_idle:0",
  );
  expect(await client.call("DEBUG", "OBJECT", "none")).toEqual(replyError("ERR no such key"));
});

test("without the expiry cycle, an expired key is hidden but stays until somebody asks for it", async () => {
  await using server = await startServer({ "enable-debug-command": "yes" });
  const client = await server.connect();
  await client.call("DEBUG", "SET-ACTIVE-EXPIRE", 0);
  await client.call("SET", "a", "b", "PX", 1);
  await Bun.sleep(150);
  expect(server.app.ledis.expiry.expiredCount).toBe(0);
  await client.call("DEBUG", "SET-ACTIVE-EXPIRE", 1);
  while (server.app.ledis.expiry.expiredCount === 0) await Bun.sleep(1);
});

test("another subcommand is refused in Redis's words", async () => {
  await using server = await startServer({ "enable-debug-command": "yes" });
  const client = await server.connect();
  for (const words of [["FOO"], ["SLEEP"], ["FLUSH", "x"]]) {
    expect(await client.call("DEBUG", ...words)).toEqual(
      replyError(
        `ERR unknown subcommand or wrong number of arguments for '${words[0]}'. Try DEBUG HELP.`,
      ),
    );
  }
  expect(await client.call("DEBUG", "HELP")).toContain("FLUSH");
});
