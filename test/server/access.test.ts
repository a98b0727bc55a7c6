import { expect, test } from "bun:test";
import { replyError, startServer } from "../support/start-server.ts";

const mayNotRun = (name: string) =>
  replyError(`NOPERM this user has no permissions to run the '${name}' command`);
const mayNotAccess = (what: string) =>
  replyError(`NOPERM this user has no permissions to access one of the ${what} used as arguments`);
const changed = (reason: string) =>
  replyError(
    `NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. This command is no longer allowed for the following reason: ${reason}`,
  );

async function serverWith(...rules: string[]) {
  const server = await startServer();
  const admin = await server.connect();
  await admin.call("ACL", "SETUSER", "bob", "on", "nopass", ...rules);
  const bob = await server.connect();
  expect(await bob.call("AUTH", "bob", "x")).toBe("OK");
  return { server, admin, bob, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

test("commands, keys and channels are refused, and nothing happens", async () => {
  await using of = await serverWith("+set", "+publish", "~a*", "&c");
  expect(await of.bob.call("GET", "a")).toEqual(mayNotRun("get"));
  expect(await of.bob.call("CONFIG", "GET", "port")).toEqual(mayNotRun("config|get"));
  expect(await of.bob.call("SET", "b", "1")).toEqual(mayNotAccess("keys"));
  expect(await of.bob.call("PUBLISH", "d", "x")).toEqual(mayNotAccess("channels"));
  expect(await of.bob.call("SET", "a", "1")).toBe("OK");
  expect(await of.admin.call("DBSIZE")).toBe(1);
});

test("rules that change hold for connections that are there, and for what they do next", async () => {
  await using of = await serverWith("+get", "~*");
  expect(await of.bob.call("GET", "a")).toBeNull();
  await of.admin.call("ACL", "SETUSER", "bob", "-get");
  expect(await of.bob.call("GET", "a")).toEqual(mayNotRun("get"));
  await of.admin.call("ACL", "SETUSER", "bob", "off", "+@all");
  expect(await of.bob.call("GET", "a")).toBeNull();
});

test("within MULTI a command is refused at once, and EXEC with it", async () => {
  await using of = await serverWith("+@all", "-get", "~a");
  await of.bob.call("MULTI");
  expect(await of.bob.call("GET", "a")).toEqual(mayNotRun("get"));
  expect(await of.bob.call("EXEC")).toEqual(
    replyError("EXECABORT Transaction discarded because of previous errors."),
  );
});

test("EXEC leaves out what is not allowed any more, and runs the rest", async () => {
  await using of = await serverWith("+@all", "~*", "&*");
  await of.bob.call("MULTI");
  for (const words of [["GET", "a"], ["SET", "b", "1"], ["PUBLISH", "c", "x"], ["PING"]] as const) {
    expect(await of.bob.call(...words)).toBe("QUEUED");
  }
  await of.admin.call("ACL", "SETUSER", "bob", "-get", "resetkeys", "~x", "resetchannels");
  expect(await of.bob.call("EXEC")).toEqual([
    changed("no permission to execute the command or subcommand"),
    changed("no permission to touch the specified keys"),
    changed("no permission to access one of the channels used as arguments"),
    "PONG",
  ]);
  expect(await of.admin.call("EXISTS", "b")).toBe(0);
});

test("EXEC itself may be what is refused", async () => {
  await using of = await serverWith("+@all", "~*", "-exec");
  await of.bob.call("MULTI");
  expect(await of.bob.call("EXEC")).toEqual(
    replyError(
      "EXECABORT Transaction discarded because of: NOPERM this user has no permissions to run the 'exec' command",
    ),
  );
});

test("a blocked command goes on when its user may not run it any more", async () => {
  await using of = await serverWith("+@all", "~*");
  of.bob.send("BLPOP", "list", "0");
  const waits = async () => `${await of.admin.call("CLIENT", "LIST")}`.includes("cmd=blpop");
  while (!(await waits())) await Bun.sleep(1);
  await of.admin.call("ACL", "SETUSER", "bob", "nocommands", "resetkeys");
  await of.admin.call("RPUSH", "list", "x");
  expect(await of.bob.readPlain()).toEqual(["list", "x"]);
  expect(await of.bob.call("PING")).toEqual(mayNotRun("ping"));
});

test("scripts do what their caller may, as EVALSHA of what another has loaded", async () => {
  await using of = await serverWith("+evalsha", "+get", "~a");
  const text = "return redis.pcall(ARGV[1], ARGV[2])";
  const sha = (await of.admin.call("SCRIPT", "LOAD", text)) as string;
  expect(await of.bob.call("EVALSHA", sha, 0, "GET", "a")).toBeNull();
  expect(await of.bob.call("EVALSHA", sha, 0, "INCR", "a")).toEqual(
    replyError("ERR The user executing the script can't run this command or subcommand"),
  );
  expect(await of.bob.call("EVALSHA", sha, 0, "GET", "b")).toEqual(
    replyError(
      "ERR The user executing the script can't access at least one of the keys mentioned in the command arguments",
    ),
  );
  expect(await of.admin.call("EXISTS", "a")).toBe(0);
});

test("the password of slaves lets a client replicate, whatever the default user may do", async () => {
  await using server = await startServer({ requirepass: "pw", replauth: "slave" });
  const [admin, slave] = [await server.connect(), await server.connect()];
  await admin.call("AUTH", "pw");
  await admin.call("ACL", "SETUSER", "bob", "on", ">bob", "+replconf", "+sync", "+fullsync");
  await admin.call("ACL", "SETUSER", "default", "-@all", "+ping");
  const noAuth = replyError("NOAUTH Authentication required.");
  expect(await slave.call("AUTH", "slave")).toBe("OK");
  expect(await slave.call("PING")).toEqual(noAuth);
  expect(await slave.call("REPLCONF", "listening-port", "1")).toBe("OK");
  const bob = await server.connect();
  await bob.call("AUTH", "bob", "bob");
  expect(await bob.call("REPLCONF", "listening-port", "1")).toBe("OK");
  expect(await bob.call("PING")).toEqual(mayNotRun("ping"));
  expect(await admin.call("REPLCONF", "listening-port", "1")).toEqual(mayNotRun("replconf"));
});

test("a client that has said nothing may say who it is, even where the default user may do nothing", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("ACL", "SETUSER", "bob", "on", ">bob", "+acl|whoami");
  await client.call("ACL", "SETUSER", "default", "-@all");
  expect(await client.call("PING")).toEqual(mayNotRun("ping"));
  expect((await client.reply("HELLO", "3", "AUTH", "bob", "bob")).kind).toBe("map");
  expect(await client.call("ACL", "WHOAMI")).toBe("bob");
  expect(await client.call("RESET")).toBe("RESET");
  expect(await client.call("ACL", "WHOAMI")).toEqual(mayNotRun("acl|whoami"));
});

test("CLIENT LIST and CLIENT KILL know who is who", async () => {
  await using of = await serverWith("+client");
  expect(await of.bob.call("CLIENT", "INFO")).toContain(" user=bob ");
  expect(await of.admin.call("CLIENT", "KILL", "USER", "bob")).toBe(1);
  await of.bob.closed;
});
