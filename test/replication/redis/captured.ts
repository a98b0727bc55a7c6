/** What redis-server 7.0.15 sent a slave: a copy, the stream behind it, and what it answered to reads afterwards. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plain } from "../../support/resp-client.ts";

const captured = (name: string): Buffer => readFileSync(join(import.meta.dir, "captured", name));
const { replicationId, offset, reads } = JSON.parse(captured("conversation.json").toString()) as {
  readonly replicationId: string;
  readonly offset: number;
  readonly reads: readonly [database: number, words: string[], reply: Plain][];
};

export const conversation = {
  replicationId,
  /** Of the copy, in the stream. */
  offset,
  copy: captured("copy.rdb"),
  stream: captured("stream.resp"),
  reads: reads.map(([database, words, reply]) => ({ database, words, reply })),
};
