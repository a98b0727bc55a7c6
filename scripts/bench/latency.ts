/** Latency of reads at a steady rate, while writes come as fast as the server takes them. */

import { Client } from "./client.ts";
import type { BenchOptions } from "./options.ts";
import { benchmarkCommand } from "./redis-benchmark.ts";
import type { MeasuredServer } from "./servers.ts";
import { percentile } from "./statistics.ts";

/** Requests per millisecond are one: 1000 a second. */
const INTERVAL_MS = 1;
/** Latencies of the first second are not counted: the load is starting. */
const SETTLE_MS = 1000;

export interface Latencies {
  readonly server: string;
  readonly requests: number;
  /** In ms, as all the others. */
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** Measures one server for `options.seconds`. */
export async function measureLatency(
  server: MeasuredServer,
  options: BenchOptions,
): Promise<Latencies> {
  const keyspace = options.keyspaces[0]!;
  const load = { test: "set", pipeline: 1, keyspace, requests: 1_000_000_000 };
  const writer = Bun.spawn(benchmarkCommand(server, options, load), {
    stdio: ["ignore", "ignore", "ignore"],
  });
  try {
    using client = await Client.connect(server.port);
    const all = await readSteadily(client, keyspace, options.seconds * 1000 + SETTLE_MS);
    const sorted = all.sort((a, b) => a - b);
    return {
      server: server.name,
      requests: sorted.length,
      p50: percentile(sorted, 50),
      p99: percentile(sorted, 99),
      p999: percentile(sorted, 99.9),
      max: percentile(sorted, 100),
    };
  } finally {
    writer.kill();
    await writer.exited;
  }
}

/**
 * Sends a GET every millisecond whether or not the one before is answered. A latency counts from the moment
 * at which its request was due: one slow answer does not hide those that had to wait behind it.
 */
async function readSteadily(
  client: Client,
  keyspace: number,
  durationMs: number,
): Promise<number[]> {
  const latencies: number[] = [];
  const pending: Promise<void>[] = [];
  const startMs = performance.now();
  let sent = 0;
  while (performance.now() - startMs < durationMs) {
    const due = Math.floor((performance.now() - startMs) / INTERVAL_MS);
    for (; sent < due; sent++) pending.push(read(startMs + (sent + 1) * INTERVAL_MS));
    await Bun.sleep(INTERVAL_MS);
  }
  await Promise.all(pending);
  return latencies;

  async function read(dueMs: number): Promise<void> {
    const number = `${Math.floor(Math.random() * keyspace)}`.padStart(12, "0");
    await client.call("GET", `key:${number}`);
    if (dueMs - startMs >= SETTLE_MS) latencies.push(performance.now() - dueMs);
  }
}
