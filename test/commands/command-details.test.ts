import { expect, test } from "bun:test";
import { allCommands } from "../../src/commands/all.ts";
import { categoriesOf, commandDetails } from "../../src/commands/command-details.ts";
import { CommandTable } from "../../src/commands/table.ts";
import { Pairs, type Reply, SetReply, Status } from "../../src/resp/reply.ts";

const table = new CommandTable(allCommands);

function details(name: string): readonly Reply[] {
  return commandDetails(table.byName(name)!) as readonly Reply[];
}

const statuses = (reply: Reply | undefined): string[] =>
  (reply as SetReply).items.map((item) => (item as Status).text);

test("a command has ten items, its name first", () => {
  const [name, arity, flags, first, last, step, categories] = details("GET");
  expect([name, arity, first, last, step]).toEqual(["get", 2, 1, 1, 1]);
  expect(statuses(flags)).toEqual(["readonly", "fast"]);
  expect(statuses(categories)).toEqual(["@read", "@string", "@fast"]);
  expect(details("GET")).toHaveLength(10);
});

test("flags and categories stand in Redis's order", () => {
  expect(statuses(details("AUTH")[2])).toEqual([
    "noscript",
    "loading",
    "stale",
    "fast",
    "no_auth",
    "allow_busy",
  ]);
  expect(categoriesOf(table.byName("CLIENT|LIST")!)).toEqual([
    "admin",
    "slow",
    "dangerous",
    "connection",
  ]);
  expect(categoriesOf(table.byName("CLIENT")!)).toEqual(["slow"]);
  expect(categoriesOf(table.byName("SET")!)).toEqual(["write", "string", "slow"]);
  expect(categoriesOf(table.byName("XGROUP")!)).toEqual(["slow"]);
  expect(categoriesOf(table.byName("COMMAND|COUNT")!)).toEqual(["slow", "connection"]);
  expect(categoriesOf(table.byName("SORT_RO")!)).toEqual([
    "read",
    "set",
    "sortedset",
    "list",
    "slow",
    "dangerous",
  ]);
  expect(categoriesOf(table.byName("EVAL_RO")!)).toEqual(["slow", "scripting"]);
  expect(categoriesOf(table.byName("FLUSHALL")!)).toEqual([
    "keyspace",
    "write",
    "slow",
    "dangerous",
  ]);
});

test("a container lists its subcommands, others an empty set", () => {
  const subcommands = details("CONFIG")[9] as readonly (readonly Reply[])[];
  expect(subcommands.map(([name]) => name)).toContain("config|get");
  expect(details("GET")[9]).toEqual(new SetReply([]));
});

test("what happens to keys follows from reading and writing", () => {
  const flagsOf = (name: string) => {
    const [spec] = (details(name)[8] as SetReply).items;
    return (spec as Pairs).items[1];
  };
  expect(statuses(flagsOf("GET"))).toEqual(["RO", "access"]);
  expect(statuses(flagsOf("SET"))).toEqual(["RW", "access", "update"]);
});

test("where a command says more of its keys, each of them has its own description", () => {
  const specs = (details("GEORADIUS")[8] as SetReply).items as Pairs[];
  const place = specs.map(({ items }) => (items[3] as Pairs).items);
  expect(specs.map(({ items }) => statuses(items[1]))).toEqual([
    ["RO", "access"],
    ["OW", "update"],
    ["OW", "update"],
  ]);
  expect(place).toEqual([
    ["type", "index", "spec", new Pairs(["index", 1])],
    ["type", "keyword", "spec", new Pairs(["keyword", "STORE", "startfrom", 6])],
    ["type", "keyword", "spec", new Pairs(["keyword", "STOREDIST", "startfrom", 6])],
  ]);
  expect(statuses(details("GEORADIUS")[2])).toEqual(["write", "denyoom", "movablekeys"]);
  expect(statuses(details("GEORADIUS")[6])).toEqual(["@write", "@geo", "@slow"]);
});

test("a command that treats its keys differently says so, of each of them", () => {
  const specsOf = (name: string): Reply => details(name)[8]!;
  const spec = (flags: readonly string[], first: number, last: number, notes: Reply[]) =>
    new Pairs([
      ...notes,
      ...["flags", new SetReply(flags.map((flag) => new Status(flag)))],
      ...["begin_search", new Pairs(["type", "index", "spec", new Pairs(["index", first])])],
      "find_keys",
      new Pairs([
        ...["type", "range"],
        ...["spec", new Pairs(["lastkey", last, "keystep", 1, "limit", 0])],
      ]),
    ]);
  expect(specsOf("PFMERGE")).toEqual(
    new SetReply([spec(["RW", "access", "insert"], 1, 0, []), spec(["RO", "access"], 2, -1, [])]),
  );
  const why =
    "RW because it may change the internal representation of the key, and propagate to replicas";
  expect(specsOf("PFCOUNT")).toEqual(new SetReply([spec(["RW", "access"], 1, -1, ["notes", why])]));
  expect(specsOf("GET")).toEqual(new SetReply([spec(["RO", "access"], 1, 0, [])]));
});
