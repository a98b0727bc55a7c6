/** What was measured, as a table for the terminal, as Markdown, or as JSON. */

import type { Latencies } from "./latency.ts";
import type { Facts } from "./machine.ts";
import type { Format } from "./options.ts";
import type { Spread } from "./statistics.ts";

/** One test under one load: what each server made of it, in the order of `Report.servers`. */
export interface Row {
  readonly test: string;
  readonly keyspace: number;
  readonly pipeline: number;
  /** Requests per second; null: the server cannot do it. */
  readonly rates: readonly (Spread | null)[];
}

export interface MemoryRow {
  readonly server: string;
  /** Bytes; null: unknown. */
  readonly memory: { readonly now: number; readonly peak: number } | null;
}

export interface Report {
  readonly facts: Facts;
  /** Names; that of the base is among them. */
  readonly servers: readonly string[];
  readonly base: string;
  readonly rows: readonly Row[];
  readonly latencies: readonly Latencies[];
  readonly memory: readonly MemoryRow[];
}

interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly body: readonly (readonly string[])[];
}

export function formatReport(report: Report, format: Format): string {
  if (format === "json") return `${JSON.stringify(report, null, 2)}\n`;
  const print = format === "markdown" ? markdown : plain;
  return tablesOf(report).map(print).join("\n");
}

/** Times the base's requests per second; null when either could not do it. */
export function ratioOf(report: Report, row: Row, server: number): number | null {
  const rate = row.rates[server];
  const base = row.rates[report.servers.indexOf(report.base)];
  return rate && base ? rate.median / base.median : null;
}

function tablesOf(report: Report): Table[] {
  const facts = Object.entries(report.facts).map(([name, value]) => [name, value]);
  const tables: Table[] = [{ title: "Machine", head: ["", ""], body: facts }];
  for (const [title, rows] of Map.groupBy(report.rows, titleOf)) {
    tables.push(rateTable(report, title, rows));
  }
  if (report.latencies.length > 0) tables.push(latencyTable(report.latencies));
  tables.push(memoryTable(report.memory));
  return tables;
}

function titleOf({ keyspace, pipeline }: Row): string {
  return `Requests per second, ${keyspace.toLocaleString("en")} keys, pipeline ${pipeline}`;
}

function rateTable(report: Report, title: string, rows: readonly Row[]): Table {
  const { servers, base } = report;
  const head = servers.flatMap((name) => [name, "spread", ...(name === base ? [] : ["ratio"])]);
  const body = rows.map((row) => [
    row.test,
    ...servers.flatMap((name, server) => {
      const rate = row.rates[server] ?? null;
      const cells = rate === null ? ["-", "-"] : [thousands(rate.median), spread(rate)];
      return name === base ? cells : [...cells, ratioOf(report, row, server)?.toFixed(2) ?? "-"];
    }),
  ]);
  return { title, head: ["", ...head], body };
}

function latencyTable(latencies: readonly Latencies[]): Table {
  const ms = (value: number) => value.toFixed(2);
  return {
    title: "Latency of GET in ms, 1000 a second, while SETs come as fast as they can",
    head: ["", "requests", "p50", "p99", "p99.9", "max"],
    body: latencies.map(({ server, requests, p50, p99, p999, max }) => [
      server,
      `${requests}`,
      ...[p50, p99, p999, max].map(ms),
    ]),
  };
}

function memoryTable(rows: readonly MemoryRow[]): Table {
  const mb = (bytes: number) => (bytes / (1 << 20)).toFixed(0);
  return {
    title: "Resident memory in MB",
    head: ["", "at the end", "peak"],
    body: rows.map(({ server, memory }) =>
      memory === null ? [server, "-", "-"] : [server, mb(memory.now), mb(memory.peak)],
    ),
  };
}

function thousands(rate: number): string {
  return Math.round(rate).toLocaleString("en");
}

function spread({ min, max }: Spread): string {
  return `${thousands(min)}-${thousands(max)}`;
}

function markdown({ title, head, body }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
  const rule = head.map((_, column) => (column === 0 ? "---" : "---:"));
  return `### ${title}\n\n${line(head)}${line(rule)}${body.map(line).join("")}`;
}

function plain({ title, head, body }: Table): string {
  const widths = head.map((_, column) =>
    Math.max(...[head, ...body].map((cells) => cells[column]!.length)),
  );
  // Two columns are a name and a text, more are a name and figures.
  const pad = (cell: string, column: number) =>
    column === 0 || head.length === 2
      ? cell.padEnd(widths[column]!)
      : cell.padStart(widths[column]!);
  const line = (cells: readonly string[]) => `  ${cells.map(pad).join("  ")}`.trimEnd();
  const lines = (head.every((cell) => cell === "") ? body : [head, ...body]).map(line);
  return `${title}\n${lines.map((text) => `${text}\n`).join("")}`;
}
