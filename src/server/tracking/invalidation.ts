/** What a client is told of changed keys, as Redis words it. */
import { type Bytes, fromMapKey } from "../../bytes/bytes.ts";
import { Push } from "../../resp/reply.ts";
import type { Protocol } from "../../resp/reply-writer.ts";

/** The channel in which clients in RESP2 seem to get it. */
const CHANNEL = "__redis__:invalidate";

/** @param names the keys; null: all of them */
export function invalidation(names: readonly string[] | null, protocol: Protocol): Push {
  const keys: Bytes[] | null = names === null ? null : names.map(fromMapKey);
  return new Push(protocol === 3 ? ["invalidate", keys] : ["message", CHANNEL, keys]);
}

/** For a client in RESP3: the one that is told in its place is gone. */
export function brokenRedirect(id: number): Push {
  return new Push(["tracking-redir-broken", id]);
}
