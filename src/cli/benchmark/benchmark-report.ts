/** What `ledis benchmark` prints of a test: redis-benchmark's words. */
import type { BenchmarkResult, BenchmarkRun } from "./benchmark-run.ts";
import type { CumulativeCount } from "./latency-histogram.ts";

export interface ReportSettings {
  readonly clients: number;
  /** Bytes of a value, or of a whole custom request. */
  readonly payloadBytes: number;
  readonly keepAlive: boolean;
  /** Of the server: `save` and `appendonly`; empty when it does not tell. */
  readonly hostSettings: readonly (readonly [name: string, value: string])[];
  /** Decimals of latencies. */
  readonly decimals: number;
}

const CSV_COLUMNS = ["rps", "avg_latency_ms", "min_latency_ms", "p50_latency_ms"].concat(
  ...["p95_latency_ms", "p99_latency_ms", "max_latency_ms"],
);

/** First line of the CSV form. */
export const CSV_HEADER = `${["test", ...CSV_COLUMNS].map((name) => `"${name}"`).join(",")}\n`;

function requestsPerSecond({ requests, tookMs }: BenchmarkResult): string {
  return (requests / (tookMs / 1000)).toFixed(2);
}

/** Average, least, 50 %, 95 %, 99 %, most. */
function summaryOf({ latencies }: BenchmarkResult, decimals: number): string[] {
  const { average, min, max } = latencies;
  const percentiles = [50, 95, 99].map((percent) => latencies.percentile(percent));
  return [average, min, ...percentiles, max].map((us) => (us / 1000).toFixed(decimals));
}

export function csvReport(title: string, result: BenchmarkResult, decimals: number): string {
  const values = [title, requestsPerSecond(result), ...summaryOf(result, decimals)];
  return `${values.map((value) => `"${value}"`).join(",")}\n`;
}

export function quietReport(title: string, result: BenchmarkResult, decimals: number): string {
  const median = summaryOf(result, decimals)[2];
  return `${title}: ${requestsPerSecond(result)} requests per second, p50=${median} msec\n`;
}

export function longReport(
  title: string,
  result: BenchmarkResult,
  settings: ReportSettings,
): string {
  const { latencies } = result;
  const host = settings.hostSettings.map(
    ([name, value]) => `  host configuration "${name}": ${value}`,
  );
  const head = ["avg", "min", "p50", "p95", "p99", "max"];
  const row = (cells: readonly string[]): string =>
    `    ${cells.map((cell) => cell.padStart(9)).join(" ")}`;
  return [
    `====== ${title} ======`,
    `  ${result.requests} requests completed in ${(result.tookMs / 1000).toFixed(2)} seconds`,
    `  ${settings.clients} parallel clients`,
    `  ${settings.payloadBytes} bytes payload`,
    `  keep alive: ${settings.keepAlive ? 1 : 0}`,
    ...host,
    "  multi-thread: no",
    "",
    "Latency by percentile distribution:",
    ...latencies.byPercentile().map(countLine),
    "",
    "Cumulative distribution of latencies:",
    ...latencies.byTime().map(countLine),
    "",
    "Summary:",
    `  throughput summary: ${requestsPerSecond(result)} requests per second`,
    "  latency summary (msec):",
    row(head),
    row(summaryOf(result, settings.decimals)),
    "",
    "",
  ].join("\n");
}

function countLine({ percentile, atMostUs, count }: CumulativeCount): string {
  const milliseconds = (atMostUs / 1000).toFixed(3);
  return `${percentile.toFixed(3)}% <= ${milliseconds} milliseconds (cumulative count ${count})`;
}

/** A line that tells how far the run is, for a terminal; replaces itself. */
export class ProgressLine {
  readonly #title: string;
  readonly #run: BenchmarkRun;
  readonly #begin = performance.now();
  #seenMs = this.#begin;
  #seen = 0;

  constructor(title: string, run: BenchmarkRun) {
    this.#title = title;
    this.#run = run;
  }

  text(): string {
    const now = performance.now();
    const { finished, latencies } = this.#run;
    const rate = ((finished - this.#seen) / Math.max(1, now - this.#seenMs)) * 1000;
    const overall = (finished / Math.max(1, now - this.#begin)) * 1000;
    this.#seen = finished;
    this.#seenMs = now;
    const average = (latencies.average / 1000).toFixed(3);
    return `${CLEAR_LINE}${this.#title}: rps=${rate.toFixed(1)} (overall: ${overall.toFixed(1)}) avg_msec=${average}`;
  }
}

export const CLEAR_LINE = "\r\x1b[K";
