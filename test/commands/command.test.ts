import { expect, test } from "bun:test";
import { fromText } from "../../src/bytes/bytes.ts";
import {
  type Arg,
  any,
  bytes,
  flag,
  int,
  key,
  optional,
  options,
  some,
  tuple,
} from "../../src/commands/args.ts";
import { type Command, command, container, subcommand } from "../../src/commands/command.ts";
import type { Context } from "../../src/commands/context.ts";
import { Request } from "../../src/resp/request.ts";

function row(...args: readonly Arg<unknown>[]): Command {
  return command("string", { name: "X", summary: "x", args, run: () => null });
}

test.each([
  [[], 1, [1], [2]],
  [[key()], 2, [2], [1, 3]],
  [[key(), optional(bytes("b"))], -2, [2, 3], [1, 4]],
  [[some(key())], -2, [2, 9], [1]],
  [[some(tuple(key(), bytes("v")))], -3, [3, 5], [2, 4]],
  [[any(key())], -1, [1, 9], []],
  [[key(), options({ a: flag("A") })], -2, [2, 3, 9], [1]],
] as const)("arity follows from the arguments, %#", (args, arity, right, wrong) => {
  const x = row(...args);
  expect(x.arity).toBe(arity);
  for (const count of right)
    expect({ count, accepts: x.accepts(count) }).toEqual({ count, accepts: true });
  for (const count of wrong)
    expect({ count, accepts: x.accepts(count) }).toEqual({ count, accepts: false });
});

test.each([
  [[], { first: 0, last: 0, step: 0 }],
  [[bytes("v")], { first: 0, last: 0, step: 0 }],
  [[key(), bytes("v")], { first: 1, last: 1, step: 1 }],
  [[key(), key("other"), bytes("v")], { first: 1, last: 2, step: 1 }],
  [[int("n"), key()], { first: 2, last: 2, step: 1 }],
  [[some(key())], { first: 1, last: -1, step: 1 }],
  [[some(tuple(key(), bytes("v")))], { first: 1, last: -1, step: 2 }],
] as const)("key positions follow from the arguments, %#", (args, keys) => {
  expect(row(...args).keys).toEqual(keys);
});

test("run gets the values, whatever their number", () => {
  for (const count of [0, 1, 2, 3, 4, 5]) {
    let got: readonly unknown[] = [];
    const args = Array.from({ length: count }, (_, i) => int(`n${i}`)) as readonly Arg<unknown>[];
    const x = command("string", {
      name: "X",
      summary: "x",
      args,
      run(_, ...values) {
        got = values;
        return null;
      },
    });
    const words = ["X", ...Array.from({ length: count }, (_, i) => `${i}`)];
    x.invoke({} as Context, Request.of(words.map(fromText)));
    expect(got).toEqual(Array.from({ length: count }, (_, i) => i));
  }
});

test("a container finds its subcommands in any case, and needs one", () => {
  const get = subcommand("server", {
    name: "X|GET",
    summary: "x",
    args: [bytes("a")],
    run: () => 1,
  });
  const x = container("server", { name: "X", summary: "x", subcommands: [get] });
  expect(x.findSubcommand(fromText("gEt"))).toBe(get);
  expect(x.findSubcommand(fromText("GETX"))).toBeUndefined();
  expect(x.arity).toBe(-2);
  expect(x.accepts(1)).toBe(false);
  expect(get).toMatchObject({ arity: 3, lowerName: "x|get" });
});

test("a container may answer its bare name", () => {
  const alone = command("server", {
    name: "X",
    summary: "x",
    flags: ["stale"],
    args: [],
    run: () => 7,
  });
  const x = container("server", { name: "X", summary: "x", subcommands: [], alone });
  expect(x.arity).toBe(-1);
  expect(x.accepts(1)).toBe(true);
  expect(x.invoke({} as Context, Request.of([fromText("X")]))).toBe(7);
  expect(x.flags.has("stale")).toBe(true);
});

test("a write is known as one", () => {
  const write = command("string", {
    name: "X",
    summary: "x",
    flags: ["write"],
    args: [],
    run: () => null,
  });
  expect(write.isWrite).toBe(true);
  expect(row().isWrite).toBe(false);
});
