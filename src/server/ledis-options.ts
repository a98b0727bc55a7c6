/** The configuration, as the database wants it. */
import type { Config } from "../config/config.ts";
import type { LedisOptions } from "../database/ledis.ts";

/** Options of the database that may change at run time. */
export const LEDIS_OPTIONS = [
  "sync",
  "db.flush_interval",
  "db.flush_log_size",
  "binlog.max_file_size",
  "binlog.max_file_num",
  "binlog.max_age",
  "proto-max-bulk-len",
  "hll-sparse-max-bytes",
] as const;

export function ledisOptions(config: Config): LedisOptions {
  return {
    directory: config.get("data_dir"),
    sync: config.get("sync"),
    writeBufferBytes: config.get("db.write_buffer_size"),
    cacheBytes: config.get("db.cache_size"),
    mmapBytes: config.get("db.mmap_size"),
    pageBytes: config.get("db.block_size"),
    flushLogBytes: config.get("db.flush_log_size"),
    flushIntervalMs: config.get("db.flush_interval"),
    logFileBytesMax: config.get("binlog.max_file_size"),
    logFilesMax: config.get("binlog.use") ? config.get("binlog.max_file_num") : 0,
    logAgeMaxSeconds: config.get("binlog.max_age"),
    databases: config.get("databases"),
    valueBytesMax: config.get("proto-max-bulk-len"),
    hllSparseBytesMax: config.get("hll-sparse-max-bytes"),
  };
}
