/** Sets against plain JavaScript sets: random commands, with turns, flushes, expiry and restarts in between. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import fc from "fast-check";
import { type Bytes, mapKey } from "../../src/bytes/bytes.ts";
import { clock } from "../../src/clock.ts";
import type { SetOperation } from "../../src/database/sets/set-algebra.ts";
import { log } from "../../src/log.ts";
import { useFakeClock } from "../support/fake-clock.ts";
import { openLedis, type TestLedis } from "../support/open-ledis.ts";

const { level } = log;
beforeAll(() => {
  log.level = "error";
});
afterAll(() => {
  log.level = level;
});

const KEYS = ["s", "t", "u", "v"];
const TTL_MS = 1000;
/** Enough for what is done differently with big sets. */
const MANY = Array.from({ length: 300 }, (_, i) => `many:${String(i).padStart(4, "0")}`);

type Step =
  | { readonly do: "add" | "remove"; key: string; members: readonly string[] }
  | { readonly do: "move"; key: string; to: string; member: string }
  | { readonly do: "pop"; key: string; count: number | null }
  | { readonly do: "choose"; key: string; count: number }
  | { readonly do: "combine"; operation: SetOperation; keys: readonly string[] }
  | { readonly do: "store"; operation: SetOperation; to: string; keys: readonly string[] }
  | { readonly do: "copy" | "rename"; key: string; to: string }
  | { readonly do: "clear" | "expire"; key: string }
  | { readonly do: "commit" | "flush" | "reopen" | "wait" };

const key = fc.constantFrom(...KEYS);
const keys = fc.array(key, { minLength: 1, maxLength: 4 });
const member = fc.constantFrom("", "\0", "a", "aa", "ab", "b", "\xff", "1", "2", "30");
const members = fc.oneof(
  { weight: 4, arbitrary: fc.array(member, { minLength: 1, maxLength: 5 }) },
  { weight: 1, arbitrary: fc.tuple(fc.nat(300), fc.nat(300)).map(([a, b]) => MANY.slice(a, b)) },
);
const operation = fc.constantFrom<SetOperation>("intersection", "union", "difference");
const count = fc.constantFrom(0, 1, 2, 3, 10, 1000);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("add"), key, members }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("remove"), key, members }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("move"), key, to: key, member }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("pop"), key, count: fc.option(count) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("choose"), key, count }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("combine"), operation, keys }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("store"), operation, to: key, keys }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("copy", "rename"), key, to: key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("clear", "expire"), key }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom("commit", "flush", "reopen", "wait") }),
  },
) as fc.Arbitrary<Step>;

interface ModelSet {
  readonly members: Set<string>;
  expireAt: number;
}

const bytes = (text: string): Bytes => Buffer.from(text, "latin1");
const texts = (list: readonly Bytes[]): string[] => list.map(mapKey);

class Model {
  readonly sets = new Map<string, ModelSet>();

  of(key: string): Set<string> {
    return this.sets.get(key)?.members ?? new Set();
  }

  put(key: string, members: Set<string>, expireAt = 0): void {
    if (members.size === 0) this.sets.delete(key);
    else this.sets.set(key, { members, expireAt });
  }

  add(key: string, members: readonly string[]): number {
    const set = this.of(key);
    const before = set.size;
    for (const each of members) set.add(each);
    this.put(key, set, this.sets.get(key)?.expireAt);
    return set.size - before;
  }

  remove(key: string, members: readonly string[]): number {
    const set = this.of(key);
    const removed = members.filter((each) => set.delete(each)).length;
    this.put(key, set, this.sets.get(key)?.expireAt);
    return removed;
  }

  combine(operation: SetOperation, keys: readonly string[]): string[] {
    const [first = new Set<string>(), ...others] = keys.map((each) => this.of(each));
    if (operation === "union") {
      return [...new Set([...first, ...others.flatMap((other) => [...other])])].sort();
    }
    const wanted = operation === "intersection";
    return [...first]
      .filter((text) =>
        wanted
          ? others.every((other) => other.has(text))
          : !others.some((other) => other.has(text)),
      )
      .sort();
  }
}

async function run(test: TestLedis, model: Model, step: Step, advance: () => void): Promise<void> {
  const { sets, keys, table } = test.db;
  switch (step.do) {
    case "add":
      if (step.members.length === 0) return;
      expect(sets.add(bytes(step.key), step.members.map(bytes))).toBe(
        model.add(step.key, step.members),
      );
      return;
    case "remove":
      expect(sets.remove(bytes(step.key), step.members.map(bytes))).toBe(
        model.remove(step.key, step.members),
      );
      return;
    case "move": {
      const there = model.of(step.key).has(step.member);
      expect(sets.move(bytes(step.key), bytes(step.to), bytes(step.member))).toBe(there);
      if (!there) return;
      if (step.key === step.to) return;
      model.remove(step.key, [step.member]);
      model.add(step.to, [step.member]);
      return;
    }
    case "pop": {
      const size = model.of(step.key).size;
      const one = step.count === null ? sets.pop(bytes(step.key)) : null;
      const popped =
        step.count === null
          ? one === null
            ? []
            : [one]
          : sets.popSome(bytes(step.key), step.count);
      expect(popped.length).toBe(Math.min(step.count ?? 1, size));
      expect(model.remove(step.key, texts(popped))).toBe(popped.length);
      return;
    }
    case "choose": {
      const set = model.of(step.key);
      const some = texts(sets.randomSome(bytes(step.key), step.count));
      expect(new Set(some).size).toBe(Math.min(step.count, set.size));
      const repeated = texts(sets.randomWithRepeats(bytes(step.key), step.count));
      expect(repeated.length).toBe(set.size === 0 ? 0 : step.count);
      const one = sets.random(bytes(step.key));
      const all = [...some, ...repeated, ...(one === null ? [] : [mapKey(one)])];
      expect(all.filter((text) => !set.has(text))).toEqual([]);
      expect(one === null).toBe(set.size === 0);
      return;
    }
    case "combine": {
      const result = model.combine(step.operation, step.keys);
      expect(texts(sets.combine(step.operation, step.keys.map(bytes)))).toEqual(result);
      if (step.operation !== "intersection") return;
      expect(sets.intersectionSize(step.keys.map(bytes), 0)).toBe(result.length);
      expect(sets.intersectionSize(step.keys.map(bytes), 2)).toBe(Math.min(2, result.length));
      return;
    }
    case "store": {
      const result = model.combine(step.operation, step.keys);
      const size = sets.store(step.operation, bytes(step.to), step.keys.map(bytes));
      expect(size).toBe(result.length);
      model.put(step.to, new Set(result));
      return;
    }
    case "copy": {
      const source = model.sets.get(step.key);
      if (step.key === step.to) return;
      expect(keys.copy(bytes(step.key), table, bytes(step.to), true)).toBe(source !== undefined);
      if (source !== undefined) model.put(step.to, new Set(source.members), source.expireAt);
      return;
    }
    case "rename": {
      const source = model.sets.get(step.key);
      if (source === undefined) return;
      keys.rename(bytes(step.key), bytes(step.to));
      model.sets.delete(step.key);
      model.put(step.to, source.members, source.expireAt);
      return;
    }
    case "clear":
      expect(keys.remove(bytes(step.key))).toBe(model.sets.delete(step.key));
      return;
    case "expire": {
      const set = model.sets.get(step.key);
      const at = clock.nowMs() + TTL_MS;
      expect(keys.expire(bytes(step.key), at)).toBe(set !== undefined);
      if (set !== undefined) set.expireAt = at;
      return;
    }
    case "commit":
      return test.commit();
    case "flush":
      return test.ledis.flush();
    case "reopen":
      return test.reopen();
    case "wait":
      advance();
      for (const [name, set] of model.sets) if (set.expireAt !== 0) model.sets.delete(name);
      return;
  }
}

function check({ db: { sets } }: TestLedis, model: Model): void {
  for (const name of KEYS) {
    const expected = [...model.of(name)].sort();
    expect(texts(sets.members(bytes(name)))).toEqual(expected);
    expect(sets.size(bytes(name))).toBe(expected.length);
    const asked = [...expected.slice(0, 3), "none"];
    const answers = asked.map((text) => text !== "none");
    expect(sets.hasEach(bytes(name), asked.map(bytes))).toEqual(answers);
  }
}

test("sets do what plain sets do", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      using time = useFakeClock();
      await using ledis = await openLedis();
      const model = new Model();
      for (const each of steps) {
        await run(ledis, model, each, () => time.advance(TTL_MS));
        check(ledis, model);
      }
    }),
    { numRuns: 40 },
  );
}, 60_000);
