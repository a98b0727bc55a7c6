/** Runs redis-benchmark, the judge that all servers have in common. */

import type { BenchOptions } from "./options.ts";
import type { MeasuredServer } from "./servers.ts";
import { testArguments } from "./tests.ts";

/** What one measurement depends on besides the server. */
export interface Load {
  readonly test: string;
  readonly pipeline: number;
  readonly keyspace: number;
  readonly requests: number;
}

/** Version line of redis-benchmark; null when it is not installed. */
export async function benchmarkVersion(): Promise<string | null> {
  if (Bun.which("redis-benchmark") === null) return null;
  const child = Bun.spawn(["redis-benchmark", "--version"], { stdout: "pipe" });
  return (await child.stdout.text()).trim();
}

export function benchmarkCommand(
  server: MeasuredServer,
  options: BenchOptions,
  load: Load,
): string[] {
  const test = testArguments(load.test, load.keyspace);
  return [
    "redis-benchmark",
    ...["-h", "127.0.0.1", "-p", `${server.port}`],
    ...["-n", `${load.requests}`, "-P", `${load.pipeline}`],
    ...["-r", `${load.keyspace}`, "-c", `${options.clients}`, "-d", `${options.valueBytes}`],
    ...["--csv", ...test.options, ...test.words],
  ];
}

/** Requests per second; null when the server cannot do it. */
export async function measure(
  server: MeasuredServer,
  options: BenchOptions,
  load: Load,
): Promise<number | null> {
  const child = Bun.spawn(benchmarkCommand(server, options, load), {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [output] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  const { label } = testArguments(load.test, load.keyspace);
  return (await child.exited) === 0 ? rateIn(output, label) : null;
}

/**
 * The rate of the test with this label in redis-benchmark's CSV: `"SET","151515.16","0.176",...`. The names there are longer
 * than those it takes: `MSET (10 keys)`, and LRANGE brings an LPUSH of its own.
 */
export function rateIn(csv: string, label: string): number | null {
  for (const line of csv.split("\n")) {
    const [, name = "", rate = ""] = /^"([^"]*)","([\d.]+)"/.exec(line) ?? [];
    const [word] = name.toLowerCase().split(" ");
    if (word === label && !name.includes("needed to benchmark")) return Number(rate);
  }
  return null;
}
