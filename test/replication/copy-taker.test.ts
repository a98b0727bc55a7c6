import { expect, test } from "bun:test";
import { fromText, toText } from "../../src/bytes/bytes.ts";
import { takeCopy } from "../../src/replication/copy-taker.ts";
import { MasterConnection } from "../../src/replication/master-connection.ts";
import type { CopyBuilder } from "../../src/replication/replicated-log.ts";
import { type Answer, bulk, FakeMaster } from "../support/fake-master.ts";

class FakeBuilder implements CopyBuilder {
  readonly head: string;
  readonly historyId = new Uint8Array(16);
  readonly blocks: string[] = [];
  keys = 0;
  isComplete = false;
  isAbandoned = false;

  constructor(head: Uint8Array) {
    this.head = toText(head);
  }

  async add(block: Uint8Array): Promise<void> {
    const text = toText(block);
    if (text === "damaged") throw new Error("a block is damaged");
    this.blocks.push(text);
    this.isComplete = text === "end";
  }

  async finish(): Promise<void> {}

  async abandon(): Promise<void> {
    this.isAbandoned = true;
  }
}

/** Takes a copy from a master that answers FULLSYNC with these, one after the other. */
async function take(...answers: readonly Answer[]) {
  const left = [...answers];
  using master = new FakeMaster(() => left.shift() ?? "$-1\r\n");
  const connection = await MasterConnection.open(master.address, { timeoutMs: 5000 });
  let builder: FakeBuilder | null = null;
  const outcome = await takeCopy(connection, async (head) => {
    builder = new FakeBuilder(head);
    return builder;
  }).then(() => "whole", String);
  connection.close();
  return { outcome, builder: builder as FakeBuilder | null, requests: master.requests };
}

const block = (text: string) => bulk(fromText(text));

test("blocks are asked for until the copy is complete", async () => {
  const { outcome, builder, requests } = await take(
    ...[block("head"), block("1"), block("2"), block("end")],
  );
  expect(outcome).toBe("whole");
  expect(builder).toMatchObject({ head: "head", blocks: ["1", "2", "end"], isAbandoned: false });
  expect(requests[0]).toBe("FULLSYNC");
  expect(new Set(requests.slice(1))).toEqual(new Set(["FULLSYNC NEXT"]));
});

test("a refusal is told, and nothing is left over", async () => {
  const refused = await take("-ERR not now\r\n");
  expect(refused.outcome).toContain("FULLSYNC was refused by the master: ERR not now");
  expect(refused.builder).toBeNull();
  const later = await take(block("head"), "-ERR ended\r\n");
  expect(later.outcome).toContain("FULLSYNC NEXT was refused by the master: ERR ended");
  expect(later.builder!.isAbandoned).toBe(true);
});

test("a copy that ends too early or is damaged is abandoned", async () => {
  const short = await take(block("head"), block("1"), "$-1\r\n");
  expect(short.outcome).toContain("ended too early");
  expect(short.builder!.isAbandoned).toBe(true);
  const damaged = await take(block("head"), block("damaged"));
  expect(damaged.outcome).toContain("a block is damaged");
  expect(damaged.builder!.isAbandoned).toBe(true);
});
