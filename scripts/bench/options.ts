/** Command line of the benchmark. */

import { parseArgs } from "node:util";
import { ALL_TESTS, DEFAULT_TESTS } from "./tests.ts";

export const USAGE = `Usage: npm run bench -- [options]

Compares Redis-protocol servers on this machine by redis-benchmark, round by round, one server after the
other. Shows medians, the spread over the rounds, and ratios to the first server.

Servers:
  --spawn                 start ledis and redis-server (appendonly, everysec) on free ports in temporary
                          directories, and stop them at the end; redis is the base
  --ledis source|dist     what --spawn starts: src/main.ts or dist/ledis (default: dist if it is there)
  --server name=port      one that runs on 127.0.0.1; may stand several times. Its keys are overwritten.
  --base name             the server whose ratio is 1 (default: the first)

Measurements:
  --tests set,get,...     tests of redis-benchmark, and others that bench/tests.ts lists; "all" is all of
                          them (default: ${DEFAULT_TESTS.join()})
  --pipeline 1,16         requests sent at once (default: 1,16)
  --keyspace 100000,...   number of different keys (default: 100000)
  --requests 200000       requests of a measurement
  --rounds 3              measurements of each kind
  --clients 50            connections
  --size 100              bytes of a value
  --p999                  latency of GET at 1000 requests a second, while SETs come as fast as they can
  --seconds 10            how long --p999 measures each server

Output:
  --format table|markdown|json
`;

const LEDIS = ["source", "dist"] as const;
const FORMATS = ["table", "markdown", "json"] as const;

export type Format = (typeof FORMATS)[number];

export interface NamedPort {
  readonly name: string;
  readonly port: number;
}

export interface BenchOptions {
  readonly spawn: boolean;
  /** null: dist/ledis if it is there. */
  readonly ledis: "source" | "dist" | null;
  readonly servers: readonly NamedPort[];
  readonly base: string | null;
  readonly tests: readonly string[];
  readonly pipelines: readonly number[];
  readonly keyspaces: readonly number[];
  readonly requests: number;
  readonly rounds: number;
  readonly clients: number;
  readonly valueBytes: number;
  readonly p999: boolean;
  readonly seconds: number;
  readonly format: Format;
  readonly help: boolean;
}

/** A mistake on the command line; the message is one line. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** @throws {UsageError} an unknown option or a bad value */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values } = parse(args);
  const options: BenchOptions = {
    spawn: values.spawn,
    ledis: values.ledis === undefined ? null : oneOf("ledis", values.ledis, LEDIS),
    servers: values.server.map(namedPort),
    base: values.base ?? null,
    tests: values.tests === "all" ? ALL_TESTS : values.tests.toLowerCase().split(","),
    pipelines: numbers("pipeline", values.pipeline),
    keyspaces: numbers("keyspace", values.keyspace),
    requests: number("requests", values.requests),
    rounds: number("rounds", values.rounds),
    clients: number("clients", values.clients),
    valueBytes: number("size", values.size),
    p999: values.p999,
    seconds: number("seconds", values.seconds),
    format: oneOf("format", values.format, FORMATS),
    help: values.help,
  };
  if (!options.help && !options.spawn && options.servers.length === 0) {
    throw new UsageError("nothing to measure: give --spawn or --server name=port");
  }
  return options;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        spawn: { type: "boolean", default: false },
        ledis: { type: "string" },
        server: { type: "string", multiple: true, default: [] },
        base: { type: "string" },
        tests: { type: "string", default: DEFAULT_TESTS.join() },
        pipeline: { type: "string", default: "1,16" },
        keyspace: { type: "string", default: "100000" },
        requests: { type: "string", default: "200000" },
        rounds: { type: "string", default: "3" },
        clients: { type: "string", default: "50" },
        size: { type: "string", default: "100" },
        p999: { type: "boolean", default: false },
        seconds: { type: "string", default: "10" },
        format: { type: "string", default: "table" },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function number(name: string, text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1) throw new UsageError(`--${name}: "${text}" is no number`);
  return value;
}

function numbers(name: string, text: string): number[] {
  return text.split(",").map((part) => number(name, part));
}

function oneOf<T extends string>(name: string, text: string, choices: readonly T[]): T {
  const choice = choices.find((known) => known === text);
  if (choice === undefined) throw new UsageError(`--${name}: one of ${choices.join(", ")}`);
  return choice;
}

function namedPort(text: string): NamedPort {
  const [, name, port] = /^([^=]+)=(\d+)$/.exec(text) ?? [];
  if (name === undefined) throw new UsageError(`--server: "${text}" is not name=port`);
  return { name, port: number("server", port!) };
}
