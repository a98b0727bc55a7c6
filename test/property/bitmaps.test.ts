/** Bitmaps against a plain model: random operations with turns, flushes and restarts in between. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Bytes, fromText } from "../../src/bytes/bytes.ts";
import type { BitOperation } from "../../src/database/strings/bit-strings.ts";
import { openLedis, type TestLedis } from "../support/open-ledis.ts";

/** A bitmap: the places of its ones, and the highest place ever written. */
interface Model {
  readonly ones: Set<number>;
  tail: number;
}

const KEYS = ["a", "b", "c"];

const key = fc.constantFrom(...KEYS);
const offset = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.constantFrom(4095, 4096, 4097, 8191, 12_288, 20_000),
  fc.integer({ min: -30, max: -1 }),
);
const bit = fc.constantFrom(0, 1);

type Step =
  | { kind: "setBits"; key: string; writes: [number, number][] }
  | { kind: "combine"; operation: BitOperation; target: string; keys: string[] }
  | { kind: "count"; key: string; start: number; end: number }
  | { kind: "remove"; key: string }
  | { kind: "commit" | "flush" | "reopen" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("setBits" as const),
      key,
      writes: fc.array(fc.tuple(offset, bit), { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("combine" as const),
      operation: fc.constantFrom<BitOperation>("AND", "OR", "XOR", "NOT"),
      target: key,
      keys: fc.array(key, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("count" as const), key, start: offset, end: offset }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("remove" as const), key }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom("commit" as const, "flush" as const) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("reopen" as const) }) },
);

function resolved(offset: number, tail: number): number {
  return offset < 0 ? offset + tail + 1 : offset;
}

function bytesOf({ ones, tail }: Model): number[] {
  const bytes = new Array<number>(Math.floor(tail / 8) + 1).fill(0);
  for (const at of ones) bytes[at >> 3]! |= 1 << (at & 7);
  return bytes;
}

function setBits(
  models: Map<string, Model>,
  test: TestLedis,
  key: string,
  writes: [number, number][],
) {
  const model = models.get(key) ?? { ones: new Set<number>(), tail: -1 };
  const places = writes.map(([offset]) => resolved(offset, model.tail));
  const call = () =>
    test.db.bitmaps.setBits(
      fromText(key),
      writes.map(([offset, value]) => ({ offset, value })),
    );
  if (places.some((at) => at < 0)) expect(call).toThrow("ERR invalid offset");
  else if (new Set(places).size < places.length) expect(call).toThrow("ERR duplicate bit pos");
  else {
    for (const [i, at] of places.entries()) {
      if (writes[i]![1] === 1) model.ones.add(at);
      else model.ones.delete(at);
    }
    model.tail = Math.max(model.tail, ...places);
    models.set(key, model);
    expect(call()).toBe(writes.length);
  }
}

function combined(operation: BitOperation, sources: readonly Model[]): Model | null {
  if (operation === "NOT" ? sources.length !== 1 : sources.length < 2) return null;
  const tail = Math.max(...sources.map((source) => source.tail));
  const ones = new Set<number>();
  for (let at = 0; at <= tail; at++) {
    const bits = sources.map((source) => source.ones.has(at));
    const holds = {
      AND: () => bits.every(Boolean),
      OR: () => bits.some(Boolean),
      XOR: () => bits.filter(Boolean).length % 2 === 1,
      NOT: () => !bits[0],
    }[operation]();
    if (holds) ones.add(at);
  }
  return { ones, tail };
}

async function run(step: Step, models: Map<string, Model>, test: TestLedis): Promise<void> {
  switch (step.kind) {
    case "setBits":
      setBits(models, test, step.key, step.writes);
      return;
    case "combine": {
      const sources = step.keys.flatMap((key) => models.get(key) ?? []);
      const outcome = combined(step.operation, sources);
      if (outcome !== null) models.set(step.target, outcome);
      const keys = step.keys.map(fromText);
      const answer = test.db.bitmaps.combine(step.operation, fromText(step.target), keys);
      expect(answer).toBe(outcome === null ? 0 : outcome.tail + 1);
      return;
    }
    case "count": {
      const model = models.get(step.key);
      const call = () => test.db.bitmaps.count(fromText(step.key), step.start, step.end);
      const ends = [step.start, step.end].map((at) => resolved(at, model?.tail ?? -1));
      if (model !== undefined && Math.min(...ends) < 0) {
        expect(call).toThrow("ERR invalid offset");
        return;
      }
      const [first, last] = [Math.min(...ends), Math.max(...ends)];
      expect(call()).toBe(
        [...(model?.ones ?? [])].filter((at) => at >= first && at <= last).length,
      );
      return;
    }
    case "remove":
      expect(test.db.keys.remove(fromText(step.key))).toBe(models.delete(step.key));
      return;
    case "commit":
      return test.commit();
    case "flush":
      return test.ledis.flush();
    case "reopen":
      return test.reopen();
  }
}

function check({ db }: TestLedis, models: Map<string, Model>): void {
  for (const name of KEYS) {
    const model = models.get(name);
    const bytes: Bytes | null = db.bitmaps.get(fromText(name));
    expect(bytes === null ? null : [...bytes]).toEqual(model === undefined ? null : bytesOf(model));
    expect(db.bitmaps.count(fromText(name), 0, -1)).toBe(model?.ones.size ?? 0);
    for (const at of [0, 7, 8, 33, 4096, 20_000]) {
      expect(db.bitmaps.getBit(fromText(name), at)).toBe(model?.ones.has(at) ? 1 : 0);
    }
  }
}

test("bitmaps behave as sets of places with a tail, whatever happens in between", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
      await using test = await openLedis();
      const models = new Map<string, Model>();
      for (const step of steps) {
        await run(step, models, test);
        check(test, models);
      }
    }),
    { numRuns: 40 },
  );
}, 60_000);
