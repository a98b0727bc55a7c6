/** Hashes against a plain model: random operations with turns, flushes, expiry and restarts in between. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Bytes, copyBytes, fromText, mapKey } from "../../src/bytes/bytes.ts";
import { useFakeClock } from "../support/fake-clock.ts";
import { openLedis, type TestLedis } from "../support/open-ledis.ts";

type Model = Map<string, Map<string, string>>;

const KEYS = ["a", "b", ""];
const FIELDS = ["f", "ff", "g", "", "\u0000", "\u00ff\u00ff", "z".repeat(40), "n"];
const VALUES = ["", "v", "12", "-7", "x".repeat(100)];
const TTL_MS = 1000;

const latin1 = (text: string): Bytes => Buffer.from(text, "latin1");
const key = fc.constantFrom(...KEYS);
const field = fc.constantFrom(...FIELDS);
const value = fc.constantFrom(...VALUES);

type Step =
  | { kind: "set"; key: string; pairs: [string, string][] }
  | { kind: "setIfFree"; key: string; field: string; value: string }
  | { kind: "delete"; key: string; fields: string[] }
  | { kind: "incrementBy"; key: string; field: string; by: number }
  | { kind: "remove" | "expire"; key: string }
  | { kind: "rename"; key: string; to: string }
  | { kind: "commit" | "flush" | "reopen" | "expireNow" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("set" as const),
      key,
      pairs: fc.array(fc.tuple(field, value), { minLength: 1, maxLength: 5 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("setIfFree" as const), key, field, value }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("delete" as const),
      key,
      fields: fc.array(field, { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("incrementBy" as const),
      key,
      field,
      by: fc.integer({ min: -100, max: 100 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom("remove" as const, "expire" as const), key }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("rename" as const), key, to: key }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom("commit" as const, "flush" as const) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom("reopen" as const, "expireNow" as const) }),
  },
);

/** The fields of a model's hash in byte order, each with its value. */
function pairsOf(hash: Map<string, string> | undefined): [string, string][] {
  return [...(hash ?? [])].sort(([a], [b]) => Buffer.compare(latin1(a), latin1(b)));
}

/** The model takes the step, and says what the operation has to answer. */
class Hashes {
  readonly model: Model = new Map();
  readonly expiring = new Set<string>();

  of(key: string): Map<string, string> {
    const hash = this.model.get(key) ?? new Map<string, string>();
    this.model.set(key, hash);
    return hash;
  }

  drop(key: string): void {
    this.model.delete(key);
    this.expiring.delete(key);
  }
}

async function run(step: Step, hashes: Hashes, test: TestLedis, advance: (ms: number) => void) {
  const { model } = hashes;
  const { db } = test;
  switch (step.kind) {
    case "set": {
      const hash = hashes.of(step.key);
      const before = hash.size;
      for (const [field, value] of step.pairs) hash.set(field, value);
      const words = step.pairs.flat().map(latin1);
      expect(db.hashes.set(latin1(step.key), words)).toBe(hash.size - before);
      return;
    }
    case "setIfFree": {
      const isFree = !model.get(step.key)?.has(step.field);
      if (isFree) hashes.of(step.key).set(step.field, step.value);
      const [key, field, value] = [step.key, step.field, step.value].map(latin1);
      expect(db.hashes.setIfFree(key!, field!, value!)).toBe(isFree);
      return;
    }
    case "delete": {
      const hash = model.get(step.key);
      const removed = step.fields.filter((field) => hash?.delete(field)).length;
      if (hash?.size === 0) hashes.drop(step.key);
      expect(db.hashes.delete(latin1(step.key), step.fields.map(latin1))).toBe(removed);
      return;
    }
    case "incrementBy": {
      const old = model.get(step.key)?.get(step.field) ?? "0";
      const add = () => db.hashes.incrementBy(latin1(step.key), latin1(step.field), step.by);
      if (!/^-?\d+$/.test(old)) {
        expect(add).toThrow("ERR hash value is not an integer");
        return;
      }
      const sum = Number(old) + step.by;
      hashes.of(step.key).set(step.field, String(sum));
      expect(add()).toBe(sum);
      return;
    }
    case "remove":
      expect(db.keys.remove(latin1(step.key))).toBe(model.has(step.key));
      hashes.drop(step.key);
      return;
    case "expire":
      if (model.has(step.key)) hashes.expiring.add(step.key);
      db.keys.expire(latin1(step.key), now() + TTL_MS);
      return;
    case "rename": {
      const hash = model.get(step.key);
      if (hash === undefined || step.key === step.to) return;
      const isExpiring = hashes.expiring.has(step.key);
      hashes.drop(step.key);
      hashes.drop(step.to);
      model.set(step.to, hash);
      if (isExpiring) hashes.expiring.add(step.to);
      db.keys.rename(latin1(step.key), latin1(step.to));
      return;
    }
    case "expireNow":
      advance(TTL_MS + 1);
      for (const key of [...hashes.expiring]) hashes.drop(key);
      return;
    case "commit":
      return test.commit();
    case "flush":
      return test.ledis.flush();
    case "reopen":
      return test.reopen();
  }
}

let now = (): number => 0;

function check(test: TestLedis, { model }: Hashes): void {
  const { hashes } = test.db;
  for (const name of KEYS) {
    const key = latin1(name);
    const expected = pairsOf(model.get(name));
    const flat = expected.flat();
    expect(hashes.size(key)).toBe(expected.length);
    expect(hashes.pairs(key).map(mapKey)).toEqual(flat);
    expect(hashes.fields(key).map(mapKey)).toEqual(expected.map(([field]) => field));
    expect(hashes.values(key).map(mapKey)).toEqual(expected.map(([, value]) => value));
    const values = hashes.getEach(key, FIELDS.map(latin1));
    expect(values.map((value) => (value === null ? undefined : mapKey(value)))).toEqual(
      FIELDS.map((field) => model.get(name)?.get(field)),
    );
    const chosen = hashes.randomFields(key, { count: 3, repeats: false }).map(mapKey);
    expect(chosen.length).toBe(Math.min(3, expected.length));
    expect(chosen.every((field) => model.get(name)!.has(field))).toBe(true);
    expect(new Set(chosen).size).toBe(chosen.length);
    const scanned: string[] = [];
    let after: Bytes | null = null;
    do {
      const { items, last } = hashes.page(key, () => ({ after, pattern: null, rowsMax: 2 }));
      scanned.push(...items.map(mapKey));
      after = last === null ? null : copyBytes(last);
    } while (after !== null);
    expect(scanned).toEqual(flat);
  }
}

test("hashes behave as maps, whatever happens in between", async () => {
  using clock = useFakeClock();
  let passedMs = 0;
  const start = Date.UTC(2026, 0, 1);
  now = () => start + passedMs;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
      await using test = await openLedis();
      const hashes = new Hashes();
      for (const step of steps) {
        await run(step, hashes, test, (ms) => {
          passedMs += ms;
          clock.advance(ms);
        });
        check(test, hashes);
      }
    }),
    { numRuns: 40 },
  );
}, 60_000);

test("a big hash is read whole, in pages, and by chance, from memory and from disk", async () => {
  await using test = await openLedis();
  const key = fromText("big");
  const names = Array.from({ length: 3000 }, (_, i) => `field:${i}`);
  for (const name of names) test.db.hashes.set(key, [fromText(name), fromText(`v${name}`)]);
  for (const how of ["memory", "disk"]) {
    if (how === "disk") await test.ledis.flush();
    const { hashes } = test.db;
    expect(hashes.fields(key).map(mapKey)).toEqual([...names].sort());
    const chosen = hashes.randomPairs(key, { count: 50, repeats: false }).map(mapKey);
    expect(new Set(chosen).size).toBe(100);
    for (let i = 0; i < chosen.length; i += 2) expect(chosen[i + 1]).toBe(`v${chosen[i]}`);
    expect(hashes.randomFields(key, { count: 200, repeats: true }).length).toBe(200);
    expect(hashes.randomFields(key, { count: 5000, repeats: false }).length).toBe(3000);
  }
});
