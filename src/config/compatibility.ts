/**
 * Parameters of Redis that have no meaning here, but that clients and tools ask for with
 * CONFIG GET or set at the start. They exist only in CONFIG, not in the file.
 */

import { resolve } from "node:path";
import type { Address } from "./address.ts";
import type { OptionName, OptionValue } from "./options.ts";

/** What the values below are told from. */
export interface OptionReader {
  get<Name extends OptionName>(name: Name): OptionValue<Name>;
}

export interface CompatibilityParameter {
  readonly name: string;
  readonly value: string | ((config: OptionReader) => string);
  /**
   * CONFIG SET takes any value and CONFIG GET answers it, without effect. False: only the value
   * that it already has is taken, as another one would promise what is not done.
   */
  readonly settable: boolean;
}

const fixed = (name: string, value: CompatibilityParameter["value"]): CompatibilityParameter => ({
  name,
  value,
  settable: false,
});

const ignored = (name: string, value: string): CompatibilityParameter => ({
  name,
  value,
  settable: true,
});

type AddressOf<Kind extends Address["kind"]> = Extract<Address, { kind: Kind }>;

function listeners<Kind extends Address["kind"]>(config: OptionReader, kind: Kind) {
  return config.get("addr").filter((address): address is AddressOf<Kind> => address.kind === kind);
}

export const compatibilityParameters: readonly CompatibilityParameter[] = [
  fixed("dir", (config) => resolve(config.get("data_dir"))),
  fixed("port", (config) => `${listeners(config, "tcp")[0]?.port ?? 0}`),
  fixed("tls-port", (config) => `${config.get("tls-addr")[0]?.port ?? 0}`),
  fixed("tls-cluster", "no"),
  fixed("bind", (config) =>
    listeners(config, "tcp")
      .map(({ host }) => host || "*")
      .join(" "),
  ),
  fixed("unixsocket", (config) => listeners(config, "unix")[0]?.path ?? ""),
  fixed("appendonly", "yes"),
  ignored("save", ""),
  ignored("stream-node-max-bytes", "4096"),
  fixed("maxmemory", "0"),
  fixed("maxmemory-policy", "noeviction"),
  fixed("maxmemory-samples", "5"),
  fixed("notify-keyspace-events", ""),
  fixed("cluster-enabled", "no"),
  fixed("io-threads", "1"),
  fixed("slave-priority", "100"),
  fixed("replica-priority", "100"),
  fixed("replica-announced", "yes"),
  ignored("repl-backlog-size", "1048576"),
  ignored("repl-backlog-ttl", "3600"),
  ignored("repl-diskless-sync", "yes"),
  ignored("repl-diskless-sync-delay", "5"),
  ignored("repl-ping-slave-period", "10"),
  ignored("repl-ping-replica-period", "10"),
  ignored("hz", "10"),
  ignored("dynamic-hz", "yes"),
  ignored("lfu-log-factor", "10"),
  ignored("lfu-decay-time", "1"),
  ignored("activedefrag", "no"),
  ignored("lazyfree-lazy-eviction", "no"),
  ignored("lazyfree-lazy-expire", "no"),
  ignored("lazyfree-lazy-server-del", "no"),
  ignored("lazyfree-lazy-user-del", "no"),
  ignored("lazyfree-lazy-user-flush", "no"),
  ignored("hash-max-listpack-entries", "512"),
  ignored("hash-max-listpack-value", "64"),
  ignored("hash-max-ziplist-entries", "512"),
  ignored("hash-max-ziplist-value", "64"),
  ignored("list-max-listpack-size", "-2"),
  ignored("list-max-ziplist-size", "-2"),
  ignored("list-compress-depth", "0"),
  ignored("set-max-intset-entries", "512"),
  ignored("set-max-listpack-entries", "128"),
  ignored("set-max-listpack-value", "64"),
  ignored("zset-max-listpack-entries", "128"),
  ignored("zset-max-listpack-value", "64"),
  ignored("zset-max-ziplist-entries", "128"),
  ignored("zset-max-ziplist-value", "64"),
];
