/** Data directories without a server: opened by the tools, and refused while a server has them. */
import { existsSync, mkdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { listLogFiles } from "../binlog/log-files.ts";
import { clock } from "../clock.ts";
import { FIRST_FREE_SPACE } from "../database/key-table/spaces.ts";
import { defaultLedisOptions, Ledis } from "../database/ledis.ts";
import { StorageError } from "../errors.ts";
import { Keyspace } from "../keyspace/keyspace.ts";
import { type LogLevel, log } from "../log.ts";
import { formatDateTime } from "./binlog/log-text.ts";

/** No tool removes a log file that it was not asked to remove. */
const KEEP_ALL = Number.MAX_SAFE_INTEGER;

/** What tools open a database with: nothing is durable before it is closed, and no log file goes. */
export const offlineOptions = {
  ...defaultLedisOptions,
  sync: "no",
  logFilesMax: KEEP_ALL,
  logAgeMaxSeconds: 0,
} as const;

/** As many as there may be. */
export const DATABASES_MAX = FIRST_FREE_SPACE;

/** True when there is neither a database nor a log: an empty directory, or none. */
export function isVacant(directory: string): boolean {
  if (existsSync(join(directory, "ledis.db"))) return false;
  const logs = join(directory, "bin_log");
  return !existsSync(logs) || listLogFiles(logs).length === 0;
}

/** @throws {StorageError} there is no database in it */
export function requireDatabase(directory: string): void {
  if (!existsSync(directory)) throw new StorageError(`${directory} does not exist`);
  if (!statSync(directory).isDirectory()) throw new StorageError(`${directory} is no directory`);
  const isWaiting = existsSync(join(directory, "fullsync", "ready"));
  if (isVacant(directory) && !isWaiting) {
    throw new StorageError(`${directory} holds no database`);
  }
}

/**
 * @param shown what the opening has to say is shown from this level on
 * @throws {StorageError} in use by a server, foreign, newer, or damaged
 */
export function openOffline(directory: string, shown: LogLevel = "warn"): Promise<Keyspace> {
  return quietly(shown, () => Keyspace.open({ ...offlineOptions, directory }));
}

/** The same with all databases that a server may have. What has ended, or ends meanwhile, is for a server to remove. */
export async function openAllDatabases(directory: string): Promise<Ledis> {
  const options = { ...offlineOptions, directory, databases: DATABASES_MAX };
  const ledis = await quietly("warn", () => Ledis.open(options));
  ledis.expiry.enabled = false;
  return ledis;
}

async function quietly<T>(shown: LogLevel, open: () => Promise<T>): Promise<T> {
  const { level } = log;
  log.level = shown;
  try {
    return await open();
  } finally {
    log.level = level;
  }
}

const DATABASE_FILES = ["ledis.db", "ledis.db-wal", "ledis.db-shm", "bin_log"];

/**
 * Moves database and log out of the way, to a directory `<what>-<time>` within the data directory.
 *
 * @returns its path
 */
export function setAside(directory: string, what: string): string {
  const seconds = Math.floor(clock.nowMs() / 1000);
  const time = formatDateTime(seconds).replace(/[-:]/g, "").replace(" ", "-");
  let target = join(directory, `${what}-${time}`);
  for (let n = 2; existsSync(target); n++) target = join(directory, `${what}-${time}-${n}`);
  mkdirSync(target);
  for (const name of DATABASE_FILES) {
    if (existsSync(join(directory, name))) renameSync(join(directory, name), join(target, name));
  }
  return target;
}
