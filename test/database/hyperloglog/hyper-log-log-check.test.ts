import { afterEach, expect, spyOn, test } from "bun:test";
import { DenseRegisters } from "../../../src/database/hyperloglog/dense-registers.ts";
import { checkHyperLogLogs } from "../../../src/database/hyperloglog/hyper-log-log-check.ts";
import { SparseRegisters } from "../../../src/database/hyperloglog/sparse-registers.ts";

let restore = (): void => {};
afterEach(() => restore());

function run(): { readonly fault: string | null; readonly pauses: number } {
  const work = checkHyperLogLogs();
  for (let pauses = 0; ; pauses++) {
    const { done, value } = work.next();
    if (done) return { fault: value, pauses };
  }
}

test("nothing is wrong, and there are moments to do something else", () => {
  const { fault, pauses } = run();
  expect(fault).toBeNull();
  expect(pauses).toBe(1000);
});

test.each([
  ["dense", DenseRegisters],
  ["sparse", SparseRegisters],
] as const)("a register of the %s encoding that is wrong is named", (encoding, { prototype }) => {
  const original = prototype.mergeInto as (registers: Uint8Array) => boolean;
  const spy = spyOn(prototype, "mergeInto").mockImplementation(function (
    this: never,
    registers: Uint8Array,
  ): boolean {
    const isWhole = original.call(this, registers);
    // An empty one is on its way to the other encoding.
    if (registers.some((rank) => rank > 0)) registers[123] = 45;
    return isWhole;
  });
  restore = () => spy.mockRestore();
  const { fault } = run();
  expect(fault).toBe(`Register 123 of the ${encoding} encoding is 45 instead of 0`);
});
