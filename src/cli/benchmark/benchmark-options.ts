/** The options of `ledis benchmark`: redis-benchmark's names, and its manual page. */
import { flag, integerOption, parseLeadingOptions, valued } from "../leading-options.ts";
import {
  passwordWarning,
  SERVER_OPTIONS,
  SERVER_USAGE,
  type ServerOptions,
  serverOptions,
} from "../server-options.ts";

export const BENCHMARK_USAGE = `NAME
  ledis benchmark - how many requests a server answers, and how fast

SYNOPSIS
  ledis benchmark [options] [command [argument ...]]

DESCRIPTION
  Runs redis-benchmark's tests, or one command, and prints what redis-benchmark prints. It writes to
  the server's keys key:..., counter:..., mylist, myset, myhash, myzset: not for a server in use.

  It uses one thread. A server that is faster than it is not fully loaded: look at the CPU time of
  both. With a pipeline (-P) the latency is that of the whole batch.

THE SERVER
${SERVER_USAGE}      --dbnum NUMBER     database (default 0)

THE LOAD
  -c COUNT               connections (default 50)
  -n COUNT               requests of each test (default 100000)
  -d BYTES               length of values (default 3)
  -P COUNT               requests sent at once on a connection (default 1)
  -r COUNT               __rand_int__ in an argument becomes a number of 12 digits below COUNT, anew
                         in each request; the tests use it for keys, members and scores. Without -r
                         it stays as it is: every request has the same key.
  -k 0|1                 1: keep connections (default); 0: a new one for each batch
  -t TESTS               only these, with commas between: ping, ping_inline, ping_mbulk, set, get, incr,
                         lpush, rpush, lpop, rpop, sadd, hset, spop, zadd, zpopmin, lrange,
                         lrange_100, lrange_300, lrange_500, lrange_600, mset
  -l                     again and again, for ever
  -x                     the command's last argument is what stdin holds

WHAT IS PRINTED
  -q                     one line for each test
      --csv              CSV
      --precision COUNT  decimals of latencies (default 3)

ENVIRONMENT
  LEDIS_PASSWORD         the password

EXIT STATUS
  0; 1 when the server could not be reached, went away, or answered an error.

EXAMPLES
  ledis benchmark -q -n 1000000 -P 16 -t set,get -r 1000000
  ledis benchmark -r 10000 LPUSH list:__rand_int__ value
`;

export interface BenchmarkOptions {
  readonly server: ServerOptions;
  /** For stderr, before anything else; "" for none. */
  readonly warning: string;
  readonly clients: number;
  readonly requests: number;
  readonly dataBytes: number;
  readonly pipeline: number;
  /** null: nothing is random. */
  readonly keyspace: number | null;
  readonly keepAlive: boolean;
  /** null for all. */
  readonly tests: readonly string[] | null;
  readonly loops: boolean;
  readonly takesStdin: boolean;
  readonly style: "long" | "quiet" | "csv";
  readonly decimals: number;
  /** The command to run instead of the tests; empty for none. */
  readonly words: readonly string[];
}

const FORMS = {
  ...SERVER_OPTIONS,
  ...valued("--dbnum"),
  ...valued("-c"),
  ...valued("-n"),
  ...valued("-d"),
  ...valued("-P"),
  ...valued("-r"),
  ...valued("-k"),
  ...valued("-t"),
  ...flag("-l"),
  ...flag("-x"),
  ...flag("-q"),
  ...flag("--csv"),
  ...valued("--precision"),
};

/** null: help was asked for. @throws {ConfigError} wrong options */
export function parseBenchmarkOptions(args: readonly string[]): BenchmarkOptions | null {
  const options = parseLeadingOptions("benchmark", args, FORMS);
  const { values, rest } = options;
  if (values.has("help")) return null;
  const keyspace = integerOption(options, "r", 0, 0, 1e12);
  return {
    server: serverOptions(options, "dbnum"),
    warning: passwordWarning(options),
    clients: integerOption(options, "c", 50, 1, 100_000),
    requests: integerOption(options, "n", 100_000, 1, 2 ** 31),
    dataBytes: integerOption(options, "d", 3, 1, 2 ** 29),
    pipeline: integerOption(options, "P", 1, 1, 1_000_000),
    keyspace: keyspace === 0 ? null : keyspace,
    keepAlive: integerOption(options, "k", 1, 0, 1) === 1,
    tests: values.get("t")?.split(",") ?? null,
    loops: values.has("l"),
    takesStdin: values.has("x"),
    style: values.has("csv") ? "csv" : values.has("q") ? "quiet" : "long",
    decimals: integerOption(options, "precision", 3, 0, 6),
    words: rest,
  };
}
