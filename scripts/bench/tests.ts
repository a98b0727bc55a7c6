/** What can be measured: tests that redis-benchmark has, and commands that it is given. */

/** Tests of a run that names none. */
export const DEFAULT_TESTS: readonly string[] = [
  ...["set", "get", "incr", "mset"],
  ...["lpush", "rpush", "lpop", "rpop", "lrange_100"],
  ...["sadd", "spop", "hset", "zadd"],
];

/** A command that redis-benchmark sends as it is, with a random number of 12 digits for RANDOM. */
interface CustomTest {
  /** The test that makes what this one reads. */
  readonly needs?: string;
  words(keyspace: number): readonly string[];
}

const RANDOM = "__rand_int__";
const ELEMENT = `element:${RANDOM}`;

const CUSTOM_TESTS: Readonly<Record<string, CustomTest>> = {
  setbit: { words: () => ["SETBIT", `bits:${RANDOM}`, "100", "1"] },
  getbit: { needs: "setbit", words: () => ["GETBIT", `bits:${RANDOM}`, "100"] },
  bsetbit: { words: () => ["BSETBIT", `bitmap:${RANDOM}`, "100", "1"] },
  bgetbit: { needs: "bsetbit", words: () => ["BGETBIT", `bitmap:${RANDOM}`, "100"] },
  expire: { needs: "set", words: () => ["EXPIRE", `key:${RANDOM}`, "100000"] },
  hget: { needs: "hset", words: () => ["HGET", "myhash", ELEMENT] },
  hincrby: { words: () => ["HINCRBY", "counters", ELEMENT, "1"] },
  sismember: { needs: "sadd", words: () => ["SISMEMBER", "myset", ELEMENT] },
  zincrby: { needs: "zadd", words: () => ["ZINCRBY", "myzset", "1", ELEMENT] },
  xadd: { words: () => ["XADD", "mystream", "*", "field", ELEMENT] },
  xrange: { needs: "xadd", words: () => ["XRANGE", "mystream", "-", "+", "COUNT", "10"] },
  zscore: { needs: "zadd", words: () => ["ZSCORE", "myzset", ELEMENT] },
  zrank: { needs: "zadd", words: () => ["ZRANK", "myzset", ELEMENT] },
  zcount: { needs: "zadd", words: () => ["ZCOUNT", "myzset", RANDOM, "+inf"] },
  zrangebyscore: {
    needs: "zadd",
    words: () => ["ZRANGEBYSCORE", "myzset", RANDOM, "+inf", "LIMIT", "0", "10"],
  },
  zrange_offset: {
    needs: "zadd",
    words: (keyspace) => ["ZRANGE", "myzset", `${keyspace >> 1}`, `${(keyspace >> 1) + 9}`],
  },
};

/** `--tests all`. */
export const ALL_TESTS: readonly string[] = [
  ...DEFAULT_TESTS,
  ...["lrange_300", "lrange_600", "zpopmin"],
  ...Object.keys(CUSTOM_TESTS),
];

/** The test that has to run before; null: none. */
export function neededBy(test: string): string | null {
  return CUSTOM_TESTS[test]?.needs ?? null;
}

/** The arguments by which redis-benchmark runs a test, and the word that its result begins with, in lower case. */
export function testArguments(
  test: string,
  keyspace: number,
): {
  readonly options: readonly string[];
  readonly words: readonly string[];
  readonly label: string;
} {
  const words = CUSTOM_TESTS[test]?.words(keyspace);
  if (words === undefined) return { options: ["-t", test], words: [], label: test };
  return { options: [], words, label: words[0]!.toLowerCase() };
}
