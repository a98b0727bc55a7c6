import { expect, test } from "bun:test";
import { ScriptStopped } from "../../src/lua/interpreter.ts";
import { ErrorReply } from "../../src/resp/reply.ts";
import { TestScripts } from "../support/script-host.ts";

const ENDLESS = [
  "while true do end",
  "while true do pcall(function() while true do end end) end",
  "coroutine.wrap(function() while true do end end)()",
  "while true do redis.pcall('ping') end",
  "local t = {1} for i = 1, 40 do t = {t, t} end return t",
  "local t = {1} for i = 1, 40 do t = {t, t} end return cjson.encode(t)",
  "local t = {1} for i = 1, 14 do t = {t, t, t, t, t, t, t, t} end return cmsgpack.pack(t)",
];

test.each(ENDLESS)("%s is stopped, and the next script runs", (text) => {
  const lua = new TestScripts({ timeMsMax: 50 });
  expect(() => lua.run(text)).toThrow(ScriptStopped);
  expect(lua.run("return 1")).toBe(1);
});

test("a recursion too deep for the machine is stopped, and the next script runs", () => {
  const lua = new TestScripts();
  const text = "return string.find(string.rep('a', 300000), string.rep('a?', 300000))";
  expect(() => lua.run(text)).toThrow(ScriptStopped);
  expect(lua.run("return 1")).toBe(1);
});

test("a script out of memory gets an error, and the next one runs", () => {
  const lua = new TestScripts();
  const reply = lua.run("local s = 'x' while true do s = s .. s end");
  expect((reply as ErrorReply).text).toContain("not enough memory");
  expect(lua.run("return 1")).toBe(1);
});

test("what a command throws ends the script, past every pcall", () => {
  const lua = new TestScripts();
  lua.call = () => {
    throw new TypeError("broken");
  };
  expect(() => lua.run("pcall(redis.call, 'x') return 1")).toThrow(TypeError);
  lua.call = () => "fine";
  expect(lua.run("return redis.call('x')")).toEqual(new Uint8Array(Buffer.from("fine")));
});

test("an error is told with the script and its line", () => {
  const reply = new TestScripts().run("\nerror('x')");
  expect(reply).toBeInstanceOf(ErrorReply);
  expect((reply as ErrorReply).text).toMatch(
    /^ERR user_script:2: x script: [0-9a-f]{40}, on @user_script:2\.$/,
  );
});
