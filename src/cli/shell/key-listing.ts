/** `ledis cli --scan`: all keys, one on each line. */
import { type Bytes, mapKey } from "../../bytes/bytes.ts";
import { quoteRedis } from "../../bytes/quote.ts";
import type { ClientConnection } from "../client-connection.ts";
import type { TextOutput } from "../text-output.ts";

/** Few enough that no other client waits long. */
const KEYS_AT_ONCE = 500;

export interface KeyListing {
  /** Glob pattern; null for all keys. */
  readonly pattern: string | null;
  /** Quoted for people, or as they are. */
  readonly quoted: boolean;
  /** Between two rounds of SCAN. */
  readonly pauseSeconds: number;
}

/** Prints every key that SCAN answers; answers the exit status. */
export async function listKeys(
  connection: ClientConnection,
  { pattern, quoted, pauseSeconds }: KeyListing,
  output: TextOutput,
): Promise<number> {
  const match = pattern === null ? [] : ["MATCH", pattern];
  let cursor = "0";
  do {
    const reply = await connection.call("SCAN", cursor, ...match, "COUNT", KEYS_AT_ONCE);
    const [next, keys] = reply.kind === "array" ? reply.items : [];
    if (next?.kind !== "bulk" || keys?.kind !== "array") {
      output.printError(`ERROR: ${reply.kind === "error" ? reply.text : "no reply of SCAN"}\n`);
      return 1;
    }
    const lines = keys.items.map((key) =>
      key.kind === "bulk" ? `${keyText(key.bytes, quoted)}\n` : "",
    );
    output.print(lines.join(""));
    await output.flush();
    cursor = mapKey(next.bytes);
    if (pauseSeconds > 0) await Bun.sleep(pauseSeconds * 1000);
  } while (cursor !== "0");
  return 0;
}

function keyText(key: Bytes, quoted: boolean): string {
  return quoted ? quoteRedis(key) : mapKey(key);
}
