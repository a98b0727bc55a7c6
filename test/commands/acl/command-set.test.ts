import { expect, test } from "bun:test";
import fc from "fast-check";
import { CommandSet } from "../../../src/commands/acl/command-set.ts";
import type { Command } from "../../../src/commands/command.ts";

const SIZE = 70;
const commandOf = (number: number) => ({ number }) as Command;

test("it holds what a set of numbers would, and so does its copy", () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({ number: fc.nat(SIZE - 1), isIn: fc.boolean() }),
      fc.record({ number: fc.constant(null), isIn: fc.boolean() }),
    ),
  );
  fc.assert(
    fc.property(steps, (changes) => {
      const set = new CommandSet(SIZE);
      const model = new Set<number>();
      for (const { number, isIn } of changes) {
        const numbers = number === null ? Array.from({ length: SIZE }, (_, at) => at) : [number];
        if (number === null) set.fill(isIn);
        else set.set(commandOf(number), isIn);
        for (const each of numbers) isIn ? model.add(each) : model.delete(each);
      }
      const copy = set.clone();
      set.fill(false);
      for (let number = 0; number < SIZE; number++) {
        expect(copy.has(commandOf(number))).toBe(model.has(number));
        expect(set.has(commandOf(number))).toBe(false);
      }
    }),
  );
});
