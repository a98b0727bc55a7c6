import { expect, test } from "bun:test";
import { fromText, mapKey, toText } from "../../src/bytes/bytes.ts";
import { ClientSubscriptions } from "../../src/server/channels.ts";
import { MessageRouter, type Subscriber } from "../../src/server/pub-sub.ts";
import { TurnOutput } from "../../src/server/turn-output.ts";

class Client implements Subscriber {
  got = "";
  readonly subscriptions;
  readonly protocol;
  constructor(router: MessageRouter, protocol: 2 | 3 = 2) {
    this.protocol = protocol;
    this.subscriptions = new ClientSubscriptions<Subscriber>(router.channels, this, () => 10_000);
  }
  send(pieces: readonly Uint8Array[]): void {
    this.got += pieces.map(mapKey).join("");
  }
  afterTurn(): void {}
}

function start() {
  const at = { file: 1, offset: 0 };
  const output = new TurnOutput({ position: at, syncedPosition: at }, () => false);
  let turns = 0;
  const router = new MessageRouter({ output, scheduleTurn: () => turns++ });
  return { output, router, turns: () => turns };
}

const [NEWS, HELLO] = [fromText("news"), fromText("hello")];
const frame = (mark: string, ...words: string[]) =>
  `${mark}${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;

test("a message reaches channel and pattern subscribers, in the protocol of each", () => {
  const { output, router, turns } = start();
  const [two, three] = [new Client(router), new Client(router, 3)];
  two.subscriptions.add("channel", NEWS);
  three.subscriptions.add("channel", NEWS);
  three.subscriptions.add("pattern", fromText("n*"));
  expect(router.publish("channel", NEWS, HELLO)).toBe(3);
  expect(turns()).toBeGreaterThan(0);
  expect(two.got).toBe("");
  output.committed();
  expect(two.got).toBe(frame("*", "message", "news", "hello"));
  expect(three.got).toBe(
    frame(">", "message", "news", "hello") + frame(">", "pmessage", "n*", "news", "hello"),
  );
});

test("shard channels are apart, and patterns do not match them", () => {
  const { output, router } = start();
  const client = new Client(router);
  client.subscriptions.add("shard", NEWS);
  client.subscriptions.add("pattern", fromText("*"));
  expect(router.publish("shard", NEWS, HELLO)).toBe(1);
  output.committed();
  expect(client.got).toBe(frame("*", "smessage", "news", "hello"));
});

test("nobody hears of a message of a turn that failed", () => {
  const { output, router } = start();
  const client = new Client(router);
  client.subscriptions.add("channel", NEWS);
  router.publish("channel", NEWS, HELLO);
  output.failed(new Error("disk full") as never);
  expect(client.got).toBe("");
});

test("names are listed by kind, and filtered by a pattern", () => {
  const { router } = start();
  const client = new Client(router);
  for (const name of ["a1", "a2", "b"]) client.subscriptions.add("channel", fromText(name));
  expect(router.names("channel", null).map(toText)).toEqual(["a1", "a2", "b"]);
  expect(router.names("channel", fromText("a*")).map(toText)).toEqual(["a1", "a2"]);
  expect(router.names("shard", null)).toEqual([]);
  expect([router.subscribers("channel", fromText("b")), router.count("pattern")]).toEqual([1, 0]);
});
