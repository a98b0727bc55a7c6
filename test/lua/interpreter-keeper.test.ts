import { expect, test } from "bun:test";
import { fromText } from "../../src/bytes/bytes.ts";
import { CommandError } from "../../src/errors.ts";
import { SCRIPTS } from "../../src/lua/interpreter.ts";
import { InterpreterKeeper } from "../../src/lua/interpreter-keeper.ts";

const LIMITS = { memoryBytesMax: 64 << 20, timeMsMax: 5000 };

test("there is no interpreter before it is needed, and then the same one", () => {
  const keeper = new InterpreterKeeper(SCRIPTS, () => LIMITS);
  expect([keeper.memoryBytes, keeper.current, keeper.serial]).toEqual([0, null, 1]);
  const first = keeper.use((interpreter) => {
    expect([keeper.isRunning, keeper.serial]).toEqual([true, 1]);
    return interpreter;
  });
  expect(keeper.use((interpreter) => interpreter)).toBe(first);
  expect([keeper.isRunning, keeper.serial, keeper.current]).toEqual([false, 1, first]);
  expect(keeper.memoryBytes).toBe(first.memoryBytes);
});

test("a client's mistake leaves it as it is, anything else ends it", () => {
  const keeper = new InterpreterKeeper(SCRIPTS, () => LIMITS);
  const first = keeper.use((interpreter) => interpreter);
  expect(() => keeper.use((interpreter) => interpreter.compile(fromText("no lua")))).toThrow(
    CommandError,
  );
  expect(keeper.current).toBe(first);
  const broken = () => {
    throw new Error("broken");
  };
  expect(() => keeper.use(broken)).toThrow("broken");
  expect([keeper.current, keeper.serial]).toEqual([null, 2]);
  expect(keeper.use((interpreter) => interpreter)).not.toBe(first);
});

test("one that was dropped is not used again", () => {
  const keeper = new InterpreterKeeper(SCRIPTS, () => LIMITS);
  const first = keeper.use((interpreter) => interpreter);
  keeper.drop();
  expect(keeper.memoryBytes).toBe(0);
  expect(keeper.use((interpreter) => interpreter)).not.toBe(first);
});
