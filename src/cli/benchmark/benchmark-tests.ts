/** The tests of `ledis benchmark`: redis-benchmark's, under its names and in its order. */
import { ConfigError } from "../../errors.ts";
import { RANDOM_WORD } from "./request-batch.ts";

export interface BenchmarkTest {
  readonly title: string;
  /** A text alone is an inline request. */
  readonly request: readonly string[] | string;
}

interface TestRow {
  readonly title: string;
  /** What selects it with -t, in lower case. */
  readonly names: readonly string[];
  readonly request: (data: string, isRandom: boolean) => readonly string[] | string;
}

const KEY = `key:${RANDOM_WORD}`;
const ELEMENT = `element:${RANDOM_WORD}`;
const RANGES = [100, 300, 500, 600];

const ROWS: readonly TestRow[] = [
  { title: "PING_INLINE", names: ["ping_inline", "ping"], request: () => "PING" },
  { title: "PING_MBULK", names: ["ping_mbulk", "ping"], request: () => ["PING"] },
  { title: "SET", names: ["set"], request: (data) => ["SET", KEY, data] },
  { title: "GET", names: ["get"], request: () => ["GET", KEY] },
  { title: "INCR", names: ["incr"], request: () => ["INCR", `counter:${RANDOM_WORD}`] },
  { title: "LPUSH", names: ["lpush"], request: (data) => ["LPUSH", "mylist", data] },
  { title: "RPUSH", names: ["rpush"], request: (data) => ["RPUSH", "mylist", data] },
  { title: "LPOP", names: ["lpop"], request: () => ["LPOP", "mylist"] },
  { title: "RPOP", names: ["rpop"], request: () => ["RPOP", "mylist"] },
  { title: "SADD", names: ["sadd"], request: () => ["SADD", "myset", ELEMENT] },
  { title: "HSET", names: ["hset"], request: (data) => ["HSET", "myhash", ELEMENT, data] },
  { title: "SPOP", names: ["spop"], request: () => ["SPOP", "myset"] },
  {
    title: "ZADD",
    names: ["zadd"],
    request: (_, isRandom) => ["ZADD", "myzset", isRandom ? RANDOM_WORD : "0", ELEMENT],
  },
  { title: "ZPOPMIN", names: ["zpopmin"], request: () => ["ZPOPMIN", "myzset"] },
  {
    title: "LPUSH (needed to benchmark LRANGE)",
    names: ["lrange", ...RANGES.map((count) => `lrange_${count}`)],
    request: (data) => ["LPUSH", "mylist", data],
  },
  ...RANGES.map((count) => ({
    title: `LRANGE_${count} (first ${count} elements)`,
    names: ["lrange", `lrange_${count}`],
    request: () => ["LRANGE", "mylist", "0", String(count - 1)],
  })),
  {
    title: "MSET (10 keys)",
    names: ["mset"],
    request: (data) => ["MSET", ...Array.from({ length: 10 }, () => [KEY, data]).flat()],
  },
];

/**
 * The tests with these names, in any case; all of them for null.
 *
 * @param dataBytes length of the values
 * @param isRandom whether keys are
 * @throws {ConfigError} there is no such test
 */
export function benchmarkTests(
  names: readonly string[] | null,
  dataBytes: number,
  isRandom: boolean,
): BenchmarkTest[] {
  const wanted = names?.map((name) => name.trim().toLowerCase()) ?? null;
  const known = new Set(ROWS.flatMap((row) => row.names));
  const unknown = wanted?.find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw new ConfigError(`benchmark: no test '${unknown}'; there are ${[...known].join(", ")}`);
  }
  const data = testValue(dataBytes);
  return ROWS.filter(
    (row) => wanted === null || row.names.some((name) => wanted.includes(name)),
  ).map(({ title, request }) => ({ title, request: request(data, isRandom) }));
}

/** A text that does not compress to nothing, the same in each run. */
function testValue(length: number): string {
  const bytes = Buffer.alloc(length);
  let state = 1234;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[at] = 0x30 + ((state >>> 16) & 63);
  }
  return bytes.toString("latin1");
}
