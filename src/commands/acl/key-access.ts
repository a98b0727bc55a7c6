/** Whether commands read or write their keys, as the key specifications of Redis 7.0 say it, for the rules about keys. */
import { type Bytes, equalsIgnoreCase } from "../../bytes/bytes.ts";
import type { Command } from "../command.ts";
import { keysOf } from "../command-keys.ts";

/** What a command does to a key; neither: it only asks whether, or as what, it is there. */
export interface KeyAccess {
  readonly reads: boolean;
  readonly writes: boolean;
}

/** A key in a request. */
export interface AccessedKey extends KeyAccess {
  readonly key: Bytes;
}

const NOTHING: KeyAccess = { reads: false, writes: false };
const READS: KeyAccess = { reads: true, writes: false };
const WRITES: KeyAccess = { reads: false, writes: true };
const BOTH: KeyAccess = { reads: true, writes: true };

/** Commands that do with their keys what their flags do not tell: with the first key, and with all others. */
const EXCEPTIONS: readonly (readonly [first: KeyAccess, others: KeyAccess, names: string])[] = [
  [
    NOTHING,
    NOTHING,
    "EXISTS HEXISTS HLEN HSTRLEN LLEN MEMORY|USAGE OBJECT|ENCODING OBJECT|FREQ OBJECT|IDLETIME OBJECT|REFCOUNT SCARD SISMEMBER STRLEN TOUCH TYPE WATCH XLEN ZCARD",
  ],
  [READS, READS, "XREADGROUP"],
  [READS, WRITES, "COPY SORT"],
  [
    WRITES,
    READS,
    "BITOP SDIFFSTORE SINTERSTORE SUNIONSTORE ZDIFFSTORE ZINTERSTORE ZRANGESTORE ZUNIONSTORE",
  ],
  [BOTH, READS, "PFMERGE"],
  [BOTH, WRITES, "BLMOVE BRPOPLPUSH LMOVE RENAME RENAMENX RPOPLPUSH SMOVE"],
  [
    WRITES,
    WRITES,
    "APPEND DEL EXPIRE EXPIREAT HDEL HMSET HSET HSETNX LINSERT LPUSH LPUSHX LREM LSET LTRIM MSET MSETNX PERSIST PEXPIRE PEXPIREAT PSETEX RESTORE RPUSH RPUSHX SADD SETEX SETNX SETRANGE SREM UNLINK XACK XADD XAUTOCLAIM XCLAIM XDEL XGROUP|CREATE XGROUP|CREATECONSUMER XGROUP|DELCONSUMER XGROUP|DESTROY XGROUP|SETID XSETID XTRIM ZADD ZREM ZREMRANGEBYLEX ZREMRANGEBYRANK ZREMRANGEBYSCORE",
  ],
];

const EXCEPTIONS_BY_NAME: ReadonlyMap<string, readonly [KeyAccess, KeyAccess]> = new Map(
  EXCEPTIONS.flatMap(([first, others, names]) =>
    names.split(" ").map((name) => [name, [first, others]] as const),
  ),
);

/** Commands whose words say what they do. */
const BY_WORDS: ReadonlyMap<string, (words: readonly Bytes[]) => KeyAccess> = new Map([
  ["SET", (words) => (words.slice(3).some((word) => isWord(word, "GET")) ? BOTH : WRITES)],
  ["BITFIELD", (words) => (onlyGets(words) ? READS : BOTH)],
]);

const GEO_STORES: ReadonlySet<string> = new Set(["GEORADIUS", "GEORADIUSBYMEMBER"]);

/**
 * The keys that a request names, in its order. None if its words contradict each other: then the command refuses it.
 *
 * @param words the request, name included; its length is right for the command
 */
export function accessedKeys(command: Command, words: readonly Bytes[]): AccessedKey[] {
  if (command.flags.has("pubsub")) return [];
  if (GEO_STORES.has(command.name)) return geoKeys(words);
  const accessOf = BY_WORDS.get(command.name);
  const one = accessOf?.(words);
  const [first, others] = EXCEPTIONS_BY_NAME.get(command.name) ?? [null, null];
  return (keysOf(command, words) ?? []).map(({ key, flags }, index) => {
    const listed = one ?? (index === 0 ? first : others);
    if (listed !== null) return { key, ...listed };
    return { key, ...(command.keySpecs === null ? usual(command) : told(flags)) };
  });
}

function isWord(word: Bytes, upperCase: string): boolean {
  return equalsIgnoreCase(word, upperCase);
}

/** Of commands that say nothing of it: whoever neither writes nor reads by its flags may do both, as scripts do. */
function usual({ isWrite, flags }: Command): KeyAccess {
  return !isWrite && flags.has("readonly") ? READS : BOTH;
}

function told(flags: readonly string[]): KeyAccess {
  const writes = flags.some((flag) => flag === "insert" || flag === "update" || flag === "delete");
  return { reads: flags.includes("access"), writes };
}

/** BITFIELD without SET and INCRBY; what is no subcommand of it is refused anyway. */
function onlyGets(words: readonly Bytes[]): boolean {
  for (let at = 2; at < words.length; at++) {
    const word = words[at]!;
    if (isWord(word, "GET")) at += 2;
    else if (isWord(word, "OVERFLOW")) at += 1;
    else return false;
  }
  return true;
}

/** The key of GEORADIUS, and all that it might be told to store into: the last one counts, but no other is harmless. */
function geoKeys(words: readonly Bytes[]): AccessedKey[] {
  const targets = words.filter((_, at) => {
    const before = at > 4 ? words[at - 1]! : null;
    return before !== null && (isWord(before, "STORE") || isWord(before, "STOREDIST"));
  });
  return [{ key: words[1]!, ...READS }, ...targets.map((key) => ({ key, ...WRITES }))];
}
