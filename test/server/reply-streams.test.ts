import { expect, test } from "bun:test";
import type { Bytes } from "../../src/bytes/bytes.ts";
import { fromText, mapKey } from "../../src/bytes/bytes.ts";
import { StreamReply } from "../../src/resp/reply.ts";
import { ReplyStream, type StreamOwner } from "../../src/server/reply-stream.ts";
import { ReplyStreams } from "../../src/server/reply-streams.ts";

class Owner implements StreamOwner {
  readonly protocol = 2;
  readonly name: string;
  readonly log: string[];
  outputBytes = 0;
  ended = Promise.withResolvers<void>();
  constructor(name: string, log: string[]) {
    this.name = name;
    this.log = log;
  }
  send(pieces: readonly Bytes[]): void {
    for (const piece of pieces) this.log.push(`${this.name}${mapKey(piece).length}`);
  }
  afterTurn(): void {}
  kill(): void {}
  streamEnded(): void {
    this.ended.resolve();
  }
}

/** A reply of pieces that fill one piece each. */
function long(count: number): StreamReply {
  const item = fromText("x".repeat(100_000));
  let left = count;
  return new StreamReply("array", count, {
    next(take) {
      if (left === 0) return false;
      left--;
      take(item);
      return true;
    },
    close() {},
  });
}

test("several replies take turns", async () => {
  const streams = new ReplyStreams(() => true);
  const log: string[] = [];
  const owners = ["a", "b"].map((name) => new Owner(name, log));
  for (const owner of owners) new ReplyStream(owner, long(3), streams).afterTurn(false);
  await Promise.all(owners.map(({ ended }) => ended.promise));
  expect(log.map((entry) => entry[0]).join("")).toBe("ababab");
});

test("nothing is read when the server is not ready", async () => {
  let isReady = false;
  const streams = new ReplyStreams(() => isReady);
  const log: string[] = [];
  const owner = new Owner("a", log);
  new ReplyStream(owner, long(2), streams).afterTurn(false);
  await new Promise((resolve) => setImmediate(resolve));
  expect(log).toEqual([]);
  isReady = true;
  new ReplyStream(owner, long(1), streams).afterTurn(false);
  await owner.ended.promise;
});
