/** What COMMAND INFO says beyond flags, for proxies and clients of several servers: the tips of Redis 7.0. */
import type { Command } from "./command.ts";

const TIPS: readonly (readonly [tips: string, names: string])[] = [
  [
    "nondeterministic_output",
    "client|info client|list dump hrandfield hscan lastsave object|encoding object|freq object|idletime object|refcount pttl spop srandmember sscan time ttl xadd xautoclaim xclaim xinfo|consumers xpending xtrim zrandmember zscan",
  ],
  ["request_policy:all_nodes nondeterministic_output", "slowlog|get"],
  ["request_policy:all_nodes response_policy:agg_sum nondeterministic_output", "slowlog|len"],
  [
    "nondeterministic_output request_policy:all_nodes response_policy:special",
    "latency|doctor latency|graph latency|histogram latency|history latency|latest",
  ],
  ["request_policy:all_shards nondeterministic_output", "randomkey"],
  [
    "nondeterministic_output request_policy:all_shards response_policy:special",
    "function|stats info memory|doctor memory|malloc-stats memory|stats",
  ],
  ["nondeterministic_output request_policy:special", "scan"],
  [
    "nondeterministic_output_order",
    "command command|docs command|info command|list function|list hgetall hkeys hvals module|list sdiff sinter smembers sunion",
  ],
  ["request_policy:all_shards nondeterministic_output_order", "keys"],
  [
    "request_policy:all_nodes response_policy:all_succeeded",
    "config|set latency|reset script|flush script|load slowlog|reset",
  ],
  ["request_policy:all_shards response_policy:agg_logical_and", "script|exists"],
  ["request_policy:all_shards response_policy:agg_min", "wait"],
  ["request_policy:all_shards response_policy:agg_sum", "dbsize"],
  [
    "request_policy:all_shards response_policy:all_succeeded",
    "flushall flushdb function|delete function|flush function|load function|restore memory|purge ping",
  ],
  ["request_policy:all_shards response_policy:one_succeeded", "function|kill script|kill"],
  ["request_policy:multi_shard", "mget"],
  ["request_policy:multi_shard response_policy:agg_min", "msetnx"],
  ["request_policy:multi_shard response_policy:agg_sum", "del exists touch unlink"],
  ["request_policy:multi_shard response_policy:all_succeeded", "mset"],
];

const TIPS_BY_NAME: ReadonlyMap<string, readonly string[]> = new Map(
  TIPS.flatMap(([tips, names]) => names.split(" ").map((name) => [name, tips.split(" ")] as const)),
);

/** None for most commands, and for those that Redis 7.0 does not have. */
export function tipsOf({ lowerName }: Command): readonly string[] {
  return TIPS_BY_NAME.get(lowerName) ?? [];
}
