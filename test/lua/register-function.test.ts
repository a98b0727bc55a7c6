import { expect, test } from "bun:test";
import { ErrorReply } from "../../src/resp/reply.ts";
import { TestFunctions } from "../support/test-functions.ts";

test.each([
  ["'f'", "calling redis.register_function with a single argument is only applicable"],
  ["'f', 1", "second argument to redis.register_function must be a function"],
  ["{callback = print}", "nonexistent global variable 'print'"],
  ["{function_name = 'f', callback = redis.log, flags = {'x'}}", "unknown flag given"],
  ["'f', redis.log) redis.register_function('f', redis.log", "Function already exists"],
])("redis.register_function(%s) is refused", (args, error) => {
  expect(() => new TestFunctions().load(`redis.register_function(${args})`)).toThrow(error);
});

test("a number is no obstacle to the walk over named arguments", () => {
  const named = "{[1] = 1, function_name = 'f', callback = redis.log}";
  expect(() => new TestFunctions().load(`redis.register_function(${named})`)).toThrow(
    "unknown argument given to redis.register_function",
  );
});

test("nothing can be registered by a function that runs", () => {
  const lua = new TestFunctions();
  const late = "function() r.register_function('g', r.log) end";
  lua.load(`local r = redis redis.register_function('f', ${late})`);
  const reply = lua.call("f");
  expect(reply).toBeInstanceOf(ErrorReply);
  expect((reply as ErrorReply).text).toContain("can only be called on FUNCTION LOAD command");
});
