import { expect, test } from "bun:test";
import { fromText } from "../../../src/bytes/bytes.ts";
import { KnownCommands } from "../../../src/commands/acl/known-commands.ts";
import { Users } from "../../../src/commands/acl/users.ts";
import type { Client } from "../../../src/commands/client.ts";
import { parseKillFilters, typeTest } from "../../../src/commands/connection/client-filter.ts";
import { CommandTable } from "../../../src/commands/table.ts";

const users = new Users(() => ({
  known: new KnownCommands(new CommandTable([])),
  allChannels: false,
}));
users.put(users.staged("bob", []));
const bob = users.find(fromText("bob"))!;

const clients = [1, 2, 3].map((id) => {
  const user = id === 3 ? bob : users.default;
  return { id, address: `a:${id}`, localAddress: "l:1", user } as Client;
});
const self = clients[0]!;

/** Numbers of the clients that a filter means, when the first one asks. */
function meant(...words: string[]): number[] {
  return clients.filter(parseKillFilters(words.map(fromText), self, users)).map(({ id }) => id);
}

test("filters choose, and all of them have to hold", () => {
  expect(meant("ID", "2")).toEqual([2]);
  expect(meant("addr", "a:3")).toEqual([3]);
  expect(meant("LADDR", "l:1")).toEqual([2, 3]);
  expect(meant("TYPE", "normal")).toEqual([2, 3]);
  expect(meant("TYPE", "pubsub")).toEqual([]);
  expect(meant("USER", "default")).toEqual([2]);
  expect(meant("USER", "bob")).toEqual([3]);
  expect(meant("LADDR", "l:1", "ID", "9")).toEqual([]);
});

test("who asks is left out, unless SKIPME says otherwise", () => {
  expect(meant("ID", "1")).toEqual([]);
  expect(meant("ID", "1", "SKIPME", "no")).toEqual([1]);
  expect(meant("SKIPME", "no", "LADDR", "l:1", "SKIPME", "yes")).toEqual([2, 3]);
});

test.each([
  [["ID", "0"], "ERR client-id should be greater than 0"],
  [["ID", "x"], "ERR client-id should be greater than 0"],
  [["TYPE", "foo"], "ERR Unknown client type 'foo'"],
  [["USER", "eve"], "ERR No such user 'eve'"],
  [["SKIPME", "maybe"], "ERR syntax error"],
  [["ADDR"], "ERR syntax error"],
  [["FOO", "x"], "ERR syntax error"],
])("%p is refused", (words, error) => {
  expect(() => meant(...words)).toThrow(error);
});

test("clients are slaves, subscribed, or normal", () => {
  const of = (isSlave: boolean, isSubscriber: boolean) => ({ isSlave, isSubscriber }) as Client;
  const [normal, subscriber, slave] = [of(false, false), of(false, true), of(true, false)];
  const chosen = (type: string) => [normal, subscriber, slave].filter(typeTest(fromText(type)));
  expect(chosen("Normal")).toEqual([normal]);
  expect(chosen("PUBSUB")).toEqual([subscriber]);
  expect(chosen("slave")).toEqual([slave]);
  expect(chosen("REPLICA")).toEqual([slave]);
  expect(chosen("master")).toEqual([]);
  expect(() => typeTest(fromText("other"))).toThrow("ERR Unknown client type 'other'");
});
