import { expect, test } from "bun:test";
import { fromText } from "../../src/bytes/bytes.ts";
import { LogMismatch } from "../../src/keyspace/log/foreign-turns.ts";
import { Backoff } from "../../src/replication/backoff.ts";
import type { ForeignLink } from "../../src/replication/foreign/foreign-master.ts";
import { type LinkHost, SlaveLink } from "../../src/replication/slave-link.ts";
import { encodeSyncAnswer } from "../../src/replication/sync-answer.ts";
import { FakeKeyspace } from "../support/fake-log.ts";
import { type Answer, array, bulk, FakeMaster, OK } from "../support/fake-master.ts";
import { keepLog } from "../support/keep-log.ts";
import { eventually } from "../support/replicas.ts";

const RUN_ID = "5".repeat(40);
const lines = keepLog();

class FakeHost implements LinkHost {
  keyspace = new FakeKeyspace();
  readonly runId = RUN_ID;
  readonly listeningPort = 7000;
  settings = { credentials: [] as string[], timeoutMs: 5000, tls: null };
  followers = new Set<string>();
  grown = 0;
  isFollowedBy = (runId: string) => this.followers.has(runId);
  repeat = () => {};
  followForeign = () => Promise.reject(new Error("no other masters here"));
  grew = () => void this.grown++;
  changed = () => {};
  createCopy = () => Promise.reject(new Error("no copies here"));
  refusalOf = () => Promise.resolve(null);
  replaceDatabase = () => Promise.resolve();
}

const hello = (runId: string, chain = "", offset = "40") =>
  array("ledis", "1", "run-id", runId, "role", "master", "chain", chain, "offset", offset);

interface Script {
  auth?: Answer;
  hello?: () => Answer;
  sync: (file: number, offset: number) => Answer | Promise<Answer>;
}

function playMaster(script: Script): FakeMaster {
  return new FakeMaster(([name, first, second]) => {
    if (name === "AUTH") return script.auth ?? OK;
    if (name === "REPLCONF") return first === "HELLO" ? (script.hello?.() ?? hello("m")) : OK;
    if (name === "SYNC") return script.sync(Number(first), Number(second));
    return "-ERR unknown command\r\n";
  });
}

/** Answers the same place after a moment, as when nothing is new. */
const idle = async (file: number, offset: number) => {
  await Bun.sleep(5);
  return bulk(encodeSyncAnswer({ file, offset }));
};

const soon = () => new Backoff(() => 0);

test("the log is repeated from where it ends, and the next place acknowledges it", async () => {
  const host = new FakeHost();
  using master = playMaster({
    sync: (file, offset) => {
      if (file === 1 && offset === 40) {
        return bulk(encodeSyncAnswer({ file: 1, offset: 45 }, fromText("turn1")));
      }
      if (file === 1) return bulk(encodeSyncAnswer({ file: 2, offset: 0 }));
      if (offset === 0) {
        return bulk(encodeSyncAnswer({ file: 2, offset: 41 }, new Uint8Array(41)));
      }
      return idle(file, offset);
    },
  });
  const link = new SlaveLink(master.address, host, { backoff: soon() });
  await eventually("it is idle", () => master.requests.includes("SYNC 2 41"));
  await eventually("it is connected", () => link.state === "connected");
  await link.stop();
  expect(host.keyspace.history.position).toEqual({ file: 2, offset: 41 });
  expect(host.grown).toBe(2);
  const history = "01".repeat(16);
  expect(master.requests.filter((request) => !request.includes("FSYNCED")).slice(0, 5)).toEqual([
    `REPLCONF HELLO 1 ${RUN_ID} 7000`,
    `REPLCONF HISTORY ${history}`,
    "SYNC 1 40",
    "SYNC 1 45",
    "SYNC 2 0",
  ]);
  expect(master.requests).toContain("REPLCONF FSYNCED 1 45");
});

test("a password is sent first, and a wrong one is told", async () => {
  const host = new FakeHost();
  host.settings.credentials = ["secret"];
  using master = playMaster({ auth: "-WRONGPASS no\r\n", sync: idle });
  const link = new SlaveLink(master.address, host, { backoff: soon() });
  await eventually("it has failed", () => link.status().error !== null);
  expect(link.status().error).toBe("AUTH was refused: WRONGPASS no");
  await link.stop();
  expect(master.requests[0]).toBe("AUTH secret");
});

test("what is no ledis master is told", async () => {
  for (const [answer, reason] of [
    ["-NOAUTH Authentication required.\r\n", "the master wants a password: set masterauth"],
    ["-ERR unknown command 'REPLCONF'\r\n", "the server there is no ledis master"],
    ["+OK\r\n", "the server there is no ledis"],
    [array("ledis", "9", "run-id", "m"), "the master speaks version 9"],
    ["-ERR replication loop: so\r\n", "replication loop: so"],
    [hello(RUN_ID), "replication loop"],
    [hello("m", `x ${RUN_ID}`), "replication loop"],
  ] as const) {
    using master = playMaster({ hello: () => answer, sync: idle });
    const link = new SlaveLink(master.address, new FakeHost(), { backoff: soon() });
    await eventually("it has failed", () => link.status().error !== null);
    expect(link.status().error).toContain(reason);
    await link.stop();
    expect(master.requests.some((request) => request.startsWith("SYNC"))).toBe(false);
  }
});

test("a master of another kind is followed in its own way, with its own progress", async () => {
  for (const [answer, kind] of [
    ["-ERR Unrecognized REPLCONF option: HELLO\r\n", "Redis"],
    ["-ERR command not found\r\n", "LedisDB v0.1"],
  ] as const) {
    using master = playMaster({ hello: () => answer, sync: idle });
    const host = new FakeHost();
    host.settings.credentials = ["user", "secret"];
    const given = Promise.withResolvers<never>();
    const followed: string[] = [];
    const link = new SlaveLink(
      master.address,
      Object.assign(host, {
        followForeign(followedKind: string, foreign: ForeignLink) {
          followed.push(followedKind, ...foreign.credentials, `${foreign.listeningPort}`);
          foreign.signal.addEventListener("abort", () => given.reject(new Error("given up")));
          foreign.skipped(1);
          foreign.reached({ file: 0, offset: 77 }, true);
          return given.promise;
        },
      }),
      { backoff: soon() },
    );
    await eventually("it is up", () => link.state === "connected");
    expect(followed).toEqual([kind, "user", "secret", "7000"]);
    expect(link.masterPlace).toEqual({ file: 0, offset: 77 });
    expect(link.status()).toMatchObject({ skipped: 1, lagSeconds: 0, lagBytes: -1 });
    await link.stop();
    expect(await given.promise.catch(String)).toBe("Error: given up");
  }
});

test("a stop ends a link that is being opened", async () => {
  // Nobody accepts there: the queue of connections is full, or the address is nowhere.
  const address = { kind: "tcp", host: "192.0.2.1", port: 6379 } as const;
  const link = new SlaveLink(address, new FakeHost(), { backoff: soon() });
  await Bun.sleep(20);
  const begin = performance.now();
  await link.stop();
  expect(performance.now() - begin).toBeLessThan(1000);
});

test("a master of another kind that is left at once is not hurried back to", async () => {
  using master = playMaster({ hello: () => "-ERR command not found\r\n", sync: idle });
  let sessions = 0;
  const host = Object.assign(new FakeHost(), {
    followForeign(_: string, foreign: ForeignLink): Promise<never> {
      sessions++;
      foreign.reached({ file: 0, offset: 77 }, true);
      return Promise.reject(new Error("nonsense"));
    },
  });
  const link = new SlaveLink(master.address, host, { backoff: new Backoff(() => 1) });
  await Bun.sleep(1000);
  await link.stop();
  expect(sessions).toBeGreaterThan(1);
  expect(sessions).toBeLessThan(5);
});

test("a master that follows this server is dropped, also when it begins to later", async () => {
  const host = new FakeHost();
  using master = playMaster({ sync: idle });
  const link = new SlaveLink(master.address, host, { backoff: soon() });
  await eventually("it is connected", () => link.state === "connected");
  expect(link.chain).toEqual(["m"]);
  host.followers.add("m");
  await eventually("it has dropped the link", () => link.status().error !== null);
  expect(link.status().error).toContain("replication loop");
  await link.stop();
});

test("after a lost connection it comes back, and goes on where the log ends", async () => {
  const host = new FakeHost();
  using master = playMaster({ sync: idle });
  const link = new SlaveLink(master.address, host, { backoff: soon() });
  await eventually("it is connected", () => link.state === "connected");
  master.cut();
  await eventually("it has lost it", () => link.state !== "connected");
  await eventually("it is back", () => link.state === "connected");
  expect(link.status()).toMatchObject({ error: null, downSeconds: 0, lastIoSeconds: 0 });
  await link.stop();
  expect(master.connections).toBe(2);
});

test("a reason is logged once, however often it fails", async () => {
  using master = playMaster({ hello: () => "+OK\r\n", sync: idle });
  const link = new SlaveLink(master.address, new FakeHost(), { backoff: soon() });
  await eventually("it has tried thrice", () => master.connections >= 3);
  await link.stop();
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain("the link to the master is down");
});

test("answers that do not fit change nothing", async () => {
  for (const [answer, reason] of [
    [bulk(fromText("nonsense")), "the answer to SYNC is damaged"],
    ["-ERR so\r\n", "SYNC was refused: ERR so"],
    [bulk(encodeSyncAnswer({ file: 1, offset: 41 })), "leads to 1:41"],
    [bulk(encodeSyncAnswer({ file: 3, offset: 0 })), "leads to 3:0"],
    [bulk(encodeSyncAnswer({ file: 0, offset: 0 })), "keeps no log"],
  ] as const) {
    const host = new FakeHost();
    using master = playMaster({ sync: () => answer });
    const link = new SlaveLink(master.address, host, { backoff: soon() });
    await eventually("it has failed", () => link.status().error !== null);
    expect(link.status().error).toContain(reason);
    await link.stop();
    expect(host.keyspace.history.position).toEqual({ file: 1, offset: 40 });
  }
});

test("what never fits is fetched anew as a full copy", async () => {
  const host = new FakeHost();
  host.keyspace.failure = new LogMismatch("a turn is damaged");
  using master = playMaster({
    sync: () => bulk(encodeSyncAnswer({ file: 1, offset: 44 }, fromText("turn"))),
  });
  const link = new SlaveLink(master.address, host, { backoff: soon() });
  await eventually("it asks for one", () => master.requests.includes("FULLSYNC"));
  await link.stop();
  expect(master.requests.filter((request) => request.startsWith("SYNC"))).toHaveLength(4);
});

test("while there is no room nothing is applied, and nothing more asked for", async () => {
  const host = new FakeHost();
  host.keyspace.hasRoom = false;
  using master = playMaster({
    sync: (file, offset) =>
      offset === 40
        ? bulk(encodeSyncAnswer({ file: 1, offset: 44 }, fromText("turn")))
        : idle(file, offset),
  });
  const link = new SlaveLink(master.address, host, { backoff: soon() });
  await eventually("it waits", () => host.keyspace.roomListeners.length > 0);
  expect(host.keyspace.history.position.offset).toBe(40);
  host.keyspace.hasRoom = true;
  for (const listener of host.keyspace.roomListeners.splice(0)) listener();
  await eventually("it is applied", () => host.keyspace.history.position.offset === 44);
  await link.stop();
});

test("a link that is stopped applies nothing any more", async () => {
  const host = new FakeHost();
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Answer>();
  using master = playMaster({
    sync: () => {
      asked.resolve();
      return answer.promise;
    },
  });
  const link = new SlaveLink(master.address, host, { backoff: soon() });
  await asked.promise;
  const stopped = link.stop();
  answer.resolve(bulk(encodeSyncAnswer({ file: 1, offset: 44 }, fromText("turn"))));
  await stopped;
  expect(host.keyspace.history.position.offset).toBe(40);
});

test("a link begins when the one before it has ended, and may be stopped before", async () => {
  const before = Promise.withResolvers<void>();
  using master = playMaster({ sync: idle });
  const link = new SlaveLink(master.address, new FakeHost(), {
    backoff: soon(),
    after: before.promise,
  });
  const stopped = link.stop();
  before.resolve();
  await stopped;
  expect(master.connections).toBe(0);
});

test("how far behind it is follows from where the master's log ends", async () => {
  const host = new FakeHost();
  using master = playMaster({ hello: () => hello("m", "", "1000"), sync: idle });
  const link = new SlaveLink(master.address, host, { backoff: soon() });
  expect(link.status()).toMatchObject({ lagBytes: -1, lagSeconds: -1, lastIoSeconds: -1 });
  await eventually("it is connected", () => link.state === "connected");
  expect(link.status()).toMatchObject({ lagBytes: 960, lagSeconds: -1, port: link.address.port });
  await link.stop();
});
