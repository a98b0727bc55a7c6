/**
 * How slave and master introduce themselves: `REPLCONF HELLO <protocol> <run id> <listening port>`, answered with
 * names and values. From the run ids both sides see a loop before anything is copied round it.
 */
import { mapKey } from "../bytes/bytes.ts";
import type { ParsedReply } from "../resp/parsed-reply.ts";

/** Version of what two servers say to each other. */
export const PROTOCOL = 1;

/** Who the master is. */
export interface MasterGreeting {
  readonly protocol: number;
  /** Of this run of its process. */
  readonly runId: string;
  readonly role: "master" | "slave";
  /** Run ids of its master, that one's master, and so on. */
  readonly chain: readonly string[];
  /** End of its log, in bytes since the first history began. */
  readonly offset: number;
}

export function encodeGreeting(greeting: MasterGreeting): string[] {
  return [
    ...["ledis", `${greeting.protocol}`],
    ...["run-id", greeting.runId],
    ...["role", greeting.role],
    ...["chain", greeting.chain.join(" ")],
    ...["offset", `${greeting.offset}`],
  ];
}

/** Null when that is no greeting of this program. Names that it does not know are left alone. */
export function decodeGreeting(reply: ParsedReply): MasterGreeting | null {
  if (reply.kind !== "array") return null;
  const texts = reply.items.map((item) => (item.kind === "bulk" ? mapKey(item.bytes) : null));
  const values = new Map<string | null, string | null>();
  for (let at = 0; at + 1 < texts.length; at += 2) values.set(texts[at]!, texts[at + 1]!);
  const protocol = Number(values.get("ledis") ?? Number.NaN);
  const runId = values.get("run-id") ?? "";
  const chain = values.get("chain") ?? "";
  const offset = Number(values.get("offset") ?? Number.NaN);
  if (!Number.isSafeInteger(protocol) || runId === "") return null;
  return {
    protocol,
    runId,
    role: values.get("role") === "slave" ? "slave" : "master",
    chain: chain.split(" ").filter((id) => id !== ""),
    offset: Number.isSafeInteger(offset) ? offset : 0,
  };
}
