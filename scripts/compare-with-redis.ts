/**
 * Sends the same random commands to a ledis and to a redis-server, both on 127.0.0.1, and prints where their
 * replies differ. Both are emptied first. Exit status 1 when something differed.
 *
 *     bun scripts/compare-with-redis.ts LEDIS_PORT REDIS_PORT [--count 20000] [--seed 1] [--families strings,keys]
 */
import { parseArgs } from "node:util";
import { fromMapKey } from "../src/bytes/bytes.ts";
import { quoteRedis } from "../src/bytes/quote.ts";
import { RespClient } from "../test/support/resp-client.ts";
import { drawCommand, drawTemplate, seededRandom } from "./random-commands/draw.ts";
import { type Comparison, families } from "./random-commands/families.ts";

/** By how much times may differ, in whatever unit. */
const NEAR = 2000;
/** Values beyond what a ledis row can hold as a time differ by design. */
const TIME_MAX = 2 ** 47;
const DIFFERENCES_MAX = 20;

function integerOf(line: string): number | null {
  const digits = /^:(-?[0-9]+)$/.exec(line)?.[1];
  return digits === undefined ? null : Number(digits);
}

function agree(ours: string, theirs: string, comparison: Comparison): boolean {
  if (ours === theirs) return true;
  switch (comparison) {
    case "exact":
      return false;
    case "kind":
      return ours[0] === theirs[0];
    case "sorted":
      return ours.length === theirs.length && parts(ours) === parts(theirs);
    case "near": {
      const [a, b] = [ours.split("\r\n"), theirs.split("\r\n")];
      return a.length === b.length && a.every((line, i) => areNear(line, b[i]!));
    }
  }
}

/** Whether two lines are the same, or integers that time alone can have made different. */
function areNear(ours: string, theirs: string): boolean {
  if (ours === theirs) return true;
  const a = integerOf(ours);
  const b = integerOf(theirs);
  if (a === null || b === null) return false;
  return Math.abs(a - b) <= NEAR || (a > TIME_MAX / 1000 && b > TIME_MAX / 1000);
}

/** The lines of a reply, sorted: items in any order. */
function parts(reply: string): string {
  return reply.split("\r\n").sort().join("\r\n");
}

function show(words: readonly string[]): string {
  return words.map((word) => quoteRedis(Buffer.from(word))).join(" ");
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      count: { type: "string", default: "20000" },
      seed: { type: "string", default: `${Date.now() % 1_000_000}` },
      families: { type: "string", default: Object.keys(families).join() },
    },
    allowPositionals: true,
  });
  const [ourPort, theirPort] = positionals.map(Number);
  if (ourPort === undefined || theirPort === undefined) {
    console.error("usage: compare-with-redis.ts LEDIS_PORT REDIS_PORT [--count N] [--seed N]");
    return 2;
  }
  const connect = (port: number) => RespClient.connect({ kind: "tcp", host: "127.0.0.1", port });
  await using ours = await connect(ourPort);
  await using theirs = await connect(theirPort);
  const random = seededRandom(Number(values.seed));
  const names = values.families.split(",");
  console.log(`seed ${values.seed}, families ${names.join(" ")}`);
  for (const client of [ours, theirs]) await client.call("FLUSHALL");
  const history: string[] = [];
  let differences = 0;
  for (let sent = 0; sent < Number(values.count); sent++) {
    const template = drawTemplate(random, names);
    const words = drawCommand(random, template);
    history.push(show(words));
    const [a, b] = await Promise.all([ours.wire(...words), theirs.wire(...words)]);
    if (agree(a, b, template.compare ?? "exact")) continue;
    differences++;
    console.log(`\n#${sent}, after:\n  ${history.slice(-6).join("\n  ")}`);
    console.log(`ledis ${quoteRedis(fromMapKey(a))}\nredis ${quoteRedis(fromMapKey(b))}`);
    if (differences === DIFFERENCES_MAX) break;
  }
  console.log(`${history.length} commands, ${differences} differences`);
  return differences > 0 ? 1 : 0;
}

process.exitCode = await main();
