import { expect, test } from "bun:test";
import type { Arg } from "../../src/commands/args.ts";
import {
  any,
  bytes,
  choice,
  flag,
  int,
  key,
  named,
  oneOf,
  optional,
  options,
  pattern,
  some,
  tuple,
} from "../../src/commands/args.ts";
import { type Command, command, container, subcommand } from "../../src/commands/command.ts";
import { commandDocs, syntaxOf } from "../../src/commands/command-docs.ts";
import { Pairs, SetReply, Status } from "../../src/resp/reply.ts";

function withArgs(...args: readonly Arg<unknown>[]): Command {
  return command("string", { name: "X", summary: "Does x.", args, run: () => null });
}

test.each([
  [[], "X"],
  [[key(), bytes("value")], "X key value"],
  [[optional(bytes("message"))], "X [message]"],
  [[some(key())], "X key [key ...]"],
  [[any(pattern())], "X [pattern [pattern ...]]"],
  [[some(tuple(key(), bytes("value")))], "X key value [key value ...]"],
  [[choice("mode", ["ON", "OFF"])], "X <ON | OFF>"],
  [[options({ get: flag("GET"), count: named("COUNT", int("count")) })], "X [GET] [COUNT count]"],
  [
    [
      options({
        when: oneOf(flag("NX"), flag("XX")),
        end: oneOf<unknown>(named("EX", int("seconds")), flag("KEEPTTL")),
      }),
    ],
    "X [NX | XX] [EX seconds | KEEPTTL]",
  ],
] as const)("the syntax of %# is as one types it", (args, syntax) => {
  expect(syntaxOf(withArgs(...args))).toBe(syntax);
});

test("a subcommand's syntax has both its names", () => {
  const row = subcommand("server", { name: "A|B", summary: "x", args: [key()], run: () => null });
  expect(syntaxOf(row)).toBe("A B key");
});

test("the documentation has what Redis's has of these", () => {
  const docs = commandDocs(withArgs(key(), options({ get: flag("GET") })));
  expect(docs).toEqual(
    new Pairs([
      ...["summary", "Does x.", "since", "1.0.0", "group", "string", "arguments"],
      [
        new Pairs(["name", "key", "type", "key", "key_spec_index", 0]),
        new Pairs([
          ...["name", "get", "type", "pure-token", "token", "GET", "flags"],
          new SetReply([new Status("optional")]),
        ]),
      ],
    ]),
  );
});

test("a key names the key specification that it belongs to", () => {
  const { items } = commandDocs(withArgs(key(), any(key("source", 1)))) as Pairs;
  const [target, source] = items.at(-1) as [Pairs, Pairs];
  expect(target.items.slice(-2)).toEqual(["key_spec_index", 0]);
  expect(source.items.slice(4, 6)).toEqual(["key_spec_index", 1]);
});

test("a container's documentation has that of its subcommands", () => {
  const sub = subcommand("server", { name: "A|B", summary: "x", args: [], run: () => null });
  const docs = commandDocs(container("server", { name: "A", summary: "y", subcommands: [sub] }));
  expect((docs as Pairs).items.slice(-2)).toEqual([
    "subcommands",
    new Pairs(["a|b", commandDocs(sub)]),
  ]);
});
