/** The sections of INFO that Redis has, under its names, so that its monitors find what they look for. */
import { cpus, release, totalmem } from "node:os";
import { resolve } from "node:path";
import { clock } from "../../clock.ts";
import type { SpaceCounts } from "../../keyspace/sqlite/store-reader.ts";
import { redisVersion, version } from "../../version.ts";
import { clientBytes } from "../connection/client-line.ts";
import type { CommandStats, Context } from "../context.ts";
import type { InfoField } from "./info-field.ts";
import { replicationFields } from "./replication-info.ts";

export interface InfoSection {
  /** As in its heading. */
  readonly name: string;
  /** Whether INFO without arguments has it. */
  readonly isDefault: boolean;
  fields(context: Context): InfoField[] | Promise<InfoField[]>;
}

/** Redis's way to write an amount of memory: `1.57M`. */
function human(bytes: number): string {
  const units = ["B", "K", "M", "G", "T", "P"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return unit === 0 ? `${bytes}B` : `${value.toFixed(2)}${units[unit]}`;
}

function sized(name: string, bytes: number): InfoField[] {
  return [
    [name, bytes],
    [`${name}_human`, human(bytes)],
  ];
}

const yesNo = (value: boolean): number => (value ? 1 : 0);
const status = (fine: boolean): string => (fine ? "ok" : "err");
const kilobytes = (bytes: number): string => (bytes / 1024).toFixed(2);

function serverFields({ server }: Context): InfoField[] {
  const nowMs = clock.nowMs();
  const uptime = Math.max(0, Math.floor((nowMs - server.startedAtMs) / 1000));
  return [
    ["redis_version", redisVersion],
    ["redis_git_sha1", "00000000"],
    ["redis_git_dirty", 0],
    ["redis_build_id", "0"],
    ["redis_mode", "standalone"],
    ["ledis_version", version],
    [
      "os",
      `${process.platform === "linux" ? "Linux" : process.platform} ${release()} ${process.arch}`,
    ],
    ["arch_bits", 64],
    ["bun_version", Bun.version],
    ["multiplexing_api", "epoll"],
    ["process_id", process.pid],
    ["process_supervised", "no"],
    ["run_id", server.runId],
    ["tcp_port", server.tcpPort],
    ["server_time_usec", `${clock.nowUs()}`],
    ["uptime_in_seconds", uptime],
    ["uptime_in_days", Math.floor(uptime / 86_400)],
    ["hz", 10],
    ["configured_hz", 10],
    ["lru_clock", Math.floor(nowMs / 1000) & 0xff_ffff],
    ["executable", process.execPath],
    ["config_file", server.config.file === null ? "" : resolve(server.config.file)],
    ["io_threads_active", 0],
  ];
}

function clientFields({ server }: Context): InfoField[] {
  const clients = [...server.clients()];
  const most = (amounts: readonly number[]) => amounts.reduce((max, n) => Math.max(max, n), 0);
  return [
    ["connected_clients", clients.filter((client) => !client.isSlave).length],
    ["cluster_connections", 0],
    ["maxclients", server.config.get("maxclients")],
    ["client_recent_max_input_buffer", most(clients.map((client) => client.inputBytes))],
    ["client_recent_max_output_buffer", most(clients.map((client) => client.outputBytes))],
    ["blocked_clients", clients.filter((client) => client.isBlocked).length],
    ["tracking_clients", server.tracking.clientCount],
    ["clients_in_timeout_table", 0],
  ];
}

function memoryFields({ ledis, server }: Context): InfoField[] {
  const { rss, heapTotal, heapUsed, external } = process.memoryUsage();
  const { memtableBytes, cacheBytes } = ledis.keyspace.stats();
  const peak = Math.max(rss, server.stats.memoryPeakBytes);
  const rows = memtableBytes + cacheBytes;
  const clients = [...server.clients()].reduce((sum, client) => sum + clientBytes(client), 0);
  const { scripts, functions } = server.scripting;
  const libraries = functions.librariesOf(ledis.libraries);
  return [
    ...sized("used_memory", rss),
    ...sized("used_memory_rss", rss),
    ...sized("used_memory_peak", peak),
    ["used_memory_peak_perc", `${((rss / peak) * 100).toFixed(2)}%`],
    ["used_memory_overhead", Math.max(0, rss - rows)],
    ["used_memory_startup", 0],
    ["used_memory_dataset", rows],
    ["used_memory_dataset_perc", `${((rows / rss) * 100).toFixed(2)}%`],
    ["allocator_allocated", heapUsed + external],
    ["allocator_active", heapTotal + external],
    ["allocator_resident", rss],
    ...sized("total_system_memory", totalmem()),
    ["used_memory_lua", scripts.memoryBytes],
    ["used_memory_vm_eval", scripts.memoryBytes],
    ["used_memory_lua_human", human(scripts.memoryBytes)],
    ["used_memory_scripts_eval", scripts.bytes],
    ["number_of_cached_scripts", scripts.count],
    ["number_of_functions", libraries.functionCount],
    ["number_of_libraries", libraries.size],
    ["used_memory_vm_functions", functions.memoryBytes],
    ...sized("used_memory_vm_total", scripts.memoryBytes + functions.memoryBytes),
    ["used_memory_functions", libraries.bytes],
    ...sized("used_memory_scripts", scripts.bytes + libraries.bytes),
    ...sized("maxmemory", 0),
    ["maxmemory_policy", "noeviction"],
    ["mem_fragmentation_ratio", "1.00"],
    ["mem_fragmentation_bytes", 0],
    ["mem_not_counted_for_evict", 0],
    ["mem_replication_backlog", 0],
    ["mem_clients_slaves", 0],
    ["mem_clients_normal", clients],
    ["mem_aof_buffer", memtableBytes],
    ["mem_allocator", "mimalloc"],
    ["active_defrag_running", 0],
    ["lazyfree_pending_objects", 0],
  ];
}

function persistenceFields({ ledis, server }: Context): InfoField[] {
  const { saves } = server;
  const { memtableRows, logPosition } = ledis.keyspace.stats();
  return [
    ["loading", 0],
    ["async_loading", 0],
    ["rdb_changes_since_last_save", memtableRows],
    ["rdb_bgsave_in_progress", yesNo(saves.inProgress)],
    ["rdb_last_save_time", saves.lastTime],
    ["rdb_last_bgsave_status", status(saves.lastSucceeded)],
    ["rdb_last_bgsave_time_sec", saves.lastSeconds],
    ["rdb_current_bgsave_time_sec", saves.currentSeconds],
    ["rdb_saves", saves.count],
    ["rdb_last_cow_size", 0],
    ["aof_enabled", 1],
    ["aof_rewrite_in_progress", 0],
    ["aof_rewrite_scheduled", 0],
    ["aof_last_rewrite_time_sec", -1],
    ["aof_current_rewrite_time_sec", -1],
    ["aof_last_bgrewrite_status", "ok"],
    ["aof_last_write_status", status(ledis.keyspace.writeFailure === null)],
    ["aof_last_cow_size", 0],
    ["module_fork_in_progress", 0],
    ["module_fork_last_cow_size", 0],
    ["aof_current_size", logPosition.offset],
    ["aof_base_size", 0],
    ["aof_pending_rewrite", 0],
    ["aof_buffer_length", 0],
    ["aof_pending_bio_fsync", 0],
    ["aof_delayed_fsync", 0],
  ];
}

function statsFields({ ledis, server }: Context): InfoField[] {
  const { stats } = server;
  const { counts } = server.replication.status();
  return [
    ["total_connections_received", stats.connectionsReceived],
    ["total_commands_processed", stats.commandsProcessed],
    ["instantaneous_ops_per_sec", Math.round(stats.commandsPerSecond)],
    ["total_net_input_bytes", stats.inputBytes],
    ["total_net_output_bytes", stats.outputBytes],
    ["total_net_repl_input_bytes", 0],
    ["total_net_repl_output_bytes", 0],
    ["instantaneous_input_kbps", kilobytes(stats.inputBytesPerSecond)],
    ["instantaneous_output_kbps", kilobytes(stats.outputBytesPerSecond)],
    ["instantaneous_input_repl_kbps", "0.00"],
    ["instantaneous_output_repl_kbps", "0.00"],
    ["rejected_connections", stats.connectionsRejected],
    ["sync_full", counts.full],
    ["sync_partial_ok", counts.partial],
    ["sync_partial_err", counts.refused],
    ["expired_keys", ledis.expiry.expiredCount],
    ["expired_stale_perc", "0.00"],
    ["expired_time_cap_reached_count", ledis.expiry.timeLimitCount],
    ["evicted_keys", 0],
    ["evicted_clients", 0],
    ["keyspace_hits", ledis.lookups.hits],
    ["keyspace_misses", ledis.lookups.misses],
    ["pubsub_channels", server.pubSub.count("channel")],
    ["pubsub_patterns", server.pubSub.count("pattern")],
    ["pubsubshard_channels", server.pubSub.count("shard")],
    ["latest_fork_usec", 0],
    ["total_forks", 0],
    ["migrate_cached_sockets", 0],
    ["slave_expires_tracked_keys", 0],
    ["tracking_total_keys", server.tracking.keyCount],
    ["tracking_total_items", server.tracking.itemCount],
    ["tracking_total_prefixes", server.tracking.prefixCount],
    ["unexpected_error_replies", 0],
    ["total_error_replies", stats.errorReplies],
  ];
}

function cpuFields(): InfoField[] {
  const { system, user } = process.cpuUsage();
  const seconds = (microseconds: number): string => (microseconds / 1e6).toFixed(6);
  return [
    ["used_cpu_sys", seconds(system)],
    ["used_cpu_user", seconds(user)],
    ["used_cpu_sys_children", "0.000000"],
    ["used_cpu_user_children", "0.000000"],
    ["cpu_count", cpus().length],
  ];
}

function commandStatsLine({ calls, microseconds, rejected, failed }: CommandStats): string {
  const usec = Math.round(microseconds);
  const each = (calls === 0 ? 0 : microseconds / calls).toFixed(2);
  return `calls=${calls},usec=${usec},usec_per_call=${each},rejected_calls=${rejected},failed_calls=${failed}`;
}

function commandStatsFields({ server }: Context): InfoField[] {
  return [...server.stats.commands].map(([name, stats]) => [
    `cmdstat_${name}`,
    commandStatsLine(stats),
  ]);
}

function errorStatsFields({ server }: Context): InfoField[] {
  return [...server.stats.errors].map(([code, count]) => [`errorstat_${code}`, `count=${count}`]);
}

function keyspaceFields({ client, ledis }: Context): InfoField[] | Promise<InfoField[]> {
  const all = Array.from({ length: ledis.options.databases }, (_, number) => ledis.select(number));
  const show = (counts: readonly SpaceCounts[]): InfoField[] =>
    counts.flatMap(({ keys, expires }, number) =>
      keys === 0 ? [] : [[`db${number}`, `keys=${keys},expires=${expires},avg_ttl=0`]],
    );
  if (!client.mayWait) return show(all.map((db) => db.countsAtOnce()));
  return Promise.all(all.map((db) => db.counts())).then(show);
}

/** In Redis's order. */
export const redisSections: readonly InfoSection[] = [
  { name: "Server", isDefault: true, fields: serverFields },
  { name: "Clients", isDefault: true, fields: clientFields },
  { name: "Memory", isDefault: true, fields: memoryFields },
  { name: "Persistence", isDefault: true, fields: persistenceFields },
  { name: "Stats", isDefault: true, fields: statsFields },
  { name: "Replication", isDefault: true, fields: replicationFields },
  { name: "CPU", isDefault: true, fields: cpuFields },
  { name: "Modules", isDefault: true, fields: () => [] },
  { name: "Commandstats", isDefault: false, fields: commandStatsFields },
  { name: "Errorstats", isDefault: true, fields: errorStatsFields },
  { name: "Cluster", isDefault: true, fields: () => [["cluster_enabled", 0]] },
  { name: "Keyspace", isDefault: true, fields: keyspaceFields },
];
