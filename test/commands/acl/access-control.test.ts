import { expect, test } from "bun:test";
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { replyError, startServer, type TestServer } from "../../support/start-server.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const noAuth = replyError("NOAUTH Authentication required.");

/** A connection of this user, whose password is its name. */
async function clientOf(server: TestServer, user: string) {
  const client = await server.connect();
  expect(await client.call("AUTH", user, user)).toBe("OK");
  return client;
}

test("users of a file are there at the start; LOAD and SAVE read and write it", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "users.acl");
  writeFileSync(file, "user alice on >alice ~a* +@all\nuser default on nopass ~* &* +@all\n");
  chmodSync(file, 0o644);
  await using server = await startServer({ aclfile: file });
  const admin = await server.connect();
  const alice = await clientOf(server, "alice");
  expect(await alice.call("GET", "b")).toMatchObject({ error: expect.stringContaining("NOPERM") });
  await admin.call("ACL", "SETUSER", "bob", "on", ">bob", "+get", "~x", "(+set ~y)");
  const users = await admin.call("ACL", "LIST");
  expect(await admin.call("ACL", "SAVE")).toBe("OK");
  expect(readFileSync(file, "utf8")).toBe(`${(users as string[]).join("\n")}\n`);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  await admin.call("ACL", "DELUSER", "bob");
  expect(await admin.call("ACL", "LOAD")).toBe("OK");
  expect(await admin.call("ACL", "LIST")).toEqual(users);
  // As in Redis: the clients of all users that there were, but for the default one.
  await alice.closed;
  expect(await admin.call("PING")).toBe("PONG");
  await server.restart();
  expect(await (await server.connect()).call("ACL", "LIST")).toEqual(users);
});

test("a file that is not good changes nothing; SAVE makes one that is gone", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "users.acl");
  writeFileSync(file, "user alice on >alice +@all ~*\n");
  await using server = await startServer({ aclfile: file });
  const [admin, alice] = [await server.connect(), await clientOf(server, "alice")];
  const users = await admin.call("ACL", "LIST");
  writeFileSync(file, "user bob +nosuch\n");
  expect(await admin.call("ACL", "LOAD")).toEqual(
    replyError(
      `ERR ${file}:1: Error in applying operation '+nosuch': Unknown command or category name in ACL. WARNING: ACL errors detected, no change to the previously active ACL rules was performed`,
    ),
  );
  expect(await admin.call("ACL", "LIST")).toEqual(users);
  expect(await alice.call("PING")).toBe("PONG");
  directory[Symbol.dispose]();
  expect(await admin.call("ACL", "LOAD")).toEqual(
    replyError(`ERR Error loading ACLs, opening file '${file}': No such file or directory`),
  );
  expect(await admin.call("ACL", "SAVE")).toEqual(
    replyError(
      "ERR There was an error trying to save the ACLs. Please check the server logs for more information",
    ),
  );
});

test("users that a file would make others of are not saved", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "users.acl");
  writeFileSync(file, "user alice on\n");
  await using server = await startServer({ aclfile: file });
  const admin = await server.connect();
  await admin.call("ACL", "SETUSER", "alice", "%RW~*", "~a");
  expect(await admin.call("ACL", "SAVE")).toBe("OK");
  expect(await admin.call("ACL", "LOAD")).toBe("OK");
  const saved = readFileSync(file, "utf8");
  for (const rule of ["+del|a b", "+del|a\nuser eve on nopass +@all ~*", "(~a) +get)"]) {
    await admin.call("ACL", "SETUSER", "bob", "reset", rule);
    expect(await admin.call("ACL", "SAVE")).toMatchObject({
      error: expect.stringContaining("There was an error trying to save the ACLs"),
    });
  }
  expect(readFileSync(file, "utf8")).toBe(saved);
});

test.each([
  ["user alice +nosuch", /^aclfile: .*:1: Error in applying operation '\+nosuch': [^\n]*$/],
  [null, /^aclfile: Error loading ACLs, opening file '[^\n]*': No such file or directory$/],
])("the server does not start with %p", async (text, error) => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "users.acl");
  if (text !== null) writeFileSync(file, text);
  await expect(startServer({ aclfile: file })).rejects.toThrow(error);
});

test("a deleted user's connections are closed, the one that asks gets its answer", async () => {
  await using server = await startServer();
  const admin = await server.connect();
  for (const name of ["bob", "eve"]) {
    await admin.call("ACL", "SETUSER", name, "on", `>${name}`, "+@all", "~*", "&*");
  }
  const [bob, other, eve] = [
    await clientOf(server, "bob"),
    await clientOf(server, "bob"),
    await clientOf(server, "eve"),
  ];
  other.send("BLPOP", "list", "0");
  expect(await bob.call("ACL", "DELUSER", "bob", "nobody", "bob")).toBe(1);
  await Promise.all([bob.closed, other.closed]);
  expect(await eve.call("ACL", "USERS")).toEqual(["default", "eve"]);
});

test("subscribers stay while they may read all they are subscribed to", async () => {
  await using server = await startServer();
  const admin = await server.connect();
  const set = (...rules: string[]) => admin.call("ACL", "SETUSER", "bob", ...rules);
  await set("on", ">bob", "+@all", "&a", "&p*", "&s");
  const kinds = [
    ["SUBSCRIBE", "a"],
    ["SSUBSCRIBE", "s"],
    ["PSUBSCRIBE", "p*"],
  ] as const;
  const subscribers = await Promise.all(
    kinds.map(async ([command, channel]) => {
      const client = await clientOf(server, "bob");
      await client.call(command, channel);
      return client;
    }),
  );
  const silent = await clientOf(server, "bob");
  await set("&more");
  await set("resetchannels", "&more", "&s", "&p*", "&?");
  await subscribers[0]!.call("PING");
  await set("resetchannels", "&p?", "&s");
  await Promise.all([subscribers[0]!.closed, subscribers[2]!.closed]);
  await set("resetchannels");
  await subscribers[1]!.closed;
  expect(await silent.call("PING")).toBe("PONG");
});

test("whoever is there when no password is needed any more may go on", async () => {
  await using server = await startServer({ requirepass: "pw" });
  const [admin, other] = [await server.connect(), await server.connect()];
  await admin.call("AUTH", "pw");
  expect(await other.call("PING")).toEqual(noAuth);
  await admin.call("ACL", "SETUSER", "default", "nopass");
  expect(await other.call("PING")).toBe("PONG");
  await admin.call("ACL", "SETUSER", "default", "off");
  expect(await (await server.connect()).call("PING")).toEqual(noAuth);
  expect(await other.call("PING")).toBe("PONG");
});

test("what was refused is in the log, with the client", async () => {
  await using server = await startServer();
  const admin = await server.connect();
  await admin.call("ACL", "SETUSER", "bob", "on", ">bob", "+get", "+eval", "+multi", "~a");
  const bob = await clientOf(server, "bob");
  await bob.call("GET", "x");
  await bob.call("SET", "a", "x");
  await bob.call("EVAL", "return redis.pcall('GET', 'y')", "0");
  await bob.call("MULTI");
  await bob.call("GET", "z");
  await bob.call("auth", "nobody", "x");
  await bob.call("AUTH", "bob", "bad");
  const entries = (await admin.call("ACL", "LOG")) as (string | number)[][];
  const fields = entries.map((entry) => entry.filter((_, index) => index % 2 === 1));
  expect(entries[0]!.filter((_, index) => index % 2 === 0)).toEqual([
    "count",
    "reason",
    "context",
    "object",
    "username",
    "age-seconds",
    "client-info",
  ]);
  expect(fields.map((each) => each.slice(0, 5))).toEqual([
    [1, "key", "multi", "z", "bob"],
    [1, "key", "lua", "y", "bob"],
    [1, "command", "toplevel", "set", "bob"],
    [1, "key", "toplevel", "x", "bob"],
  ]);
  expect(fields[0]![6]).toContain(" user=bob ");
  await bob.call("DISCARD");
  const stranger = await server.connect();
  await stranger.call("auth", "nobody", "x");
  await stranger.call("Hello", "3", "AUTH", "bob", "bad");
  const [hello, auth] = (await admin.call("ACL", "LOG", "2")) as string[][];
  expect([hello![3], hello![7], hello![9]]).toEqual(["auth", "Hello", "bob"]);
  expect([auth![3], auth![7], auth![9]]).toEqual(["auth", "auth", "nobody"]);
  await admin.call("CONFIG", "SET", "acllog-max-len", "1");
  await bob.call("GET", "new");
  expect(await admin.call("ACL", "LOG")).toHaveLength(1);
});

test("GENPASS makes as many digits as it is asked for", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const lengths = [];
  for (const bits of [[], ["1"], ["5"], ["4096"]]) {
    const password = await client.call("ACL", "GENPASS", ...bits);
    expect(password).toMatch(/^[0-9a-f]+$/);
    lengths.push((password as string).length);
  }
  expect(lengths).toEqual([64, 1, 2, 1024]);
});

test("CAT answers the commands of a category, subcommands too", async () => {
  await using server = await startServer();
  const client = await server.connect();
  expect(await client.call("ACL", "CAT", "Admin")).toContain("acl|setuser");
  expect(await client.call("ACL", "CAT", "string")).not.toContain("lpush");
});
