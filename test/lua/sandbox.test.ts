import { expect, setDefaultTimeout, test } from "bun:test";
import { fromText, toText } from "../../src/bytes/bytes.ts";
import { ErrorReply, type Reply } from "../../src/resp/reply.ts";
import { TestScripts } from "../support/script-host.ts";

// Processes, disks and clocks take their time on a busy machine.
setDefaultTimeout(60_000);

const shown = (reply: Reply): unknown =>
  reply instanceof Uint8Array ? toText(reply) : reply instanceof ErrorReply ? reply.text : reply;

const READ_ONLY = "Attempt to modify a readonly table";

test.each([
  "x = 1",
  "_G.x = 1",
  "rawset(_G, 'x', 1)",
  "string.x = 1",
  "redis.call = nil",
  "rawset(table, 'insert', nil)",
  "table.insert(redis, 1)",
  "setmetatable(_G, {})",
  "setmetatable(string, nil)",
  "getmetatable('').__index = nil",
  "getmetatable('').x = 1",
  "KEYS = 1",
])("%s changes nothing for later scripts", (text) => {
  const lua = new TestScripts();
  expect(shown(lua.run(text))).toContain(READ_ONLY);
  const all = "return type(redis.call) .. type(table.insert) .. ('x'):upper() .. #redis";
  expect(shown(lua.run(all))).toBe("functionfunctionX0");
});

test.each(["os", "io", "debug", "package", "require", "dofile", "loadfile", "print", "getfenv"])(
  "there is no %s",
  (name) => {
    const text = `nonexistent global variable '${name}'`;
    expect(shown(new TestScripts().run(`return ${name}`))).toContain(text);
  },
);

test("nothing that scripts can reach leads to the real libraries", () => {
  const lua = new TestScripts();
  const text = `
    local _, shown = pairs(string)
    return {shown == string, tostring(getmetatable(string)), tostring(getmetatable(_G)),
      tostring(rawget(string, 'rep') == string.rep), tostring(next(_G) ~= nil)}`;
  const reply = lua.run(text) as readonly Reply[];
  expect(reply.map(shown)).toEqual([1, "nil", "nil", "true", "true"]);
});

test("compiled code is not taken: it could do anything to the interpreter", () => {
  const lua = new TestScripts();
  const dumped = "loadstring(string.dump(function() return 1 end))";
  expect(shown(lua.run(`local f, text = ${dumped} return text`))).toContain("unexpected symbol");
  const pieces = "local piece = string.dump(function() return 1 end)";
  const loaded = "load(function() local p = piece piece = nil return p end)";
  expect(shown(lua.run(`${pieces} local f, text = ${loaded} return text`))).toContain(
    "unexpected symbol",
  );
  const endless = "load(function() return string.dump(function() end) end)";
  expect(shown(lua.run(`return tostring((${endless}))`))).toContain("not enough memory");
  expect(() => lua.scripts.load(fromText("\x1bLua"))).toThrow("unexpected symbol");
});

test("KEYS and ARGV are those of the script that runs", () => {
  const lua = new TestScripts();
  expect(lua.run("KEYS[1] = 'x' ARGV = ARGV")).toBeInstanceOf(ErrorReply);
  expect(lua.run("return #KEYS + #ARGV")).toBe(0);
});
