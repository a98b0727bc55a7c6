/** Commands with the replies of redis-server 7.0.15, as they were sent one after the other to empty databases. */
import { readFileSync } from "node:fs";
import { startServer, type TestServer } from "./start-server.ts";

export interface RecordedReply {
  readonly args: readonly Buffer[];
  /** Texts in latin1; empty: whatever it is. */
  readonly wire: string;
}

export function recordedReplies(file: URL): RecordedReply[] {
  return readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as [args: string[], wire: string])
    .map(([args, wire]) => ({ args: args.map((text) => Buffer.from(text, "latin1")), wire }));
}

/**
 * Sends them to a new server; answers the first ones with another reply, at most ten.
 *
 * @param between called now and then
 */
export async function differencesTo(
  replies: readonly RecordedReply[],
  between: (server: TestServer) => Promise<void> = async () => {},
): Promise<unknown[]> {
  await using server = await startServer();
  const client = await server.connect();
  const differences: unknown[] = [];
  for (const [i, { args, wire }] of replies.entries()) {
    const ours = await client.wire(...args);
    if (wire !== "" && ours !== wire) differences.push({ i, args: args.map(String), wire, ours });
    if (differences.length === 10) break;
    if (i % 50 === 49) await between(server);
  }
  return differences;
}
