import { afterEach, expect, jest, test } from "bun:test";
import type { FailoverRequest, SlaveStatus } from "../../src/commands/replication.ts";
import { formatAddress } from "../../src/config/address.ts";
import { Failover, type FailoverHost } from "../../src/replication/failover.ts";
import type { TakeOver } from "../../src/replication/handshake.ts";
import { keepLog } from "../support/keep-log.ts";

keepLog();

afterEach(() => {
  jest.useRealTimers();
});

const slaveAt = (
  port: number,
  offset: number,
  state: SlaveStatus["state"] = "online",
): SlaveStatus => ({
  ...{ ip: "10.0.0.2", port, state, offset, lagSeconds: 0, lagBytes: 0 },
});
const ANY: FailoverRequest = { target: null, isForced: false, timeoutMs: 0 };
const to = (port: number) => ({ target: { host: "10.0.0.2", port } });

/** A master whose turns end when a test says so. */
function master(slaves: SlaveStatus[], offset = 100) {
  const events: string[] = [];
  let turn: (() => void)[] = [];
  const state = { isFollowing: false, offset, slaves, takeOver: null as TakeOver | null };
  const host: FailoverHost = {
    get isFollowing() {
      return state.isFollowing;
    },
    get offset() {
      return state.offset;
    },
    slaves: () => state.slaves,
    pause: () => void events.push("pause"),
    resume: () => void events.push("resume"),
    afterTurn: (work) => void turn.push(work),
    follow(address, takeOver) {
      events.push(`follow ${formatAddress(address)}${takeOver.isForced ? " by force" : ""}`);
      state.takeOver = takeOver;
    },
    lead: () => void events.push("lead"),
  };
  const endTurn = () => {
    const works = turn;
    turn = [];
    for (const work of works) work();
  };
  return { failover: new Failover(host), state, events, endTurn };
}

test("writes wait, the first slave that has all of the log is followed, and writes go on", () => {
  const { failover, state, events, endTurn } = master([slaveAt(1, 90), slaveAt(2, 80)]);
  failover.start(ANY);
  expect([failover.state, ...events]).toEqual(["waiting-for-sync", "pause"]);
  endTurn();
  expect(events).toEqual(["pause"]);
  state.slaves = [slaveAt(1, 90), slaveAt(2, 100)];
  failover.look();
  endTurn();
  expect(failover.state).toBe("failover-in-progress");
  expect(events).toEqual(["pause", "follow 10.0.0.2:2"]);
  state.takeOver!.done();
  expect(failover.state).toBe("no-failover");
  expect(events.at(-1)).toBe("resume");
  state.takeOver!.refused("late");
  expect(events).toHaveLength(3);
});

test("what the present turn writes is waited for as well", () => {
  const { failover, state, events, endTurn } = master([slaveAt(1, 100)]);
  failover.start(ANY);
  state.offset = 120;
  endTurn();
  expect(events).toEqual(["pause"]);
  state.slaves = [slaveAt(1, 120)];
  failover.look();
  endTurn();
  expect(events).toEqual(["pause", "follow 10.0.0.2:1"]);
});

test("only the target will do, and not while it copies", () => {
  const { failover, state, events, endTurn } = master([slaveAt(1, 100), slaveAt(2, 90)]);
  failover.start({ ...ANY, ...to(2) });
  endTurn();
  expect(events).toEqual(["pause"]);
  state.slaves = [slaveAt(1, 100), slaveAt(2, 100, "send_bulk")];
  failover.look();
  endTurn();
  expect(events).toEqual(["pause"]);
  state.slaves = [slaveAt(1, 100), slaveAt(2, 100)];
  failover.look();
  endTurn();
  expect(events).toEqual(["pause", "follow 10.0.0.2:2"]);
});

test("a slave that listens on no port is none", () => {
  const { failover, state, events, endTurn } = master([slaveAt(0, 100), slaveAt(2, 90)]);
  failover.start(ANY);
  endTurn();
  expect(events).toEqual(["pause"]);
  state.slaves = [slaveAt(0, 100), slaveAt(2, 100)];
  failover.look();
  endTurn();
  expect(events).toEqual(["pause", "follow 10.0.0.2:2"]);
  const lonely = master([slaveAt(0, 100)]);
  expect(() => lonely.failover.start(ANY)).toThrow("ERR FAILOVER requires connected replicas.");
});

test("a slave that refuses leaves this server the master", () => {
  const { failover, state, events, endTurn } = master([slaveAt(1, 100)]);
  failover.start(ANY);
  endTurn();
  state.takeOver!.refused("no");
  expect(events).toEqual(["pause", "follow 10.0.0.2:1", "lead", "resume"]);
  expect(failover.state).toBe("no-failover");
});

test("a time-out gives up, or forces the target to lead", async () => {
  const patient = master([slaveAt(1, 90)]);
  patient.failover.start({ ...ANY, timeoutMs: 20 });
  await Bun.sleep(60);
  expect([patient.failover.state, ...patient.events]).toEqual(["no-failover", "pause", "resume"]);
  const forced = master([slaveAt(1, 90), slaveAt(2, 95)]);
  forced.failover.start({ ...to(2), isForced: true, timeoutMs: 20 });
  await Bun.sleep(60);
  expect(forced.events).toEqual(["pause", "follow 10.0.0.2:2 by force"]);
  forced.state.takeOver!.done();
  expect(forced.events.at(-1)).toBe("resume");
  // The target may be gone by then.
  const lonely = master([slaveAt(1, 90)]);
  lonely.failover.start({ ...to(1), isForced: true, timeoutMs: 20 });
  lonely.state.slaves = [];
  await Bun.sleep(60);
  expect(lonely.events).toEqual(["pause", "resume"]);
});

test("a time-out that is longer than any timer is no short one", async () => {
  const { failover, events } = master([slaveAt(1, 90)]);
  failover.start({ ...to(1), isForced: true, timeoutMs: 3_000_000_000 });
  await Bun.sleep(20);
  expect(events).toEqual(["pause"]);
  await failover.abort();
});

test("aborted while a slave is asked to lead, it ends with the slave's answer, or without one after a second", async () => {
  jest.useFakeTimers();
  const asking = () => {
    const asked = master([slaveAt(1, 100)]);
    asked.failover.start(ANY);
    asked.endTurn();
    return { ...asked, aborted: asked.failover.abort() };
  };
  const following = ["pause", "follow 10.0.0.2:1"];
  const silent = asking();
  jest.advanceTimersByTime(999);
  expect(silent.events).toEqual(following);
  jest.advanceTimersByTime(1);
  await silent.aborted;
  expect(silent.events).toEqual([...following, "lead", "resume"]);
  const refusing = asking();
  refusing.state.takeOver!.refused("no");
  await refusing.aborted;
  expect(refusing.events).toEqual([...following, "lead", "resume"]);
  const agreeing = asking();
  agreeing.state.isFollowing = true;
  agreeing.state.takeOver!.done();
  await expect(agreeing.aborted).rejects.toThrow("ERR No failover in progress.");
  expect(agreeing.events).toEqual([...following, "resume"]);
});

test("it can be aborted while it waits, and ends with the server", () => {
  const waiting = master([slaveAt(1, 90)]);
  waiting.failover.start(ANY);
  void waiting.failover.abort();
  expect(waiting.events).toEqual(["pause", "resume"]);
  waiting.endTurn();
  expect(waiting.events).toEqual(["pause", "resume"]);
  const stopping = master([slaveAt(1, 90)]);
  stopping.failover.start({ ...ANY, timeoutMs: 20 });
  stopping.failover.stop();
  stopping.failover.stop();
  expect(stopping.events).toEqual(["pause", "resume"]);
});

test("requests that make no sense are refused as in Redis", async () => {
  const { failover, state } = master([slaveAt(1, 90), slaveAt(2, 0, "wait_bgsave")]);
  const refusal = (request: Partial<FailoverRequest>) => {
    try {
      failover.start({ ...ANY, ...request });
      return null;
    } catch (error) {
      return `${error}`.replace("CommandError: ERR ", "");
    }
  };
  await expect(failover.abort()).rejects.toThrow("ERR No failover in progress.");
  const forced = "FAILOVER with force option requires both a timeout and target HOST and IP.";
  expect(refusal({ isForced: true })).toBe(forced);
  expect(refusal({ isForced: true, timeoutMs: 5 })).toBe(forced);
  expect(refusal({ isForced: true, ...to(1) })).toBe(forced);
  expect(refusal(to(3))).toBe("FAILOVER target HOST and PORT is not a replica.");
  expect(refusal(to(2))).toBe("FAILOVER target replica is not online.");
  state.slaves = [];
  expect(refusal({ isForced: true })).toBe("FAILOVER requires connected replicas.");
  state.isFollowing = true;
  expect(refusal({})).toBe("FAILOVER is not valid when server is a replica.");
  state.isFollowing = false;
  state.slaves = [slaveAt(1, 90)];
  expect(refusal({})).toBeNull();
  expect(refusal({})).toBe("FAILOVER already in progress.");
});
