/** What clients were refused, newest first: ACL LOG. */
import { type Bytes, copyBytes, equalBytes, fromText, toText } from "../../bytes/bytes.ts";
import { clock } from "../../clock.ts";
import type { DenialReason } from "./permissions.ts";

/** Like entries within this time are one, in ms. */
const TOGETHER_MS = 60_000;
/** Among how many of the newest entries a like one is looked for. */
const LOOKED_AT = 10;

/** What is longer is cut, in bytes or characters: whoever is refused must not fill the memory. */
const SHOWN_MAX = 4096;

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

  add(whole: Refusal): void {
    const refusal = shortened(whole);
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
    this.#entries.unshift({ ...refusal, count, timeMs });
    if (alike === undefined) {
      this.#entries.length = Math.min(this.#entries.length, this.#lengthMax());
    }
  }
}

/** The refusal with memory of its own, and no more than may be shown. */
function shortened({ object, username, clientInfo, ...rest }: Refusal): Refusal {
  return {
    ...rest,
    object: copyBytes(object.subarray(0, SHOWN_MAX)),
    username: cut(username),
    clientInfo: cut(clientInfo),
  };
}

/** A part of a text alone would keep all of it in memory. */
function cut(text: string): string {
  return text.length <= SHOWN_MAX ? text : toText(fromText(text.slice(0, SHOWN_MAX)));
}
