/**
 * Scripts with the replies that redis-server 7.0.15 gave, in test/lua/redis-scripts.jsonl: texts of one character
 * per byte. Each part begins with the same few keys.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startServer } from "./start-server.ts";

interface Line {
  readonly part: string;
  readonly resp: 2 | 3;
  readonly words: readonly string[];
  readonly reply: string;
}

const KEYS = [
  ["SET", "s", "val"],
  ["RPUSH", "l", "a", "b"],
  ["HSET", "h", "f", "1"],
  ["ZADD", "z", "1.5", "m"],
  ["SADD", "st", "one"],
  ["SET", "n", "10"],
];

const file = join(import.meta.dir, "../lua/redis-scripts.jsonl");
const lines = readFileSync(file, "latin1")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Line);

/** Runs the scripts of one part; answers those with another reply than Redis's, of at least `count`. */
export async function replayRecorded(part: string, count: number): Promise<unknown[]> {
  await using server = await startServer();
  const differences: unknown[] = [];
  const chosen = lines.filter((line) => line.part === part);
  if (chosen.length < count) differences.push(`only ${chosen.length} scripts of ${part}`);
  for (const resp of [2, 3] as const) {
    const client = await server.connect();
    for (const words of [["FLUSHALL"], ["SCRIPT", "FLUSH"], ...KEYS, ["HELLO", `${resp}`]]) {
      await client.call(...words);
    }
    for (const line of chosen.filter((each) => each.resp === resp)) {
      const wire = await client.wire(...line.words.map((word) => Buffer.from(word, "latin1")));
      if (wire !== line.reply) differences.push({ ...line, wire });
    }
  }
  return differences;
}
