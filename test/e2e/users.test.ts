/** Users with rules, as people have them: a file, client libraries, tools, slaves, and logs that keep secrets. */

import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RedisClient } from "bun";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { runLedis, spawnServer } from "../support/spawn-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

// Processes, disks and clocks take their time on a busy machine.
setDefaultTimeout(60_000);

const RULES = [
  "user default off",
  "user admin on >top-secret ~* &* +@all",
  "user app on >app-secret ~app:* &app:* +@all -@dangerous +info +client|list",
  "user slave on >slave-secret +replconf +sync +fullsync",
];

/** A server with users; its directory holds their file. */
async function serverWithUsers(...args: string[]) {
  const directory = temporaryDirectory();
  const file = join(directory.path, "users.acl");
  writeFileSync(file, `${RULES.join("\n")}\n`);
  const server = await spawnServer(["--aclfile", file, ...args], directory.path);
  return {
    server,
    file,
    directory: directory.path,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      directory[Symbol.dispose]();
    },
  };
}

test("ioredis comes in as a user, and is held to its rules", async () => {
  await using of = await serverWithUsers();
  const options = { port: of.server.port, host: "127.0.0.1" };
  for (const protocol of [2, 3] as const) {
    const redis = new Redis({ ...options, username: "app", password: "app-secret", protocol });
    expect(await redis.set("app:a", "1")).toBe("OK");
    await expect(redis.set("b", "1")).rejects.toThrow("NOPERM");
    await expect(redis.flushall()).rejects.toThrow("NOPERM");
    expect(await redis.multi().incr("app:a").get("app:a").exec()).toEqual([
      [null, 2],
      [null, "2"],
    ]);
    await expect(redis.subscribe("other")).rejects.toThrow("NOPERM");
    expect(await redis.subscribe("app:news")).toBe(1);
    redis.disconnect();
  }
  const wrong = new Redis({ ...options, username: "app", password: "bad", lazyConnect: true });
  wrong.on("error", () => {});
  await expect(wrong.get("app:a")).rejects.toThrow(/WRONGPASS|NOAUTH|closed|retries/i);
  wrong.disconnect();
});

test("node-redis and Bun's client do so, too", async () => {
  await using of = await serverWithUsers();
  const url = `redis://app:app-secret@127.0.0.1:${of.server.port}`;
  for (const RESP of [2, 3] as const) {
    const redis = createClient({ url, RESP });
    await redis.connect();
    expect(await redis.set("app:a", "1")).toBe("OK");
    await expect(redis.get("b")).rejects.toThrow("NOPERM");
    expect(`${await redis.sendCommand(["ACL", "WHOAMI"])}`).toBe("app");
    redis.destroy();
  }
  const admin = createClient({ url: url.replace("app:app-secret", "admin:top-secret") });
  await admin.connect();
  expect(await admin.aclUsers()).toEqual(["admin", "app", "default", "slave"]);
  expect(await admin.aclGetUser("app")).toMatchObject({ flags: ["on"], keys: "~app:*" });
  admin.destroy();
  const bun = new RedisClient(url);
  await bun.connect();
  expect(await bun.get("app:a")).toBe("1");
  expect(bun.get("b")).rejects.toThrow("NOPERM");
  bun.close();
});

test("the command line names a user", async () => {
  await using of = await serverWithUsers();
  const cli = (...args: string[]) => runLedis("cli", "-p", `${of.server.port}`, ...args);
  const app = ["--user", "app", "--pass", "app-secret", "--no-auth-warning"];
  expect(await cli(...app, "SET", "app:a", "1")).toMatchObject({ stdout: "OK\n" });
  expect((await cli(...app, "GET", "b")).stdout).toContain("NOPERM");
  expect((await cli("PING")).stdout).toContain("NOAUTH");
});

test("a slave follows as a user that may do nothing else", async () => {
  await using of = await serverWithUsers();
  const master = await of.server.connect();
  await master.call("AUTH", "app", "app-secret");
  await master.call("SET", "app:a", "1");
  const options = { slaveof: `127.0.0.1:${of.server.port}`, masteruser: "slave" };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  await using slave = await spawnServer([...args, "--masterauth", "slave-secret"]);
  const client = await slave.connect();
  while ((await client.call("GET", "app:a")) !== "1") await Bun.sleep(1);
  expect(await client.call("ACL", "USERS")).toEqual(["default"]);
});

test("passwords stand in no log and no file", async () => {
  await using of = await serverWithUsers("--access_log", "access.log", "--loglevel", "debug");
  const [admin, monitor] = [await of.server.connect(), await of.server.connect()];
  for (const client of [admin, monitor]) await client.call("AUTH", "admin", "top-secret");
  await admin.call("CONFIG", "SET", "slowlog-log-slower-than", "0");
  await monitor.call("MONITOR");
  await admin.call("ACL", "SETUSER", "new", "on", ">new-secret", "+get");
  await admin.call("ACL", "SETUSR", "new", ">new-secret");
  await admin.call("ACL", "SETUSER", "new", "<no-secret", "(+nosuch");
  await admin.call("ACL", "SETUSER", "new", "#no-secret");
  await admin.call("AUTH", "new", "bad-secret");
  await admin.call("ACL", "SAVE");
  await admin.call("PING");
  const lines = [await monitor.readPlain()];
  while (!`${lines.at(-1)}`.includes("PING")) lines.push(await monitor.readPlain());
  const slowLog = JSON.stringify(await admin.call("SLOWLOG", "GET", "100"));
  const aclLog = JSON.stringify(await admin.call("ACL", "LOG"));
  of.server.process.kill("SIGTERM");
  const { stderr, stdout } = await of.server.outcome;
  const accessLog = readFileSync(join(of.directory, "data/access.log"), "utf8");
  expect(slowLog).toContain("(redacted)");
  expect(accessLog).toContain("ACL SETUSER (redacted) (redacted)");
  expect(readFileSync(of.file, "utf8")).toContain("user new on #");
  for (const text of [lines.join(), slowLog, aclLog, accessLog, stderr, stdout]) {
    expect(text).not.toContain("-secret");
  }
  expect(readFileSync(of.file, "utf8")).not.toContain("-secret");
});

test("a server whose file is not good ends with one line", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "users.acl");
  writeFileSync(file, "user app on >app-secret\nuser bob +nosuch\n");
  const args = ["--addr", "127.0.0.1:0", "--data-dir", join(directory.path, "data")];
  const outcome = await runLedis("server", ...args, "--aclfile", file);
  expect(outcome.status).toBe(1);
  expect(outcome.stderr.trimEnd().split("\n")).toHaveLength(1);
  expect(outcome.stderr).toContain("users.acl:2: Error in applying operation '+nosuch'");
});
