/** Masters that change places, under load: nobody goes another way than the others. */
import { expect, test } from "bun:test";
import { keepLog } from "../support/keep-log.ts";
import {
  caughtUp,
  digestOf,
  eventually,
  linkOf,
  replicationInfo,
  writeAllTypes,
} from "../support/replicas.ts";
import { startServer, type TestServer } from "../support/start-server.ts";

keepLog();

const start = () => startServer({ "enable-debug-command": "yes" });

/** Writes all types to whichever of the servers takes writes, until told to stop. */
function load(servers: readonly TestServer[]) {
  let stops = false;
  const write = async (server: TestServer) => {
    // Who becomes a slave keeps its clients, and answers them READONLY.
    await using client = await server.connect();
    for (let round = 0; !stops; round++) {
      await writeAllTypes(client, round);
      await Bun.sleep(1);
    }
  };
  const done = Promise.all(servers.map(write));
  return {
    stop: () => {
      stops = true;
      return done;
    },
  };
}

async function command(server: TestServer, ...words: (string | number)[]): Promise<unknown> {
  await using client = await server.connect();
  return await client.call(...words);
}

async function expectSame(servers: readonly TestServer[]): Promise<void> {
  const digests: string[] = [];
  for (const server of servers) {
    await using client = await server.connect();
    digests.push(await digestOf(client));
  }
  expect(new Set(digests).size).toBe(1);
}

const copiesFrom = (server: TestServer) => server.app.replication.status().counts.full;

test("planned failovers, back and forth under load, copy nothing anew", async () => {
  await using one = await start();
  await using other = await start();
  await using third = await start();
  const writers = load([one, other]);
  for (const slave of [other, third]) {
    await command(slave, "SLAVEOF", "127.0.0.1", one.port);
    await eventually("it follows", () => linkOf(slave) === "connected");
  }
  for (const [from, to] of [
    [one, other],
    [other, one],
    [one, other],
    [other, one],
  ] as const) {
    await Bun.sleep(50);
    const before = copiesFrom(one) + copiesFrom(other);
    await command(from, "CLIENT", "PAUSE", 10_000, "WRITE");
    await caughtUp(to, from);
    await caughtUp(third, from);
    await command(to, "SLAVEOF", "NO", "ONE");
    await command(from, "SLAVEOF", "127.0.0.1", to.port);
    await command(third, "SLAVEOF", "127.0.0.1", to.port);
    await command(from, "CLIENT", "UNPAUSE");
    for (const slave of [from, third]) {
      await eventually("it follows", () => linkOf(slave) === "connected");
    }
    expect(copiesFrom(one) + copiesFrom(other)).toBe(before);
  }
  await writers.stop();
  await caughtUp(other, one);
  await caughtUp(third, one);
  await expectSame([one, other, third]);
}, 60_000);

test("an old master that wrote what nobody has gives that up, three times back and forth", async () => {
  await using one = await start();
  await using other = await start();
  const writers = load([one, other]);
  await command(other, "SLAVEOF", "127.0.0.1", one.port);
  for (const [from, to] of [
    [one, other],
    [other, one],
    [one, other],
  ] as const) {
    await eventually("it follows", () => linkOf(to) === "connected");
    await Bun.sleep(30);
    // Both take writes from here on.
    await command(to, "SLAVEOF", "NO", "ONE");
    expect(await command(from, "SET", "lost", from.port)).toBe("OK");
    expect(await command(to, "SET", "kept", to.port)).toBe("OK");
    const before = copiesFrom(to);
    await command(from, "SLAVEOF", "127.0.0.1", to.port);
    await eventually("it follows", () => linkOf(from) === "connected");
    expect(copiesFrom(to)).toBe(before + 1);
    await using client = await from.connect();
    expect((await replicationInfo(client)).get("role")).toBe("slave");
    await eventually("its own write is gone", async () => {
      const values = await client.call("MGET", "lost", "kept");
      return JSON.stringify(values) === JSON.stringify([null, `${to.port}`]);
    });
  }
  await writers.stop();
  await caughtUp(one, other);
  await expectSame([one, other]);
}, 60_000);

/** What Sentinel 7.0 reads of INFO, by its own rules. */
function readAsSentinel(info: string) {
  const field = (name: string) => new RegExp(`^${name}:(.*)$`, "m").exec(info)?.[1]?.trim();
  const slaves = [
    ...info.matchAll(/^slave\d+:ip=([^,]+),port=(\d+),state=(\w+),offset=(\d+),lag=(\d+)/gm),
  ];
  return {
    runId: field("run_id"),
    role: field("role"),
    master: `${field("master_host")}:${field("master_port")}`,
    link: field("master_link_status"),
    priority: field("slave_priority"),
    offset: Number(field("slave_repl_offset")),
    slaves: slaves.map(([, ip, port]) => `${ip}:${port}`).sort(),
  };
}

test("Sentinel finds slaves, promotes one and sends the others there", async () => {
  await using master = await start();
  await using slave = await start();
  await using other = await start();
  for (const follower of [slave, other]) {
    await command(follower, "SLAVEOF", "127.0.0.1", master.port);
    await eventually("it follows", () => linkOf(follower) === "connected");
  }
  const read = async (server: TestServer) =>
    readAsSentinel((await command(server, "INFO")) as string);
  const addressOf = ({ port }: TestServer) => `127.0.0.1:${port}`;
  const seen = await read(master);
  expect(seen).toMatchObject({ role: "master", slaves: [slave, other].map(addressOf).sort() });
  expect(seen.runId).toMatch(/^[0-9a-f]{40}$/);
  await eventually("the slave is told of", async () => (await read(slave)).offset > 0);
  expect(await read(slave)).toMatchObject({
    ...{ role: "slave", master: addressOf(master), link: "up", priority: "100", slaves: [] },
  });
  // Sentinels talk to each other through every server.
  await using subscriber = await slave.connect();
  await subscriber.call("SUBSCRIBE", "__sentinel__:hello");
  const hello = `127.0.0.1,26379,${"5".repeat(40)},0,m,127.0.0.1,${master.port},0`;
  expect(await command(slave, "PUBLISH", "__sentinel__:hello", hello)).toBe(1);
  expect(await subscriber.readPlain()).toEqual(["message", "__sentinel__:hello", hello]);

  await master.app.stop({ save: false });
  await eventually("the slave has noticed", async () => (await read(slave)).link === "down");
  await using client = await slave.connect();
  const promotion = [
    ["MULTI"],
    ["SLAVEOF", "NO", "ONE"],
    ["CONFIG", "REWRITE"],
    ["CLIENT", "KILL", "TYPE", "normal"],
    ["CLIENT", "KILL", "TYPE", "pubsub"],
    ["EXEC"],
  ];
  const replies = await client.pipeline(promotion);
  expect(replies.at(-1)).toEqual(["OK", expect.anything(), expect.anything(), 1]);
  await eventually("subscribers are closed", () => subscriber.isClosed);
  expect(await read(slave)).toMatchObject({ role: "master", slaves: [] });
  await command(other, "SLAVEOF", "127.0.0.1", slave.port);
  await eventually("it follows", () => linkOf(other) === "connected");
  expect(await read(slave)).toMatchObject({ slaves: [addressOf(other)] });
  expect(copiesFrom(slave)).toBe(0);
}, 60_000);

/** Adds numbers to a set at whichever server takes writes, and notes those that were acknowledged. */
function numbersTo(servers: readonly TestServer[]) {
  let stops = false;
  let next = 0;
  const acknowledged: number[] = [];
  const write = async (server: TestServer) => {
    await using client = await server.connect();
    while (!stops) {
      const number = next++;
      if ((await client.call("SADD", "numbers", number)) === 1) acknowledged.push(number);
      else await Bun.sleep(1);
    }
  };
  const done = Promise.all(servers.flatMap((server) => [write(server), write(server)]));
  return {
    acknowledged,
    async stop() {
      stops = true;
      await done;
    },
  };
}

const failoverState = async (server: TestServer) => {
  await using client = await server.connect();
  return (await replicationInfo(client)).get("master_failover_state");
};

test("FAILOVER under load loses no acknowledged write, copies nothing, and goes back again", async () => {
  await using one = await start();
  await using other = await start();
  await using third = await start();
  for (const slave of [other, third]) {
    await command(slave, "SLAVEOF", "127.0.0.1", one.port);
    await eventually("it follows", () => linkOf(slave) === "connected");
  }
  const writers = numbersTo([one, other]);
  const before = copiesFrom(one) + copiesFrom(other);
  for (const [from, to] of [
    [one, other],
    [other, one],
    [one, other],
  ] as const) {
    await Bun.sleep(100);
    await eventually("it has slaves", async () => (await slavesOf(from)).includes(to.port));
    expect(await command(from, "FAILOVER", "TO", "127.0.0.1", to.port, "TIMEOUT", 5000)).toBe("OK");
    await eventually("they have changed places", () => linkOf(from) === "connected");
    expect(linkOf(to)).toBe("none");
    expect(await failoverState(from)).toBe("no-failover");
  }
  await Bun.sleep(50);
  await writers.stop();
  await caughtUp(one, other);
  await caughtUp(third, other);
  await expectSame([one, other, third]);
  const flags = await command(other, "SMISMEMBER", "numbers", ...writers.acknowledged);
  expect(writers.acknowledged.length).toBeGreaterThan(100);
  expect((flags as number[]).filter((flag) => flag === 0)).toEqual([]);
  expect(copiesFrom(one) + copiesFrom(other)).toBe(before);
}, 60_000);

async function slavesOf(server: TestServer): Promise<number[]> {
  const slaves = server.app.replication.status().slaves;
  return slaves.filter(({ state }) => state === "online").map(({ port }) => port);
}

test("FAILOVER waits for a slave that is behind; given up, writes go on", async () => {
  await using master = await start();
  await using slave = await start();
  await command(slave, "SLAVEOF", "127.0.0.1", master.port);
  await eventually("it follows", () => linkOf(slave) === "connected");
  await using client = await master.connect();
  // The slave has no room for what is written now.
  const { keyspace } = slave.app.ledis;
  const waiting: (() => void)[] = [];
  const room = Object.assign(keyspace, { onRoom: (work: () => void) => void waiting.push(work) });
  Object.defineProperty(room, "hasRoom", { value: false, configurable: true });
  await client.call("SET", "k", "v");
  await eventually("it is behind", () => waiting.length > 0);
  expect(await command(master, "FAILOVER", "TIMEOUT", 200)).toBe("OK");
  expect(await failoverState(master)).toBe("waiting-for-sync");
  expect(await command(master, "SLAVEOF", "127.0.0.1", slave.port)).toEqual({
    error: "ERR REPLICAOF not allowed while failing over.",
  });
  const write = client.call("SET", "k", "w");
  // What clients say of their own pauses changes nothing.
  expect(await command(master, "CLIENT", "UNPAUSE")).toBe("OK");
  expect(await command(master, "GET", "k")).toBe("v");
  expect(await write).toBe("OK");
  expect(await failoverState(master)).toBe("no-failover");
  expect(linkOf(master)).toBe("none");
  for (const own of ["hasRoom", "onRoom"]) Reflect.deleteProperty(keyspace, own);
  for (const work of waiting) work();
  await caughtUp(slave, master);
}, 60_000);

test("only a slave's own master may have it lead, and only when nothing is missing", async () => {
  await using master = await start();
  await using slave = await start();
  await command(slave, "SLAVEOF", "127.0.0.1", master.port);
  await eventually("it follows", () => linkOf(slave) === "connected");
  const { history } = slave.app.ledis.keyspace;
  const take = (runId: string, historyId: string, offset: number) =>
    command(slave, "REPLCONF", "TAKEOVER", runId, historyId, offset);
  const id = history.id.toHex();
  expect(await take("7".repeat(40), id, history.offset)).toEqual({
    error: "ERR this server follows another one than that which asks",
  });
  const { runId } = master.app;
  for (const [historyId, offset] of [
    [id, history.offset + 1],
    ["cd".repeat(16), history.offset],
  ] as const) {
    expect(await take(runId, historyId, offset)).toEqual({
      error: "ERR this slave has not all of the master's log",
    });
  }
  expect(linkOf(slave)).toBe("connected");
  expect(await take(runId, id, history.offset)).toBe("OK");
  expect(linkOf(slave)).toBe("none");
  // Asked again, because its answer was lost, it may have gone on.
  const end = history.offset;
  await command(slave, "SET", "own", "write");
  for (const offset of [end, -1]) expect(await take(runId, id, offset)).toBe("OK");
  // One that came back without its data leads, too.
  await using stranger = await start();
  for (const offset of [end, -1]) {
    expect(await command(stranger, "REPLCONF", "TAKEOVER", runId, id, offset)).toEqual({
      error: "ERR this slave has not all of the master's log",
    });
  }
});

test("nothing ends by itself while clients may not write", async () => {
  await using server = await start();
  await using client = await server.connect();
  await client.call("SET", "k", "v", "PX", 20);
  const { keyspace } = server.app.ledis;
  await client.call("CLIENT", "PAUSE", 10_000, "WRITE");
  const before = keyspace.history.offset;
  await Bun.sleep(50);
  expect(await client.call("GET", "k")).toBeNull();
  expect(await client.call("DBSIZE")).toBe(1);
  expect(keyspace.history.offset).toBe(before);
  await client.call("CLIENT", "UNPAUSE");
  await eventually("it has ended", async () => (await client.call("DBSIZE")) === 0);
});
