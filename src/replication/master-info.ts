/**
 * `master.info` in the data directory: which master this server follows, and how far it is, for people and tools.
 * Positions are not read back: the log itself knows. The address is, to tell a known master from a new one.
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LogPosition } from "../binlog/position.ts";
import { clock } from "../clock.ts";
import { log } from "../log.ts";

/** Shortest time between two writes, in ms. */
const INTERVAL_MS = 1000;

export class MasterInfo {
  readonly #path: string;
  #written = "";
  #writtenMs = 0;
  #hasFailed = false;

  /** @param dataDirectory where the file is; it need not exist yet */
  constructor(dataDirectory: string) {
    this.#path = join(dataDirectory, "master.info");
  }

  /** Address of the master that was followed last; "" when the file says none. */
  readAddress(): string {
    try {
      const info: unknown = JSON.parse(readFileSync(this.#path, "utf8"));
      const isInfo = typeof info === "object" && info !== null && "addr" in info;
      return isInfo && typeof info.addr === "string" ? info.addr : "";
    } catch {
      return "";
    }
  }

  /** Writes what has changed, at most once a second unless `now` says so. */
  write(address: string, position: LogPosition, historyId: Uint8Array, now = false): void {
    const nowMs = clock.nowMs();
    if (!now && nowMs - this.#writtenMs < INTERVAL_MS && nowMs >= this.#writtenMs) return;
    const text = JSON.stringify({
      addr: address,
      log_file_index: position.file,
      log_pos: position.offset,
      history: historyId.toHex(),
    });
    if (text === this.#written) return;
    this.#writtenMs = nowMs;
    try {
      writeFileSync(`${this.#path}.bak`, text);
      renameSync(`${this.#path}.bak`, this.#path);
      this.#written = text;
      this.#hasFailed = false;
    } catch (error) {
      if (!this.#hasFailed) log.warn("replication", "cannot write master.info", { error });
      this.#hasFailed = true;
    }
  }
}
