import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { REGISTERS } from "../../../src/database/hyperloglog/registers.ts";
import {
  SPARSE_RANK_MAX,
  SparseRegisters,
} from "../../../src/database/hyperloglog/sparse-registers.ts";

const NO_LIMIT = Number.POSITIVE_INFINITY;

function sparse(...bytes: readonly number[]): SparseRegisters {
  return new SparseRegisters(Uint8Array.from(bytes));
}

/** The first byte of `length` zeros of the long form, and the second one. */
function longZeros(length: number): [number, number] {
  return [0x40 | ((length - 1) >> 8), (length - 1) & 0xff];
}

function value(rank: number, length = 1): number {
  return 0x80 | ((rank - 1) << 2) | (length - 1);
}

function registersOf(runs: SparseRegisters): Uint8Array | null {
  const registers = new Uint8Array(REGISTERS);
  return runs.mergeInto(registers) ? registers : null;
}

describe("the bytes", () => {
  test("no elements are one run of long zeros", () => {
    expect([...SparseRegisters.empty().bytes]).toEqual([0x7f, 0xff]);
    expect(SparseRegisters.empty().describe()).toBe(`Z:${REGISTERS}`);
  });

  test("a register splits its run in up to three", () => {
    const runs = SparseRegisters.empty();
    expect(runs.raise(1000, 2, NO_LIMIT)).toBe("raised");
    expect(runs.raise(1020, 3, NO_LIMIT)).toBe("raised");
    expect(runs.raise(1021, 3, NO_LIMIT)).toBe("raised");
    expect(runs.describe()).toBe("Z:1000 v:2,1 z:19 v:3,2 Z:15362");
    const bytes = [...longZeros(1000), value(2), 18, value(3, 2), ...longZeros(15_362)];
    expect([...runs.bytes]).toEqual(bytes);
    expect(runs.raise(1021, 4, NO_LIMIT)).toBe("raised");
    expect(runs.describe()).toBe("Z:1000 v:2,1 z:19 v:3,1 v:4,1 Z:15362");
  });

  test("64 zeros are the most of the short form", () => {
    const runs = SparseRegisters.empty();
    runs.raise(64, 1, NO_LIMIT);
    runs.raise(130, 1, NO_LIMIT);
    expect(runs.describe()).toBe("z:64 v:1,1 Z:65 v:1,1 Z:16253");
  });

  test("equal values are joined, up to four", () => {
    const runs = SparseRegisters.empty();
    for (let index = 0; index < 6; index++) runs.raise(index, 5, NO_LIMIT);
    expect(runs.describe()).toBe("v:5,4 v:5,2 Z:16378");
    runs.raise(2, 6, NO_LIMIT);
    expect(runs.describe()).toBe("v:5,2 v:6,1 v:5,3 Z:16378");
    runs.raise(3, 6, NO_LIMIT);
    runs.raise(1, 6, NO_LIMIT);
    expect(runs.describe()).toBe("v:5,1 v:6,3 v:5,2 Z:16378");
    runs.raise(0, 6, NO_LIMIT);
    expect(runs.describe()).toBe("v:6,4 v:5,2 Z:16378");
  });

  test("the bytes that were given stay as they are", () => {
    const given = Uint8Array.from([value(2), ...longZeros(REGISTERS - 1)]);
    const kept = Uint8Array.from(given);
    const runs = new SparseRegisters(given);
    runs.raise(0, 3, NO_LIMIT);
    runs.raise(8000, 3, NO_LIMIT);
    expect(given).toEqual(kept);
  });
});

describe("raising", () => {
  test("a register that is as high is left alone", () => {
    const runs = SparseRegisters.empty();
    runs.raise(7, 5, NO_LIMIT);
    const before = [...runs.bytes];
    expect(runs.raise(7, 5, NO_LIMIT)).toBe("same");
    expect(runs.raise(7, 4, 0)).toBe("same");
    expect([...runs.bytes]).toEqual(before);
  });

  test("32 is the highest rank", () => {
    expect(SparseRegisters.empty().raise(0, SPARSE_RANK_MAX, NO_LIMIT)).toBe("raised");
    expect(SparseRegisters.empty().raise(0, SPARSE_RANK_MAX + 1, NO_LIMIT)).toBe("full");
  });

  test("what would grow beyond the limit is full, what does not grow is not", () => {
    const runs = SparseRegisters.empty();
    expect(runs.raise(100, 1, 4)).toBe("full");
    expect([...runs.bytes]).toEqual([0x7f, 0xff]);
    expect(runs.raise(100, 1, 5)).toBe("raised");
    expect(runs.raise(100, 2, 0)).toBe("raised");
    expect(runs.raise(101, 2, 5)).toBe("full");
    expect(runs.raise(101, 2, 6)).toBe("raised");
    expect(runs.describe()).toBe("Z:100 v:2,2 Z:16282");
  });

  test("gives what a plain array has, whatever comes in whatever order", () => {
    const near = fc.integer({ min: 0, max: 300 });
    const any = fc.integer({ min: 0, max: REGISTERS - 1 });
    const place = fc.tuple(fc.oneof(near, any), fc.integer({ min: 1, max: 4 }));
    const places = fc.tuple(fc.array(place, { maxLength: 300 }), fc.boolean());
    fc.assert(
      fc.property(places, ([all, isSorted]) => {
        if (isSorted) all.sort(([a], [b]) => a - b);
        const runs = SparseRegisters.empty();
        const model = new Uint8Array(REGISTERS);
        for (const [index, rank] of all) {
          expect(runs.raise(index, rank, NO_LIMIT)).toBe(rank > model[index]! ? "raised" : "same");
          model[index] = Math.max(model[index]!, rank);
        }
        expect(registersOf(runs)).toEqual(model);
      }),
      { numRuns: 50 },
    );
  });

  test("the bytes do not depend on whether they were read anew in between", () => {
    const place = fc.tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 1, max: 3 }));
    fc.assert(
      fc.property(fc.array(place, { maxLength: 200 }), (places) => {
        const runs = SparseRegisters.empty();
        let anew = SparseRegisters.empty();
        for (const [index, rank] of places) {
          runs.raise(index, rank, NO_LIMIT);
          anew = new SparseRegisters(Uint8Array.from(anew.bytes));
          anew.raise(index, rank, NO_LIMIT);
          expect(runs.bytes).toEqual(anew.bytes);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe("runs that somebody made up", () => {
  test("are merged only when they are those of all registers", () => {
    expect(registersOf(sparse())).toBeNull();
    expect(registersOf(sparse(...longZeros(REGISTERS - 1)))).toBeNull();
    expect(registersOf(sparse(...longZeros(REGISTERS), 0))).toBeNull();
    expect(registersOf(sparse(...longZeros(REGISTERS - 1), value(1, 2)))).toBeNull();
    expect(registersOf(sparse(...new Array<number>(256).fill(0x3f)))).not.toBeNull();
    expect(registersOf(sparse(...longZeros(REGISTERS - 2), value(7, 2)))?.at(-1)).toBe(7);
  });

  test("a register behind them is not there to be raised", () => {
    expect(sparse().raise(0, 1, NO_LIMIT)).toBe("corrupt");
    expect(sparse(0x3f).raise(64, 1, NO_LIMIT)).toBe("corrupt");
    expect(sparse(0x3f).raise(63, 1, NO_LIMIT)).toBe("raised");
  });

  test("one of long zeros with a single register shrinks", () => {
    const runs = sparse(...longZeros(1), ...longZeros(REGISTERS - 1));
    expect(runs.raise(0, 4, 0)).toBe("raised");
    expect([...runs.bytes]).toEqual([value(4), ...longZeros(REGISTERS - 1)]);
  });

  test("a second byte that is missing is 0, and missing still when its run was split", () => {
    const runs = sparse(0x3f, 0x41);
    expect(runs.describe()).toBe("z:64 Z:257");
    expect(runs.raise(164, 3, NO_LIMIT)).toBe("raised");
    expect([...runs.bytes]).toEqual([0x3f, ...longZeros(100), value(3), 0x40]);
    expect(runs.describe()).toBe("z:64 Z:100 v:3,1 Z:1");
    expect(runs.raise(165, 3, NO_LIMIT)).toBe("raised");
    expect([...runs.bytes]).toEqual([0x3f, ...longZeros(100), value(3)]);
  });

  test("hold whatever registers are raised, and nothing is thrown", () => {
    const place = fc.tuple(fc.nat(REGISTERS - 1), fc.integer({ min: 1, max: 63 }));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.array(place), (bytes, places) => {
        const runs = new SparseRegisters(bytes);
        for (const [index, rank] of places) runs.raise(index, rank, 100);
        const registers = registersOf(runs);
        if (registers !== null) expect(Math.max(...registers)).toBeLessThanOrEqual(32);
        expect(runs.bytes.length).toBeLessThanOrEqual(100);
        expect(runs.describe()).not.toBeNull();
      }),
    );
  });

  test("are not described when they are too many for any registers", () => {
    expect(sparse(...new Array<number>(2 * REGISTERS).fill(0)).describe()).not.toBeNull();
    expect(sparse(...new Array<number>(2 * REGISTERS + 1).fill(0)).describe()).toBeNull();
  });
});
