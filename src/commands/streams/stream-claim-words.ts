/** The words of XPENDING, XCLAIM and XAUTOCLAIM behind key, group and consumer. */
import { type Bytes, mapKey } from "../../bytes/bytes.ts";
import { parseInt64 } from "../../bytes/integer.ts";
import { parseStreamId, STREAM_ID_MIN } from "../../bytes/stream-id.ts";
import { clock } from "../../clock.ts";
import type { Claim } from "../../database/streams/stream-groups.ts";
import { CommandError, errors } from "../../errors.ts";
import type { Arg } from "../args.ts";
import type { Words } from "../words.ts";
import { bound, readInteger, strictId } from "./stream-words.ts";

/** Most entries that XAUTOCLAIM may be asked for, as in Redis. */
const COUNT_MAX = 2n ** 63n / 16n - 1n;
const COUNT_DEFAULT = 100;

export interface PendingRequest {
  readonly minIdleMs: number;
  readonly from: Bytes;
  readonly to: Bytes;
  readonly count: number;
  readonly consumer: Bytes | null;
}

/** Null: only the summary is wanted. */
export const pendingRequest: Arg<PendingRequest | null> = {
  min: 0,
  max: Number.POSITIVE_INFINITY,
  read(words) {
    if (words.left === 0) return null;
    if (words.left < 3 || words.left > 6) throw new CommandError(errors.syntax);
    let minIdleMs = 0;
    if (words.take("IDLE")) {
      minIdleMs = readInteger(words);
      if (words.left < 3) throw new CommandError(errors.syntax);
    }
    const [from, to] = [words.next(), words.next()];
    const count = Math.max(0, readInteger(words));
    const consumer = words.left > 0 ? words.next() : null;
    return { minIdleMs, from: bound(from, "start"), to: bound(to, "end"), count, consumer };
  },
  docs: [
    {
      name: "filters",
      type: "block",
      optional: true,
      arguments: [
        { name: "min-idle-time", type: "integer", token: "IDLE", optional: true },
        { name: "start", type: "string" },
        { name: "end", type: "string" },
        { name: "count", type: "integer" },
        { name: "consumer", type: "string", optional: true },
      ],
    },
  ],
};

export interface ClaimRequest extends Claim {
  readonly ids: readonly Bytes[];
  /** The group is to have read up to there at least. */
  readonly lastId: Bytes;
}

/** The least time that entries must have been with their consumers, and which ones. */
export const claimRequest: Arg<ClaimRequest> = {
  min: 2,
  max: Number.POSITIVE_INFINITY,
  read(words) {
    const minIdleMs = minIdle(words, "XCLAIM");
    const ids: Bytes[] = [];
    for (let id = nextId(words); id !== null; id = nextId(words)) {
      ids.push(id);
      words.next();
    }
    return { minIdleMs, ids, ...claimOptions(words) };
  },
  docs: [
    { name: "min-idle-time", type: "string" },
    { name: "id", type: "string", multiple: true },
    { name: "ms", type: "integer", token: "IDLE", optional: true },
    { name: "unix-time-milliseconds", type: "unix-time", token: "TIME", optional: true },
    { name: "count", type: "integer", token: "RETRYCOUNT", optional: true },
    { name: "force", type: "pure-token", token: "FORCE", optional: true },
    { name: "justid", type: "pure-token", token: "JUSTID", optional: true },
    { name: "id", type: "string", token: "LASTID", optional: true },
  ],
};

function claimOptions(words: Words): Omit<ClaimRequest, "ids" | "minIdleMs"> {
  const nowMs = clock.nowMs();
  let deliveredAtMs = nowMs;
  let deliveries: number | null = null;
  let [justIds, force] = [false, false];
  let lastId = STREAM_ID_MIN;
  while (words.left > 0) {
    if (words.take("FORCE")) force = true;
    else if (words.take("JUSTID")) justIds = true;
    else if (words.left > 1 && words.take("IDLE")) {
      deliveredAtMs = nowMs - readInteger(words, "ERR Invalid IDLE option argument for XCLAIM");
    } else if (words.left > 1 && words.take("TIME")) {
      deliveredAtMs = readInteger(words, "ERR Invalid TIME option argument for XCLAIM");
    } else if (words.left > 1 && words.take("RETRYCOUNT")) {
      const count = readInteger(words, "ERR Invalid RETRYCOUNT option argument for XCLAIM");
      deliveries = count < 0 ? null : count;
    } else if (words.left > 1 && words.take("LASTID")) lastId = strictId(words.next());
    else throw new CommandError(`ERR Unrecognized XCLAIM option '${mapKey(words.next())}'`);
  }
  // A time that cannot be is taken for now, as in Redis.
  if (deliveredAtMs < 0 || deliveredAtMs > nowMs) deliveredAtMs = nowMs;
  return { nowMs, deliveredAtMs, deliveries, justIds, force, lastId };
}

/** The next word if it is an id; it is not taken. */
function nextId(words: Words): Bytes | null {
  return words.left === 0 ? null : parseStreamId(words.peek(), 0n);
}

export interface AutoClaimRequest {
  readonly minIdleMs: number;
  readonly from: Bytes;
  readonly count: number;
  readonly justIds: boolean;
}

export const autoClaimRequest: Arg<AutoClaimRequest> = {
  min: 2,
  max: Number.POSITIVE_INFINITY,
  read(words) {
    const minIdleMs = minIdle(words, "XAUTOCLAIM");
    const from = bound(words.next(), "start");
    let count = COUNT_DEFAULT;
    let justIds = false;
    while (words.left > 0) {
      if (words.left > 1 && words.take("COUNT")) count = claimCount(words.next());
      else if (words.take("JUSTID")) justIds = true;
      else throw new CommandError(errors.syntax);
    }
    return { minIdleMs, from, count, justIds };
  },
  docs: [
    { name: "min-idle-time", type: "string" },
    { name: "start", type: "string" },
    { name: "count", type: "integer", token: "COUNT", optional: true },
    { name: "justid", type: "pure-token", token: "JUSTID", optional: true },
  ],
};

function claimCount(text: Bytes): number {
  const count = parseInt64(text);
  if (count === null || count < 1n || count > COUNT_MAX) {
    throw new CommandError("ERR COUNT must be > 0");
  }
  return Number(count);
}

function minIdle(words: Words, command: string): number {
  return Math.max(0, readInteger(words, `ERR Invalid min-idle-time argument for ${command}`));
}
