/**
 * `npm run bench`: compares this server with others that speak the same protocol, as ratios. What is measured,
 * and how, stands in bench/options.ts; the figures in docs/performance.md come from here.
 */

import { Client } from "./bench/client.ts";
import { type Latencies, measureLatency } from "./bench/latency.ts";
import { factsOf } from "./bench/machine.ts";
import { type BenchOptions, parseOptions, USAGE, UsageError } from "./bench/options.ts";
import { benchmarkVersion, type Load, measure } from "./bench/redis-benchmark.ts";
import { formatReport, type Row } from "./bench/report.ts";
import { type MeasuredServer, memoryOf, openServers } from "./bench/servers.ts";
import { spreadOf } from "./bench/statistics.ts";
import { neededBy } from "./bench/tests.ts";

/** Progress goes to stderr: the report alone is worth keeping. */
function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** All rounds of one load, server by server; each round begins with another server. */
async function measureRow(
  servers: readonly MeasuredServer[],
  options: BenchOptions,
  load: Load,
): Promise<Row> {
  const rates: number[][] = servers.map(() => []);
  for (let round = 0; round < options.rounds; round++) {
    for (let step = 0; step < servers.length; step++) {
      const turn = (round + step) % servers.length;
      const rate = await measure(servers[turn]!, options, load);
      if (rate !== null) rates[turn]!.push(rate);
    }
  }
  const { test, keyspace, pipeline } = load;
  const medians = rates.map(spreadOf);
  const shown = servers.map(({ name }, i) => `${name} ${medians[i]?.median.toFixed(0) ?? "-"}`);
  progress(`${test}, ${keyspace} keys, pipeline ${pipeline}: ${shown.join(", ")}`);
  return { test, keyspace, pipeline, rates: medians };
}

/** Empties the servers that were started here, and fills all with most of what will be read. */
async function prepare(
  servers: readonly MeasuredServer[],
  options: BenchOptions,
  keyspace: number,
): Promise<void> {
  for (const server of servers) {
    if (server.isOwn) {
      using client = await Client.connect(server.port);
      await client.call("FLUSHALL");
    }
    const requests = 3 * keyspace;
    const needed = new Set(["set", ...options.tests.map(neededBy).filter((test) => test !== null)]);
    for (const test of needed) {
      await measure(server, options, { test, pipeline: 64, keyspace, requests });
    }
  }
}

async function measureRows(
  servers: readonly MeasuredServer[],
  options: BenchOptions,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const keyspace of options.keyspaces) {
    await prepare(servers, options, keyspace);
    for (const pipeline of options.pipelines) {
      for (const test of options.tests) {
        const { requests } = options;
        rows.push(await measureRow(servers, options, { test, pipeline, keyspace, requests }));
      }
    }
  }
  return rows;
}

async function bench(options: BenchOptions, judge: string): Promise<void> {
  await using opened = await openServers(options);
  const servers = opened.list;
  const base = options.base ?? servers[0]!.name;
  if (!servers.some(({ name }) => name === base)) throw new UsageError(`--base: no server ${base}`);
  const rows = await measureRows(servers, options);
  const latencies: Latencies[] = [];
  if (options.p999) {
    for (const server of servers) {
      progress(`latency of ${server.name}`);
      latencies.push(await measureLatency(server, options));
    }
  }
  const report = {
    facts: factsOf(servers, options, judge),
    servers: servers.map(({ name }) => name),
    base,
    rows,
    latencies,
    memory: servers.map((server) => ({ server: server.name, memory: memoryOf(server) })),
  };
  process.stdout.write(formatReport(report, options.format));
}

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const judge = await benchmarkVersion();
  if (judge === null) {
    progress("bench: redis-benchmark is not installed (Debian, Ubuntu: apt install redis-tools)");
    return 1;
  }
  if (options.spawn && Bun.which("redis-server") === null) {
    progress("bench: redis-server is not installed, --spawn needs it to compare with");
    return 1;
  }
  await bench(options, judge);
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  progress(`bench: ${error instanceof Error ? error.message : error}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
