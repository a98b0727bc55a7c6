import { describe, expect, test } from "bun:test";
import { fromText, mapKey } from "../../src/bytes/bytes.ts";
import {
  type Arg,
  any,
  bytes,
  choice,
  deferred,
  double,
  exactInt,
  flag,
  index,
  int,
  int64,
  key,
  named,
  oneOf,
  optional,
  options,
  pairs,
  some,
  tuple,
} from "../../src/commands/args.ts";
import { command } from "../../src/commands/command.ts";
import { Words } from "../../src/commands/words.ts";
import { errors } from "../../src/errors.ts";
import { Request } from "../../src/resp/request.ts";

/** Reads `line`, words divided by blanks, with `arg`; all of them have to be taken. */
function read<T>(arg: Arg<T>, line: string): T {
  const texts = line === "" ? [] : line.split(" ");
  const words = new Words().of(Request.of(["NAME", ...texts].map(fromText)), 1);
  const value = arg.read(words);
  expect(words.left).toBe(0);
  return value;
}

describe("numbers", () => {
  test("int keeps to its limits", () => {
    expect(read(int("n"), "-5")).toBe(-5);
    expect(read(int("n", { min: 1, max: 3 }), "3")).toBe(3);
    expect(() => read(int("n", { min: 1 }), "0")).toThrow(errors.notInteger);
    expect(() => read(int("n", { min: 1, error: errors.notPositive }), "0")).toThrow(
      errors.notPositive,
    );
    expect(() => read(int("n"), "9007199254740992")).toThrow(errors.notInteger);
  });

  test("int64 and exactInt are exact, index is near enough", () => {
    expect(read(int64("n"), "9223372036854775807")).toBe(2n ** 63n - 1n);
    expect(read(exactInt("n"), "9223372036854775807")).toBe(2n ** 63n - 1n);
    expect(read(exactInt("n"), "-7")).toBe(-7);
    expect(read(index("n"), "-7")).toBe(-7);
    expect(read(index("n"), "9223372036854775807")).toBe(2 ** 63);
    for (const arg of [int64("n"), exactInt("n"), index("n")]) {
      for (const text of ["x", "1.5", "01", "9223372036854775808"]) {
        expect(() => read<unknown>(arg, text)).toThrow(errors.notInteger);
      }
    }
  });

  test("double knows infinities and no NaN", () => {
    expect([read(double("d"), "1e3"), read(double("d"), "-inf")]).toEqual([
      1000,
      Number.NEGATIVE_INFINITY,
    ]);
    expect(() => read(double("d"), "nan")).toThrow(errors.notFloat);
  });
});

describe("lists", () => {
  const text = (list: readonly Uint8Array[]) => list.map(mapKey).join();

  test("some, any and pairs take all words that are left", () => {
    expect(text(read(some(key()), "a b c"))).toBe("a,b,c");
    expect(read(any(key()), "")).toEqual([]);
    expect(text(read(pairs(key(), bytes("value")), "a 1 b 2"))).toBe("a,1,b,2");
    expect(
      read(some(tuple(key(), int("n"))), "a 1 b 2").map(([name, n]) => [mapKey(name), n]),
    ).toEqual([
      ["a", 1],
      ["b", 2],
    ]);
  });

  test("an incomplete last one is a wrong number of words", () => {
    const accepts = (...args: Arg<unknown>[]) => {
      const row = command("string", { name: "X", summary: "x", args, run: () => null });
      return [1, 2, 3, 4, 5, 6].filter((count) => row.accepts(count));
    };
    expect(accepts(pairs(key(), bytes("value")))).toEqual([3, 5]);
    expect(accepts(key(), some(tuple(key(), bytes("value"))))).toEqual([4, 6]);
    expect(accepts(key(), any(tuple(key(), bytes("value"))))).toEqual([2, 4, 6]);
    expect(accepts(some(key()))).toEqual([2, 3, 4, 5, 6]);
    expect(accepts(key(), optional(key()))).toEqual([2, 3]);
  });

  test("an optional one may be missing", () => {
    expect(read(optional(int("n")), "")).toBeNull();
    expect(read(optional(int("n")), "4")).toBe(4);
  });
});

test("a choice is one of its words, in any case", () => {
  const arg = choice("where", ["LEFT", "RIGHT"]);
  expect(read(arg, "left")).toBe("LEFT");
  expect(() => read(arg, "up")).toThrow(errors.syntax);
});

describe("options", () => {
  const arg = options({
    condition: oneOf(flag("NX"), flag("XX")),
    count: named("COUNT", int("count")),
    get: flag("GET"),
  });
  const none = { condition: null, count: null, get: null };

  test("come in any order and any case, the last of two wins", () => {
    expect(read(arg, "")).toEqual(none);
    expect(read(arg, "get COUNT 3 nx")).toEqual({
      condition: { token: "NX", value: true },
      count: 3,
      get: true,
    });
    expect(read(arg, "COUNT 3 NX COUNT 4 NX").count).toBe(4);
  });

  test("cost nothing when none is given", () => {
    expect(read(arg, "")).toBe(read(arg, ""));
    expect(Object.isFrozen(read(arg, ""))).toBe(true);
  });

  test("that are unknown, incomplete or exclude each other are a syntax error", () => {
    for (const line of ["NOW", "COUNT", "GET COUNT", "NX XX", "3"]) {
      expect(() => read(arg, line)).toThrow(errors.syntax);
    }
  });
});

test("a deferred argument is read when it is called for", () => {
  const words = new Words().of(Request.of(["NAME", "x"].map(fromText)), 1);
  const readLater = deferred(int("n")).read(words);
  expect(words.left).toBe(1);
  expect(readLater).toThrow(errors.notInteger);
});

test("docs tell names, types and what may be left out or repeated", () => {
  const row = command("string", {
    name: "X",
    summary: "x",
    args: [
      key(),
      bytes("when", "unix-time"),
      options({ ttl: oneOf<number | true>(named("EX", int("s")), flag("KEEP")) }),
    ],
    run: () => null,
  });
  expect(row.args).toEqual([
    { name: "key", type: "key" },
    { name: "when", type: "unix-time" },
    {
      name: "ttl",
      type: "oneof",
      optional: true,
      arguments: [
        { name: "s", type: "integer", token: "EX" },
        { name: "keep", type: "pure-token", token: "KEEP" },
      ],
    },
  ]);
  expect(row.keys).toEqual({ first: 1, last: 1, step: 1 });
});
