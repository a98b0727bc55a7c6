/** TTLs of hash fields against a plain model: random operations, time, flushes and restarts, hiding and removing. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Bytes, mapKey } from "../../src/bytes/bytes.ts";
import { clock } from "../../src/clock.ts";
import type { FieldCondition } from "../../src/database/hashes/hash-ttls.ts";
import { type FakeClock, useFakeClock } from "../support/fake-clock.ts";
import { openLedis, type TestLedis } from "../support/open-ledis.ts";

interface Field {
  value: string;
  /** 0: none. */
  deadline: number;
}
type Model = Map<string, Map<string, Field>>;

const KEYS = ["a", "b", ""];
const FIELDS = ["f", "ff", "g", "", "\u0000", "\u00ff\u00ff", "n"];

const latin1 = (text: string): Bytes => Buffer.from(text, "latin1");
const key = fc.constantFrom(...KEYS);
const field = fc.constantFrom(...FIELDS);
const fields = fc.array(field, { minLength: 1, maxLength: 4 });
const value = fc.constantFrom("", "v", "12", "-7");
const pairs = fc.array(fc.tuple(field, value), { minLength: 1, maxLength: 4 });
/** From now, in ms; some are past. */
const ttl = fc.constantFrom(-1, 0, 1, 5, 10, 10, 50, 30_000);
const condition = fc.constantFrom<(FieldCondition | null)[]>(null, null, "NX", "XX", "GT", "LT");
const setCondition = fc.constantFrom<("FNX" | "FXX" | null)[]>(null, null, "FNX", "FXX");
const expiration = fc.oneof(ttl, fc.constantFrom("keep" as const, "none" as const));
const kind = <K extends string>(name: K) => fc.constant(name);

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: kind("set"), key, pairs }) },
  { weight: 2, arbitrary: fc.record({ kind: kind("delete"), key, fields }) },
  { weight: 2, arbitrary: fc.record({ kind: kind("increment"), key, field }) },
  { weight: 6, arbitrary: fc.record({ kind: kind("expire"), key, fields, ttl, condition }) },
  { weight: 2, arbitrary: fc.record({ kind: kind("persist"), key, fields }) },
  { weight: 1, arbitrary: fc.record({ kind: kind("take"), key, fields }) },
  { weight: 2, arbitrary: fc.record({ kind: kind("getAndExpire"), key, fields, ttl: expiration }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: kind("store"), key, pairs, ttl: expiration, on: setCondition }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("rename", "copy"), key, to: key }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: kind("wait"), ms: fc.constantFrom(1, 4, 10, 30_000) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom("commit", "flush", "cycle", "hide", "remove") }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind("reopen") }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

class World {
  readonly model: Model = new Map();
  readonly test: TestLedis;
  readonly time: FakeClock;

  constructor(test: TestLedis, time: FakeClock) {
    this.test = test;
    this.time = time;
  }

  /** The hash, made if need be. */
  of(key: string): Map<string, Field> {
    const hash = this.model.get(key) ?? new Map<string, Field>();
    this.model.set(key, hash);
    return hash;
  }

  /** Drops what has ended, and hashes without fields. */
  settle(): void {
    for (const [key, hash] of this.model) {
      for (const [name, { deadline }] of hash) {
        if (deadline !== 0 && deadline <= clock.nowMs()) hash.delete(name);
      }
      if (hash.size === 0) this.model.delete(key);
    }
  }
}

const at = (ttl: number | "keep" | "none"): number =>
  typeof ttl === "number" ? clock.nowMs() + ttl : 0;
const texts = (values: readonly (Bytes | null)[]) =>
  values.map((value) => (value === null ? null : mapKey(value)));

function meets(condition: FieldCondition | null, old: number, next: number): boolean {
  if (condition === null) return true;
  if (condition === "NX") return old === 0;
  if (condition === "XX") return old !== 0;
  if (condition === "GT") return old !== 0 && next > old;
  return old === 0 || next < old;
}

/** Runs a step that changes a hash on both. */
function change(
  step: Step,
  { model, test, ...world }: World,
  of: (key: string) => Map<string, Field>,
) {
  const { hashes, hashTtls, keys, table } = test.db;
  switch (step.kind) {
    case "set": {
      const hash = of(step.key);
      const before = hash.size;
      for (const [name, value] of step.pairs) hash.set(name, { value, deadline: 0 });
      expect(hashes.set(latin1(step.key), step.pairs.flat().map(latin1))).toBe(hash.size - before);
      return;
    }
    case "delete": {
      const removed = step.fields.filter((name) => of(step.key).delete(name)).length;
      expect(hashes.delete(latin1(step.key), step.fields.map(latin1))).toBe(removed);
      return;
    }
    case "increment": {
      const old = of(step.key).get(step.field);
      const add = () => hashes.incrementBy(latin1(step.key), latin1(step.field), 1);
      if (old !== undefined && !/^-?\d+$/.test(old.value))
        return void expect(add).toThrow("ERR hash");
      const sum = Number(old?.value ?? 0) + 1;
      of(step.key).set(step.field, { value: String(sum), deadline: old?.deadline ?? 0 });
      expect(add()).toBe(sum);
      return;
    }
    case "expire": {
      const outcomes = step.fields.map((name) => {
        const found = of(step.key).get(name);
        if (found === undefined) return -2;
        if (!meets(step.condition, found.deadline, at(step.ttl))) return 0;
        found.deadline = at(step.ttl);
        if (step.ttl > 0) return 1;
        of(step.key).delete(name);
        return 2;
      });
      const names = step.fields.map(latin1);
      expect(hashTtls.expire(latin1(step.key), names, at(step.ttl), step.condition)).toEqual(
        outcomes,
      );
      return;
    }
    case "persist": {
      const outcomes = step.fields.map((name) => {
        const found = of(step.key).get(name);
        const old = found?.deadline ?? -1;
        if (found !== undefined) found.deadline = 0;
        return old === -1 ? -2 : old === 0 ? -1 : 1;
      });
      expect(hashTtls.persist(latin1(step.key), step.fields.map(latin1))).toEqual(outcomes);
      return;
    }
    case "take": {
      const values = step.fields.map((name) => {
        const found = of(step.key).get(name);
        of(step.key).delete(name);
        return found?.value ?? null;
      });
      expect(texts(hashTtls.take(latin1(step.key), step.fields.map(latin1)))).toEqual(values);
      return;
    }
    case "getAndExpire": {
      const values = step.fields.map((name) => {
        const found = of(step.key).get(name);
        if (found !== undefined) found.deadline = at(step.ttl);
        if (typeof step.ttl === "number" && step.ttl <= 0) of(step.key).delete(name);
        return found?.value ?? null;
      });
      const names = step.fields.map(latin1);
      expect(texts(hashTtls.getAndExpire(latin1(step.key), names, at(step.ttl)))).toEqual(values);
      return;
    }
    case "store": {
      const hash = of(step.key);
      const isThere = ([name]: [string, string]) => hash.has(name);
      const refused =
        (step.on === "FNX" && step.pairs.some(isThere)) ||
        (step.on === "FXX" && !step.pairs.every(isThere));
      for (const [name, value] of refused ? [] : step.pairs) {
        const kept = step.ttl === "keep" ? (hash.get(name)?.deadline ?? 0) : at(step.ttl);
        hash.set(name, { value, deadline: kept });
        if (typeof step.ttl === "number" && step.ttl <= 0) hash.delete(name);
      }
      const expireAt = step.ttl === "keep" ? "keep" : at(step.ttl);
      const words = step.pairs.flat().map(latin1);
      const options = { condition: step.on, expireAt } as const;
      expect(hashTtls.store(latin1(step.key), words, options)).toBe(!refused);
      return;
    }
    case "rename":
    case "copy": {
      const hash = model.get(step.key);
      if (hash === undefined || hash.size === 0 || step.key === step.to) return;
      model.set(step.to, new Map([...hash].map(([name, found]) => [name, { ...found }])));
      if (step.kind === "copy") {
        keys.copy(latin1(step.key), table, latin1(step.to), true);
        return;
      }
      model.delete(step.key);
      keys.rename(latin1(step.key), latin1(step.to));
      return;
    }
    case "wait":
      world.time.advance(step.ms);
      return;
  }
}

async function run(step: Step, world: World): Promise<void> {
  const { test } = world;
  const { expiry } = test.ledis;
  switch (step.kind) {
    case "commit":
      return test.commit();
    case "flush":
      return test.ledis.flush();
    case "reopen": {
      const { enabled } = expiry;
      await test.reopen();
      test.ledis.expiry.stop();
      test.ledis.expiry.enabled = enabled;
      return;
    }
    case "cycle":
      expiry.runSlice();
      return;
    case "hide":
    case "remove":
      expiry.enabled = step.kind === "remove";
      return;
    default:
      change(step, world, (key) => world.of(key));
  }
}

function check({ model, test }: World): void {
  const { hashes, hashTtls, keys } = test.db;
  const there = [...model.keys()].sort();
  const page = keys.page(null, { pattern: null, type: null }, 100);
  // A hash all of whose fields have ended may be listed until it is removed.
  expect(page.keys.filter((key) => keys.has(key)).map(mapKey)).toEqual(there);
  for (const name of KEYS) {
    const key = latin1(name);
    const hash = model.get(name) ?? new Map<string, Field>();
    const sorted = [...hash].sort(([a], [b]) => Buffer.compare(latin1(a), latin1(b)));
    const flat = sorted.flatMap(([field, { value }]) => [field, value]);
    expect(keys.has(key)).toBe(hash.size > 0);
    expect(hashes.size(key)).toBe(hash.size);
    expect(hashes.pairs(key).map(mapKey)).toEqual(flat);
    const names = FIELDS.map(latin1);
    expect(texts(hashes.getEach(key, names))).toEqual(
      FIELDS.map((f) => hash.get(f)?.value ?? null),
    );
    expect(hashTtls.deadlines(key, names)).toEqual(
      FIELDS.map((f) => hash.get(f)?.deadline ?? null),
    );
    const chosen = hashes.randomFields(key, { count: 3, repeats: false }).map(mapKey);
    expect(new Set(chosen).size).toBe(Math.min(3, hash.size));
    expect(chosen.every((field) => hash.has(field))).toBe(true);
    const one = hashes.random(key);
    expect(one === null ? hash.size === 0 : hash.has(mapKey(one))).toBe(true);
    const { items } = hashes.page(key, () => ({ after: null, pattern: null, rowsMax: 100 }));
    expect(items.map(mapKey)).toEqual(flat);
  }
}

test("fields end in time, whatever happens in between", async () => {
  using time = useFakeClock();
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 80, size: "max" }),
      async (steps) => {
        await using test = await openLedis();
        test.ledis.expiry.stop();
        const world = new World(test, time);
        for (const step of steps) {
          await run(step, world);
          world.settle();
          check(world);
        }
      },
    ),
    { numRuns: 30 },
  );
}, 60_000);
