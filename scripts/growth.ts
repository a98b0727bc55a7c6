/**
 * How commands grow with the size of what they touch: starts a server from source in a temporary directory, fills
 * collections of each size, asks for the time that commands took (as the server's own SLOWLOG tells it, so without
 * the network) before and after a restart, and prints a table.
 *
 *     bun scripts/growth.ts [--sizes 1000,10000,100000,1000000] [--samples 200]
 *     bun scripts/growth.ts --spread [--samples 200]
 *
 * With --spread it compares ranges of one collection with ranges of a thousand small ones that hold as much together:
 * what they cost then depends on the size of a collection alone, not on how much of the data is in memory.
 *
 * The tables in docs/performance.md come from here.
 */
import { parseArgs } from "node:util";
import type { Argument, Plain, RespClient } from "../test/support/resp-client.ts";
import { ServerProcess } from "../test/support/server-process.ts";
import { temporaryDirectory } from "../test/support/temporary-directory.ts";
import { percentile } from "./bench/statistics.ts";

/** Elements that one request adds, and requests sent at once. */
const BATCH = 100;
const PIPELINE = 20;
/** Elements that a range answers. */
const PAGE = 100;

/** When a command is measured. */
const MOMENTS = ["warm", "restarted"] as const;
type Moment = (typeof MOMENTS)[number];

/** Elements of the collections on which each command is run before, so that its code is warm in any case. */
const REHEARSAL_SIZE = 1000;

interface Measured {
  /** Of all samples, in µs. */
  readonly median: number;
  /** The first one, which finds nothing remembered after a restart, in µs. */
  readonly first: number;
}

/** A command at one size; `run` answers the words of one sample. */
interface Case {
  readonly name: string;
  readonly samples?: number;
  words(sample: number, part: Part): Argument[];
}

interface Results {
  readonly size: number;
  readonly moment: Moment;
  readonly measured: ReadonlyMap<string, Measured>;
}

const random = (below: number): number => Math.floor(Math.random() * below);
const member = (number: number): string => `member:${number}`;

/** Scores are all different; members stand in another order than scores. */
const score = (number: number, size: number): number => (number * 7919) % size;

/** The key of a collection; each moment has its own, because DEL is measured too. */
type Part = Moment | "rehearsal";

const keyOf = (type: string, part: Part): string => `${type}:${part}`;

/** Elements `from` to `to` of each type. */
const FILLS: Readonly<
  Record<string, (key: string, numbers: number[], size: number) => Argument[]>
> = {
  zset: (key, numbers, size) => [
    ...["ZADD", key],
    ...numbers.flatMap((number) => [score(number, size), member(number)]),
  ],
  list: (key, numbers) => ["RPUSH", key, ...numbers.map((number) => `item:${number}`)],
  hash: (key, numbers) => [
    ...["HSET", key],
    ...numbers.flatMap((number) => [member(number), `value:${number}`]),
  ],
  set: (key, numbers) => ["SADD", key, ...numbers.map(member)],
};

const types = Object.keys(FILLS);

function casesOf(size: number): Case[] {
  const start = (): number => random(Math.max(1, size - PAGE));
  const everyType = (sample: number): string => types[sample % types.length]!;
  return [
    { name: "ZSCORE", words: (_, at) => ["ZSCORE", keyOf("zset", at), member(random(size))] },
    { name: "ZRANK", words: (_, at) => ["ZRANK", keyOf("zset", at), member(random(size))] },
    {
      name: "ZCOUNT",
      words: (_, at) => [
        "ZCOUNT",
        keyOf("zset", at),
        random(size / 2),
        size / 2 + random(size / 2),
      ],
    },
    {
      name: "ZRANGE of 1, any rank",
      words: (_, at) => {
        const rank = random(size);
        return ["ZRANGE", keyOf("zset", at), rank, rank];
      },
    },
    {
      name: "ZRANGE of 100, any rank",
      words: (_, at) => {
        const rank = start();
        return ["ZRANGE", keyOf("zset", at), rank, rank + PAGE - 1];
      },
    },
    {
      name: "ZRANGEBYSCORE LIMIT any 10",
      words: (_, at) => {
        return ["ZRANGEBYSCORE", keyOf("zset", at), "-inf", "+inf", "LIMIT", start(), 10];
      },
    },
    { name: "LINDEX", words: (_, at) => ["LINDEX", keyOf("list", at), random(size)] },
    {
      name: "LRANGE of 100, anywhere",
      words: (_, at) => {
        const index = start();
        return ["LRANGE", keyOf("list", at), index, index + PAGE - 1];
      },
    },
    { name: "EXPIRE", words: (i, at) => ["EXPIRE", keyOf(everyType(i), at), 10_000 + i] },
    {
      name: "RENAME",
      words: (i, at) => {
        const key = keyOf(types[Math.floor(i / 2) % types.length]!, at);
        return i % 2 === 0 ? ["RENAME", key, "renamed"] : ["RENAME", "renamed", key];
      },
    },
    { name: "DEL", samples: types.length, words: (i, at) => ["DEL", keyOf(everyType(i), at)] },
  ];
}

async function fill(client: RespClient, size: number, parts: readonly Part[]): Promise<void> {
  for (const type of types) {
    for (const part of parts) await send(client, additions(type, [keyOf(type, part)], size));
  }
}

/** Requests that fill collections of one type, all at the same time, with `size` elements each. */
function* additions(type: string, keys: readonly string[], size: number): Generator<Argument[]> {
  for (let at = 0; at < size; at += BATCH) {
    const numbers = Array.from({ length: Math.min(BATCH, size - at) }, (_, i) => at + i);
    for (const key of keys) yield FILLS[type]!(key, numbers, size);
  }
}

async function send(client: RespClient, requests: Iterable<Argument[]>): Promise<void> {
  let batch: Argument[][] = [];
  const flush = async () => {
    for (const reply of await client.pipeline(batch)) refuseError(reply);
    batch = [];
  };
  for (const request of requests) if (batch.push(request) === PIPELINE) await flush();
  await flush();
}

function refuseError(reply: Plain): void {
  if (typeof reply === "object" && reply !== null && "error" in reply) throw new Error(reply.error);
}

/** Runs the samples of a command one after the other, and asks how long each took. */
async function measure(
  client: RespClient,
  one: Pick<Case, "samples" | "words">,
  samples: number,
  part: Part,
) {
  await client.call("SLOWLOG", "RESET");
  const count = one.samples ?? samples;
  for (let sample = 0; sample < count; sample++) {
    refuseError(await client.call(...one.words(sample, part)));
  }
  const entries = (await client.call("SLOWLOG", "GET", count + 1)) as Plain[][];
  // The newest come first; the last one is the RESET itself.
  const times = entries.map((entry) => Number(entry[2])).reverse();
  const measured = times.slice(-count);
  const sorted = measured.toSorted((a, b) => a - b);
  return { median: percentile(sorted, 50), first: measured[0]! };
}

/** Has the slow log hold the times of that many commands. */
async function logTimes(client: RespClient, samples: number): Promise<void> {
  await client.call("CONFIG", "SET", "slowlog-max-len", samples + 10);
  await client.call("CONFIG", "SET", "slowlog-log-slower-than", 0);
}

async function measureAll(server: ServerProcess, size: number, samples: number, moment: Moment) {
  await using client = await server.connect();
  await logTimes(client, samples);
  await fill(client, REHEARSAL_SIZE, ["rehearsal"]);
  await client.call("SAVE");
  for (const one of casesOf(REHEARSAL_SIZE)) await measure(client, one, samples, "rehearsal");
  const measured = new Map<string, Measured>();
  for (const one of casesOf(size)) {
    measured.set(one.name, await measure(client, one, samples, moment));
  }
  return { size, moment, measured };
}

async function growth(size: number, samples: number): Promise<Results[]> {
  using directory = temporaryDirectory();
  const start = () => ServerProcess.start({ directory: directory.path });
  const server = await start();
  const client = await server.connect();
  await fill(client, size, MOMENTS);
  await client.call("SAVE");
  client.close();
  const warm = await measureAll(server, size, samples, "warm");
  await server.stop();
  const again = await start();
  const restarted = await measureAll(again, size, samples, "restarted");
  await again.stop();
  return [warm, restarted];
}

/** Small collections of the comparison, and elements of each; the large one has as many as all of them. */
const SPREAD = 1000;
const SPREAD_TYPES = { list: "LRANGE", zset: "ZRANGE" } as const;
const SPREAD_ROUNDS = 3;

/** A line for each range command: medians of each round, on small collections and on the large one in turn. */
async function spread(samples: number): Promise<string> {
  using directory = temporaryDirectory();
  const start = () => ServerProcess.start({ directory: directory.path });
  const filled = await start();
  {
    await using client = await filled.connect();
    for (const type of Object.keys(SPREAD_TYPES)) {
      const small = Array.from({ length: SPREAD }, (_, number) => `${type}:${number}`);
      await send(client, additions(type, small, SPREAD));
      await send(client, additions(type, [`${type}:large`], SPREAD * SPREAD));
    }
    await client.call("SAVE");
  }
  await filled.stop();
  const server = await start();
  await using client = await server.connect();
  await logTimes(client, samples);
  const lines = [`| µs | ${SPREAD} of ${SPREAD} elements | one of ${SPREAD * SPREAD} |\n`];
  lines.push("| --- | --- | --- |\n");
  for (const [type, command] of Object.entries(SPREAD_TYPES)) {
    const range = (name: string, size: number) => {
      const first = random(size - PAGE);
      return [command, `${type}:${name}`, first, first + PAGE - 1];
    };
    const small = { words: () => range(`${random(SPREAD)}`, SPREAD) };
    const large = { words: () => range("large", SPREAD * SPREAD) };
    const medians: [number[], number[]] = [[], []];
    for (let round = 0; round < SPREAD_ROUNDS; round++) {
      for (const [at, one] of [small, large].entries()) {
        medians[at]!.push((await measure(client, one, samples, "restarted")).median);
      }
    }
    lines.push(`| ${command} of ${PAGE} | ${medians[0].join(", ")} | ${medians[1].join(", ")} |\n`);
  }
  await server.stop();
  return lines.join("");
}

/** Medians; after a restart also the first one, in brackets. */
function table(results: readonly Results[]): string {
  const sizes = [...new Set(results.map(({ size }) => size))];
  const cells = (name: string) =>
    MOMENTS.flatMap((moment) =>
      sizes.map((size) => {
        const found = results.find((one) => one.size === size && one.moment === moment)!;
        const { median, first } = found.measured.get(name)!;
        return moment === "warm" ? `${median}` : `${median} (${first})`;
      }),
    );
  const head = MOMENTS.flatMap((moment) =>
    sizes.map((size) => `${moment}, ${size.toLocaleString("en")}`),
  );
  const names = [...results[0]!.measured.keys()];
  const lines = [
    ["µs", ...head],
    ["---", ...head.map(() => "---:")],
    ...names.map((name) => [name, ...cells(name)]),
  ];
  return lines.map((line) => `| ${line.join(" | ")} |\n`).join("");
}

const { values } = parseArgs({
  options: {
    sizes: { type: "string", default: "1000,10000,100000,1000000" },
    samples: { type: "string", default: "200" },
    spread: { type: "boolean", default: false },
  },
});
const samples = Number(values.samples);
if (values.spread) {
  process.stdout.write(await spread(samples));
} else {
  const results: Results[] = [];
  for (const size of values.sizes.split(",").map(Number)) {
    process.stderr.write(`${size} elements\n`);
    results.push(...(await growth(size, samples)));
  }
  process.stdout.write(table(results));
}
