/**
 * What replication costs: starts a master and a slave from source in a temporary directory and prints how late writes
 * are seen on the slave, how far it falls behind a master under full load, and what a full copy does to the master's
 * latency and to the memory of both. Needs redis-benchmark.
 *
 *     bun scripts/measure-replication.ts [--keys 1000000] [--seconds 10]
 *
 * The figures in docs/performance.md come from here.
 */
import { loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { eventually, replicationInfo } from "../test/support/replicas.ts";
import type { RespClient } from "../test/support/resp-client.ts";
import { ServerProcess } from "../test/support/server-process.ts";
import { temporaryDirectory } from "../test/support/temporary-directory.ts";
import { percentile } from "./bench/statistics.ts";

const WRITES_PER_SECOND = 1000;
/** So many keys that each is nearly always a new one. */
const ANY_KEYS = 1_000_000_000;
/** How often lag and memory are looked at, in ms. */
const SAMPLE_MS = 200;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

const toOneDigit = (number: number): string => number.toFixed(1);

function summary(milliseconds: readonly number[]): string {
  const sorted = [...milliseconds].sort((a, b) => a - b);
  const at = (percent: number) => percentile(sorted, percent).toFixed(2);
  return `p50 ${at(50)}, p99 ${at(99)}, p99.9 ${at(99.9)}, max ${at(100)} ms of ${sorted.length}`;
}

/** From the sending of a write to the master until the slave shows it, in ms, at a steady rate. */
async function measureDelays(
  master: ServerProcess,
  slave: ServerProcess,
  seconds: number,
): Promise<number[]> {
  const [to, from] = [await master.connect(), await slave.connect()];
  const sentMs: number[] = [];
  const delays: number[] = [];
  const count = seconds * WRITES_PER_SECOND;
  const beginMs = performance.now();
  const write = async (): Promise<void> => {
    const replies: Promise<unknown>[] = [];
    while (sentMs.length < count) {
      const due = Math.floor(((performance.now() - beginMs) * WRITES_PER_SECOND) / 1000);
      while (sentMs.length < Math.min(due, count)) {
        sentMs.push(performance.now());
        replies.push(to.call("SET", "probe", sentMs.length));
      }
      await Bun.sleep(1);
    }
    await Promise.all(replies);
  };
  const look = async (): Promise<void> => {
    while (delays.length < count) {
      const seen = Number(await from.call("GET", "probe"));
      const nowMs = performance.now();
      while (delays.length < seen) delays.push(nowMs - sentMs[delays.length]!);
    }
  };
  await Promise.all([write(), look()]);
  to.close();
  from.close();
  return delays;
}

/** Runs redis-benchmark's SET on keys chosen by chance; resolves to requests per second. */
async function load(
  server: ServerProcess,
  requests: number,
  pipeline: number,
  keys: number,
): Promise<number> {
  const child = Bun.spawn(
    [
      ...["redis-benchmark", "-p", `${server.port}`, "-t", "set", "-n", `${requests}`],
      ...["-P", `${pipeline}`, "-r", `${keys}`, "-d", "100", "--csv"],
    ],
    { stdout: "pipe", stderr: "ignore" },
  );
  const output = await child.stdout.text();
  return Number(/"SET","([\d.]+)"/.exec(output)?.[1]);
}

const lagBytes = async (slave: RespClient, master: RespClient): Promise<number> => {
  const [there, here] = await Promise.all([replicationInfo(master), replicationInfo(slave)]);
  return Number(there.get("master_repl_offset")) - Number(here.get("master_repl_offset"));
};

/** How far the slave is behind while the master is under full load. */
async function measureLag(
  master: ServerProcess,
  slave: ServerProcess,
  requests: number,
  keys: number,
): Promise<void> {
  const [to, from] = [await master.connect(), await slave.connect()];
  let isOver = false;
  const lags: number[] = [];
  const loading = load(master, requests, 16, keys).finally(() => {
    isOver = true;
  });
  while (!isOver) {
    lags.push((await lagBytes(from, to)) / 1e6);
    await Bun.sleep(SAMPLE_MS);
  }
  const rate = await loading;
  const endMs = performance.now();
  await eventually("caught up", async () => (await lagBytes(from, to)) <= 0, 120_000);
  const lateMs = performance.now() - endMs;
  const quarters = [0.25, 0.5, 0.75, 1].map((part) => {
    const until = Math.ceil(lags.length * part);
    return Math.max(...lags.slice(Math.floor(lags.length * (part - 0.25)), until)).toFixed(1);
  });
  to.close();
  from.close();
  print(`SET -P 16, ${requests} requests over ${keys} keys: ${rate.toFixed(0)} per second`);
  print(
    `  lag: at most ${quarters.join(", ")} MB in each quarter; none ${lateMs.toFixed(0)} ms behind the end`,
  );
}

/** Times of GET and SET, one at a time, until `isOver`. */
async function measureLatencies(server: ServerProcess, isOver: () => boolean): Promise<number[]> {
  const client = await server.connect();
  const times: number[] = [];
  for (let i = 0; !isOver(); i++) {
    const words = i % 2 === 0 ? ["GET", "probe"] : ["SET", `latency${i % 1000}`, "x".repeat(100)];
    const beginMs = performance.now();
    await client.call(...words);
    times.push(performance.now() - beginMs);
    await Bun.sleep(0);
  }
  client.close();
  return times;
}

/** Resident memory, in MB: all, and what is no page of a file. */
async function memoryOf({ pid }: ServerProcess): Promise<readonly [all: number, own: number]> {
  const text = await Bun.file(`/proc/${pid}/status`).text();
  const of = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(text)?.[1]) / 1024;
  return [of("VmRSS"), of("RssAnon")];
}

async function measureCopy(master: ServerProcess, startSlave: () => Promise<ServerProcess>) {
  let isOver = false;
  const quietUntil = performance.now() + 5000;
  const before = await measureLatencies(master, () => performance.now() > quietUntil);
  const [restAll, restOwn] = await memoryOf(master);
  const slave = await startSlave();
  const beginMs = performance.now();
  const measuring = measureLatencies(master, () => isOver);
  const client = await slave.connect();
  const peaks = { master: [0, 0], slave: [0, 0] };
  for (;;) {
    for (const [name, server] of [
      ["master", master],
      ["slave", slave],
    ] as const) {
      peaks[name] = (await memoryOf(server)).map((megabytes, i) =>
        Math.max(megabytes, peaks[name][i]!),
      );
    }
    // While the database is put in place, the answer waits.
    if ((await replicationInfo(client)).get("master_link_status") === "up") break;
    await Bun.sleep(SAMPLE_MS);
  }
  isOver = true;
  const during = await measuring;
  const shown = ([all, own]: readonly number[]) =>
    `${all!.toFixed(0)} MB (${own!.toFixed(0)} MB own)`;
  print(
    `full copy of ${await client.call("DBSIZE")} keys: ${((performance.now() - beginMs) / 1000).toFixed(1)} s`,
  );
  print(`  GET and SET on the master before: ${summary(before)}`);
  print(`  and meanwhile: ${summary(during)}`);
  print(
    `  memory: master ${shown([restAll, restOwn])} before, at most ${shown(peaks.master)}; slave at most ${shown(peaks.slave)}`,
  );
  client.close();
  return slave;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      keys: { type: "string", default: "1000000" },
      seconds: { type: "string", default: "10" },
    },
  });
  using directory = temporaryDirectory();
  const start = (name: string, ...more: string[]) =>
    ServerProcess.start({ directory: join(directory.path, name), arguments: more });
  const [keys, seconds] = [Number(values.keys), Number(values.seconds)];
  const printLoad = () => print(`load averages: ${loadavg().map(toOneDigit).join(", ")}`);
  printLoad();
  const master = await start("master");
  const slaveof = ["--slaveof", `127.0.0.1:${master.port}`];
  const first = await start("first", ...slaveof);
  await load(master, 10_000, 1, 100_000);
  const delays = await measureDelays(master, first, seconds);
  print(`delay at ${WRITES_PER_SECOND} writes per second: ${summary(delays)}`);
  await measureLag(master, first, keys, 100_000);
  await first.stop();
  const rate = await load(master, keys, 64, ANY_KEYS);
  print(`filled at ${rate.toFixed(0)} per second`);
  const slave = await measureCopy(master, () => start("slave", ...slaveof));
  await measureLag(master, slave, keys / 2, ANY_KEYS);
  printLoad();
  await slave.stop();
  await master.stop();
}

await main();
