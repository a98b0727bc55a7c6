/** What clients were refused, newest first: ACL LOG. */
import { type Bytes, copyBytes, equalBytes } from "../../bytes/bytes.ts";
import { clock } from "../../clock.ts";
import type { DenialReason } from "./permissions.ts";

/** Like entries within this time are one, in ms. */
const TOGETHER_MS = 60_000;
/** Among how many of the newest entries a like one is looked for. */
const LOOKED_AT = 10;

/** Where a request was refused. */
export type DenialContext = "toplevel" | "multi" | "lua";

export interface Refusal {
  readonly reason: DenialReason | "auth";
  readonly context: DenialContext;
  /** The command, the key or the channel. */
  readonly object: Bytes;
  /** In latin1. */
  readonly username: string;
  /** The client's line of CLIENT LIST. */
  readonly clientInfo: string;
}

export interface AclLogEntry extends Refusal {
  readonly count: number;
  /** Of the newest refusal. */
  readonly timeMs: number;
}

export class AclLog {
  #entries: AclLogEntry[] = [];
  readonly #lengthMax: () => number;

  /** @param lengthMax `acllog-max-len` */
  constructor(lengthMax: () => number) {
    this.#lengthMax = lengthMax;
  }

  entries(count: number): readonly AclLogEntry[] {
    return this.#entries.slice(0, Math.max(0, count));
  }

  clear(): void {
    this.#entries = [];
  }

  add(refusal: Refusal): void {
    const timeMs = clock.nowMs();
    const isAlike = (entry: AclLogEntry): boolean =>
      entry.reason === refusal.reason &&
      entry.context === refusal.context &&
      entry.username === refusal.username &&
      Math.abs(timeMs - entry.timeMs) <= TOGETHER_MS &&
      equalBytes(entry.object, refusal.object);
    const at = this.#entries.slice(0, LOOKED_AT).findIndex(isAlike);
    const [alike] = at < 0 ? [] : this.#entries.splice(at, 1);
    const count = (alike?.count ?? 0) + 1;
    this.#entries.unshift({ ...refusal, object: copyBytes(refusal.object), count, timeMs });
    if (alike === undefined) {
      this.#entries.length = Math.min(this.#entries.length, this.#lengthMax());
    }
  }
}
