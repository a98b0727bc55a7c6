import { expect, test } from "bun:test";
import { fromText, mapKey } from "../../src/bytes/bytes.ts";
import {
  type Arg,
  bytes,
  flag,
  int,
  key,
  named,
  options,
  some,
  tuple,
} from "../../src/commands/args.ts";
import { type CommandFlag, command, subcommand } from "../../src/commands/command.ts";
import { keyFlags, keysOf } from "../../src/commands/command-keys.ts";

function keys(args: readonly Arg<unknown>[], ...words: string[]): string[] | null {
  const row = command("string", { name: "X", summary: "x", args, run: () => null });
  return keysOf(row, ["X", ...words].map(fromText))?.map(({ key }) => mapKey(key)) ?? null;
}

test("keys stand at fixed places", () => {
  expect(keys([key(), bytes("value")], "a", "b")).toEqual(["a"]);
  expect(keys([key(), key("other")], "a", "b")).toEqual(["a", "b"]);
  expect(keys([bytes("value")], "a")).toEqual([]);
});

test("or are all the words, or every second", () => {
  expect(keys([some(key())], "a", "b", "c")).toEqual(["a", "b", "c"]);
  expect(keys([some(tuple(key(), bytes("value")))], "a", "1", "b", "2")).toEqual(["a", "b"]);
});

test("or behind their number", () => {
  const args = [key("destination"), int("numkeys"), some(key()), bytes("x")];
  expect(keys(args, "d", "2", "a", "b", "WEIGHTS")).toEqual(["d", "a", "b"]);
  expect(keys(args, "d", "x", "a", "b")).toBeNull();
  expect(keys(args, "d", "0", "a", "b")).toBeNull();
  expect(keys(args, "d", "9", "a", "b")).toBeNull();
});

test("or behind a word", () => {
  const args = [key(), options({ store: named("STORE", key("destination")) })];
  expect(keys(args, "a", "store", "b")).toEqual(["a", "b"]);
  expect(keys(args, "a")).toEqual(["a"]);
  expect(keys(args, "a", "store")).toEqual(["a"]);
});

test("of several behind the same word the last counts", () => {
  const args = [key(), options({ store: named("STORE", key("destination")) })];
  expect(keys(args, "a", "store", "b", "store", "c")).toEqual(["a", "c"]);
});

test("what belongs to another word is not taken for one", () => {
  const args = [
    key(),
    options({
      by: named("BY", bytes("pattern")),
      limit: named("LIMIT", tuple(int("offset"), int("count"))),
      alpha: flag("ALPHA"),
      store: named("STORE", key("destination")),
    }),
  ];
  const words = ["a", "by", "store", "limit", "store", "by", "alpha", "store", "b", "by", "store"];
  expect(keys(args, ...words)).toEqual(["a", "b"]);
});

test("or are the first half of what stands behind a word", () => {
  const list: Arg<unknown> = {
    min: 3,
    max: 9,
    read: () => null,
    docs: [
      { name: "count", type: "integer", token: "COUNT", optional: true },
      {
        name: "streams",
        type: "block",
        token: "STREAMS",
        arguments: [
          { name: "key", type: "key", multiple: true },
          { name: "id", type: "string", multiple: true },
        ],
      },
    ],
  };
  expect(keys([list], "count", "streams", "streams", "a", "b", "1", "2")).toEqual(["a", "b"]);
  expect(keys([list], "count", "1", "2")).toEqual([]);
});

test("where a command says more of its keys, each has its own flags", () => {
  const write = ["OW", "update"];
  const row = command("geo", {
    name: "X",
    summary: "x",
    args: [key(), bytes("value"), options({ store: named("STORE", key()) })],
    keySpecs: [
      { first: 1, flags: ["RO"] },
      { first: { keyword: "STORE", from: 3 }, flags: write },
    ],
    run: () => null,
  });
  const found = (...words: string[]) =>
    keysOf(row, ["X", ...words].map(fromText))!.map(({ key, flags }) => [mapKey(key), flags]);
  expect(found("a", "store")).toEqual([["a", ["RO"]]]);
  expect(found("a", "store", "store", "b", "store", "c")).toEqual([
    ["a", ["RO"]],
    ["b", write],
  ]);
  expect(found("a", "v", "store")).toEqual([["a", ["RO"]]]);
});

test("several that are treated alike stand in one range", () => {
  const row = command("hyperloglog", {
    name: "X",
    summary: "x",
    args: [key(), some(key())],
    keySpecs: [
      { first: 1, last: 1, flags: ["RW"] },
      { first: 2, last: -1, flags: ["RO"] },
    ],
    run: () => null,
  });
  const found = keysOf(row, ["X", "a", "b", "c"].map(fromText))!;
  expect(found.map(({ key, flags }) => [mapKey(key), ...flags])).toEqual([
    ["a", "RW"],
    ["b", "RO"],
    ["c", "RO"],
  ]);
});

test("what happens to the others follows from reading and writing", () => {
  const flagsOf = (flags: readonly CommandFlag[]) =>
    keyFlags(command("string", { name: "X", summary: "x", flags, args: [], run: () => null }));
  expect(flagsOf(["readonly"])).toEqual(["RO", "access"]);
  expect(flagsOf(["write"])).toEqual(["RW", "access", "update"]);
  expect(flagsOf(["pubsub"])).toEqual(["not_key"]);
  expect(flagsOf([])).toEqual(["RO"]);
});

test("a subcommand's keys stand behind both its names", () => {
  const row = subcommand("server", { name: "A|B", summary: "x", args: [key()], run: () => null });
  expect(keysOf(row, ["A", "B", "k"].map(fromText))?.map(({ key }) => mapKey(key))).toEqual(["k"]);
});
