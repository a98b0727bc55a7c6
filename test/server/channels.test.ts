import { expect, test } from "bun:test";
import { fromText, toText } from "../../src/bytes/bytes.ts";
import { Channels, ClientSubscriptions } from "../../src/server/channels.ts";

function start(bytesMax = 10_000) {
  const channels = new Channels<string>();
  const of = (name: string) => new ClientSubscriptions(channels, name, () => bytesMax);
  return { channels, ann: of("ann"), bob: of("bob") };
}

const NEWS = fromText("news");

test("a channel is there while somebody is subscribed", () => {
  const { channels, ann, bob } = start();
  ann.add("channel", NEWS);
  ann.add("channel", NEWS);
  bob.add("channel", NEWS);
  expect([...channels.find("channel", NEWS)!.subscribers]).toEqual(["ann", "bob"]);
  expect([ann.count("channel"), ann.total, channels.count("channel")]).toEqual([1, 1, 1]);
  ann.remove("channel", NEWS);
  ann.remove("channel", NEWS);
  expect([...channels.find("channel", NEWS)!.subscribers]).toEqual(["bob"]);
  bob.clear();
  expect(channels.find("channel", NEWS)).toBeUndefined();
  expect([channels.count("channel"), bob.total, bob.bytes]).toEqual([0, 0, 0]);
});

test("kinds are apart, and all of them end together", () => {
  const { channels, ann } = start();
  for (const kind of ["channel", "pattern", "shard"] as const) ann.add(kind, NEWS);
  expect(ann.total).toBe(3);
  expect(ann.names("shard").map(toText)).toEqual(["news"]);
  ann.clear();
  for (const kind of ["channel", "pattern", "shard"] as const) expect(channels.count(kind)).toBe(0);
});

test("patterns are found by what they match", () => {
  const { channels, ann } = start();
  for (const pattern of ["n*", "x*", "new[s]"]) ann.add("pattern", fromText(pattern));
  expect([...channels.matching(NEWS)].map(({ name }) => toText(name))).toEqual(["n*", "new[s]"]);
});

test("a name that its caller changes afterwards stays what it was", () => {
  const { channels, ann } = start();
  const name = fromText("abc");
  ann.add("channel", name);
  name[0] = 0x7a;
  expect([...channels.all("channel")].map(({ name }) => toText(name))).toEqual(["abc"]);
});

test("what one client holds is bounded", () => {
  const { ann } = start(500);
  ann.add("channel", NEWS);
  expect(() => ann.check([fromText("a"), fromText("b")])).toThrow("client-query-buffer-limit");
  ann.add("channel", fromText("a"));
  expect(() => ann.add("channel", fromText("b"))).toThrow("client-query-buffer-limit");
  ann.add("channel", NEWS);
  expect(ann.total).toBe(2);
});
