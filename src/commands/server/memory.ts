/** MEMORY: what the server and its keys take. */
import { type Bytes, equalsIgnoreCase } from "../../bytes/bytes.ts";
import { parseInt64 } from "../../bytes/integer.ts";
import { valueSize } from "../../database/collections/value-size.ts";
import { CommandError, errors } from "../../errors.ts";
import { Double, OK, Pairs, type Reply, Verbatim } from "../../resp/reply.ts";
import { key } from "../args.ts";
import { type Command, container, subcommand } from "../command.ts";
import { clientBytes } from "../connection/client-line.ts";
import type { Context } from "../context.ts";
import { helpSubcommand } from "../help.ts";
import { rawWords } from "../raw-words.ts";

/** Elements of a collection that MEMORY USAGE looks at when it is not told how many. */
const SAMPLES = 5;

const HELP = [
  "DOCTOR",
  "    Return memory problems reports.",
  "MALLOC-STATS",
  "    Return internal statistics report from the memory allocator.",
  "PURGE",
  "    Attempt to purge dirty pages for reclamation by the allocator.",
  "STATS",
  "    Return information about the memory usage of the server.",
  "USAGE <key> [SAMPLES <count>]",
  "    Return memory in bytes used by <key> and its value. Nested values are",
  "    sampled up to <count> times (default: 5, 0 means sample all).",
];

const DOCTOR =
  "Hi Sam, I can't find any memory issue in your instance: what it takes is bounded by db.write_buffer_size and db.cache_size.\n";

/** Words behind the key of MEMORY USAGE. @throws {CommandError} as Redis reads them */
function samplesOf(words: readonly Bytes[]): number {
  let samples = SAMPLES;
  for (let at = 0; at < words.length; at += 2) {
    const count = words[at + 1];
    if (!equalsIgnoreCase(words[at]!, "SAMPLES") || count === undefined) {
      throw new CommandError(errors.syntax);
    }
    const value = parseInt64(count);
    if (value === null) throw new CommandError(errors.notInteger);
    if (value < 0n) throw new CommandError(errors.syntax);
    samples = Number(value);
  }
  return samples;
}

function stats({ ledis, server }: Context): Reply {
  const { rss, heapUsed } = process.memoryUsage();
  const { memtableBytes, cacheBytes } = ledis.keyspace.stats();
  const peak = Math.max(rss, server.stats.memoryPeakBytes);
  const clients = [...server.clients()].reduce((sum, client) => sum + clientBytes(client), 0);
  const rows = memtableBytes + cacheBytes;
  return new Pairs([
    ...["peak.allocated", peak],
    ...["total.allocated", rss],
    ...["startup.allocated", 0],
    ...["replication.backlog", 0],
    ...["clients.slaves", 0],
    ...["clients.normal", clients],
    ...["cluster.links", 0],
    ...["aof.buffer", memtableBytes],
    ...["lua.caches", server.scripting.scripts.bytes],
    ...["functions.caches", server.scripting.functions.librariesOf(ledis.libraries).bytes],
    ...["overhead.total", rss - rows],
    ...["heap.bytes", heapUsed],
    ...["dataset.bytes", rows],
    ...["dataset.percentage", new Double((rows / rss) * 100)],
    ...["peak.percentage", new Double((rss / peak) * 100)],
  ]);
}

export const memoryCommand: Command = container("server", {
  name: "MEMORY",
  summary: "Shows what the server and its keys take.",
  since: "4.0.0",
  subcommands: [
    subcommand("server", {
      name: "MEMORY|DOCTOR",
      summary: "Answers that memory is bounded.",
      since: "4.0.0",
      args: [],
      run: () => new Verbatim("txt", DOCTOR),
    }),
    helpSubcommand("server", "MEMORY", "4.0.0", HELP),
    subcommand("server", {
      name: "MEMORY|MALLOC-STATS",
      summary: "Answers that the allocator tells nothing.",
      since: "4.0.0",
      args: [],
      run: () => new Verbatim("txt", "Stats not supported for the current allocator"),
    }),
    subcommand("server", {
      name: "MEMORY|PURGE",
      summary: "Gives memory that is not needed back to the system.",
      since: "4.0.0",
      args: [],
      run() {
        Bun.gc(true);
        return OK;
      },
    }),
    subcommand("server", {
      name: "MEMORY|STATS",
      summary: "Answers what the server takes.",
      since: "4.0.0",
      args: [],
      run: stats,
    }),
    subcommand("server", {
      name: "MEMORY|USAGE",
      summary: "Answers what a key and its value take, about.",
      since: "4.0.0",
      flags: ["readonly"],
      args: [
        key(),
        rawWords(0, [{ name: "count", type: "integer", token: "SAMPLES", optional: true }]),
      ],
      run: ({ ledis, db }, key, words) =>
        valueSize(ledis.keyspace, db.table, key, samplesOf(words)),
    }),
  ],
});
