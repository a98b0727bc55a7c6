/** Lists against plain arrays: random operations, with turns, flushes, expiry and restarts in between. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import fc from "fast-check";
import { type Bytes, mapKey } from "../../src/bytes/bytes.ts";
import { clock } from "../../src/clock.ts";
import type { ListEnd } from "../../src/database/lists/lists.ts";
import { log } from "../../src/log.ts";
import { type FakeClock, useFakeClock } from "../support/fake-clock.ts";
import { openLedis, type TestLedis } from "../support/open-ledis.ts";

const { level } = log;
beforeAll(() => {
  log.level = "error";
});
afterAll(() => {
  log.level = level;
});

const TTL_MS = 1000;
/** Enough to be trimmed in another way, and to be read in pages when it is cold. */
const MANY = Array.from({ length: 400 }, (_, i) => (i % 7 === 0 ? "a" : `many ${i}`));

type Step =
  | { readonly do: "push"; key: string; end: ListEnd; values: readonly string[] }
  | { readonly do: "pop"; key: string; end: ListEnd; count: number | null }
  | { readonly do: "range" | "trim"; key: string; start: number; stop: number }
  | { readonly do: "set"; key: string; index: number; value: string }
  | { readonly do: "insert"; key: string; where: "before" | "after"; pivot: string; value: string }
  | { readonly do: "remove"; key: string; count: number; value: string }
  | { readonly do: "find"; key: string; value: string; rank: number; count: number; most: number }
  | { readonly do: "move"; key: string; to: string; end: ListEnd; toEnd: ListEnd }
  | { readonly do: "copy" | "rename"; key: string; to: string }
  | { readonly do: "clear" | "expire"; key: string }
  | { readonly do: "commit" | "flush" | "fail" | "wait" | "restart" | "restart cold" };

const key = fc.constantFrom("l", "m");
const end = fc.constantFrom<ListEnd>("left", "right");
const value = fc.constantFrom("", "a", "b", "c", "\0\xff", "many 5");
const values = fc.oneof(
  { weight: 5, arbitrary: fc.array(value, { minLength: 1, maxLength: 5 }) },
  { weight: 1, arbitrary: fc.constant(MANY) },
);
const index = fc.oneof(fc.integer({ min: -6, max: 6 }), fc.integer({ min: -500, max: 500 }));
const rank = fc.integer({ min: -3, max: 3 }).filter((number) => number !== 0);
const record = fc.record as (model: Record<string, fc.Arbitrary<unknown>>) => fc.Arbitrary<Step>;
const doing = (...names: string[]) => fc.constantFrom(...names);

const step = fc.oneof(
  { weight: 8, arbitrary: record({ do: doing("push"), key, end, values }) },
  {
    weight: 4,
    arbitrary: record({ do: doing("pop"), key, end, count: fc.option(fc.nat(300)) }),
  },
  { weight: 4, arbitrary: record({ do: doing("range"), key, start: index, stop: index }) },
  { weight: 2, arbitrary: record({ do: doing("trim"), key, start: index, stop: index }) },
  { weight: 3, arbitrary: record({ do: doing("set"), key, index, value }) },
  {
    weight: 4,
    arbitrary: record({
      do: doing("insert"),
      key,
      where: doing("before", "after"),
      pivot: value,
      value,
    }),
  },
  { weight: 4, arbitrary: record({ do: doing("remove"), key, count: index, value }) },
  {
    weight: 3,
    arbitrary: record({ do: doing("find"), key, value, rank, count: fc.nat(3), most: fc.nat(9) }),
  },
  { weight: 4, arbitrary: record({ do: doing("move"), key, to: key, end, toEnd: end }) },
  { weight: 2, arbitrary: record({ do: doing("copy", "rename"), key, to: key }) },
  { weight: 1, arbitrary: record({ do: doing("clear", "expire"), key }) },
  {
    weight: 4,
    arbitrary: record({ do: doing("commit", "flush", "fail", "wait", "restart", "restart cold") }),
  },
);

interface ModelList {
  items: string[];
  expireAt: number;
}

type Model = Map<string, ModelList>;

const bytes = (text: string): Bytes => Buffer.from(text, "latin1");
const texts = (list: readonly Bytes[]): string[] => list.map(mapKey);
const copyOf = (model: Model): Model =>
  new Map([...model].map(([key, { items, expireAt }]) => [key, { items: [...items], expireAt }]));

/** The items that a change is made to in place; an empty list is gone afterwards. */
function change<T>(model: Model, key: string, work: (items: string[]) => T): T {
  const list = model.get(key) ?? { items: [], expireAt: 0 };
  const result = work(list.items);
  if (list.items.length === 0) model.delete(key);
  else model.set(key, list);
  return result;
}

function span(length: number, start: number, stop: number): [number, number] {
  const from = Math.max(start < 0 ? start + length : start, 0);
  return [from, Math.max(from, (stop < 0 ? stop + length : stop) + 1)];
}

function push(items: string[], end: ListEnd, value: string): void {
  if (end === "left") items.unshift(value);
  else items.push(value);
}

function pop(items: string[], end: ListEnd): string | undefined {
  return end === "left" ? items.shift() : items.pop();
}

function removeFrom(items: string[], count: number, value: string): number {
  let left = count === 0 ? Number.POSITIVE_INFINITY : Math.abs(count);
  const before = items.length;
  for (let i = 0; i < before && left > 0; i++) {
    const at = count < 0 ? items.lastIndexOf(value) : items.indexOf(value);
    if (at < 0) break;
    items.splice(at, 1);
    left--;
  }
  return before - items.length;
}

function find(items: string[], { value, rank, count, most }: Step & { do: "find" }): number[] {
  const order = items.map((_, i) => i);
  if (rank < 0) order.reverse();
  const seen = most === 0 ? order : order.slice(0, most);
  const found = seen.filter((i) => items[i] === value).slice(Math.abs(rank) - 1);
  return count === 0 ? found : found.slice(0, count);
}

class Run {
  readonly test: TestLedis;
  readonly time: FakeClock;
  nowMs = 0;
  model: Model = new Map();
  /** The model as of the last commit. */
  committed: Model = new Map();

  constructor(test: TestLedis, time: FakeClock) {
    this.test = test;
    this.time = time;
  }

  async do(step: Step): Promise<void> {
    if ("key" in step) this.#work(step);
    else await this.#betweenTurns(step.do);
  }

  check(): void {
    const { lists, keys } = this.test.db;
    for (const key of ["l", "m"]) {
      const items = this.model.get(key)?.items ?? [];
      expect(lists.length(bytes(key))).toBe(items.length);
      expect(texts(lists.range(bytes(key), 0, -1))).toEqual(items);
      const expireAt = keys.expireAt(bytes(key));
      expect(expireAt !== null && expireAt > 0).toBe((this.model.get(key)?.expireAt ?? 0) > 0);
    }
  }

  #work(step: Step & { key: string }): void {
    const { lists, keys, table } = this.test.db;
    const { model } = this;
    const key = bytes(step.key);
    const items = model.get(step.key)?.items ?? [];
    switch (step.do) {
      case "push":
        change(model, step.key, (list) => {
          for (const value of step.values) push(list, step.end, value);
          expect(lists.push(key, step.end, step.values.map(bytes))).toBe(list.length);
        });
        return;
      case "pop": {
        const there = items.length > 0;
        const count = step.count ?? 1;
        const wanted = change(model, step.key, (list) =>
          Array.from({ length: Math.min(count, list.length) }, () => pop(list, step.end)!),
        );
        const got =
          step.count === null ? lists.pop(key, step.end) : lists.popMany(key, step.end, count);
        if (!there) expect(got).toBeNull();
        else expect(texts(step.count === null ? [got as Bytes] : (got as Bytes[]))).toEqual(wanted);
        return;
      }
      case "range":
        expect(texts(lists.range(key, step.start, step.stop))).toEqual(
          items.slice(...span(items.length, step.start, step.stop)),
        );
        return;
      case "trim":
        change(model, step.key, (list) => {
          const kept = list.slice(...span(list.length, step.start, step.stop));
          list.splice(0, list.length, ...kept);
        });
        lists.trim(key, step.start, step.stop);
        return;
      case "set": {
        const at = step.index < 0 ? step.index + items.length : step.index;
        const set = () => lists.set(key, step.index, bytes(step.value));
        if (items.length === 0) expect(set).toThrow("ERR no such key");
        else if (at < 0 || at >= items.length) expect(set).toThrow("ERR index out of range");
        else {
          set();
          items[at] = step.value;
          expect(mapKey(lists.at(key, step.index)!)).toBe(step.value);
        }
        return;
      }
      case "insert": {
        const at = items.indexOf(step.pivot);
        if (at >= 0) items.splice(step.where === "before" ? at : at + 1, 0, step.value);
        const wanted = items.length === 0 ? 0 : at < 0 ? -1 : items.length;
        expect(lists.insert(key, step.where, bytes(step.pivot), bytes(step.value))).toBe(wanted);
        return;
      }
      case "remove":
        expect(lists.removeEqual(key, step.count, bytes(step.value))).toBe(
          change(model, step.key, (list) => removeFrom(list, step.count, step.value)),
        );
        return;
      case "find": {
        const query = { rank: step.rank, count: step.count, lengthMax: step.most };
        const found = lists.positions(key, bytes(step.value), query);
        expect(found ?? []).toEqual(find(items, step));
        return;
      }
      case "move": {
        const moved = change(model, step.key, (list) => {
          const value = pop(list, step.end);
          if (value !== undefined && step.to === step.key) push(list, step.toEnd, value);
          return value;
        });
        if (moved !== undefined && step.to !== step.key) {
          change(model, step.to, (list) => push(list, step.toEnd, moved));
        }
        const got = lists.move(key, bytes(step.to), step.end, step.toEnd);
        expect(got === null ? undefined : mapKey(got)).toBe(moved!);
        return;
      }
      case "copy":
        if (items.length === 0 || step.key === step.to) return;
        model.set(step.to, { items: [...items], expireAt: model.get(step.key)!.expireAt });
        keys.copy(key, table, bytes(step.to), true);
        return;
      case "rename":
        if (items.length === 0 || step.key === step.to) return;
        model.set(step.to, model.get(step.key)!);
        model.delete(step.key);
        keys.rename(key, bytes(step.to));
        return;
      case "clear":
        expect(lists.clear(key)).toBe(items.length);
        model.delete(step.key);
        return;
      case "expire":
        expect(keys.expire(key, clock.nowMs() + TTL_MS)).toBe(items.length > 0);
        if (items.length > 0) model.get(step.key)!.expireAt = this.nowMs + TTL_MS;
    }
  }

  async #betweenTurns(what: string): Promise<void> {
    const { ledis } = this.test;
    if (what === "fail") {
      ledis.turns.breakTurn(new Error("a test breaks this turn"));
      await ledis.committed().catch(() => {});
      this.model = copyOf(this.committed);
      this.#expire();
      return;
    }
    if (what === "flush") await ledis.flush();
    else if (what === "restart") await this.test.reopen();
    else if (what === "restart cold") await this.test.reopen({ save: true });
    else await ledis.committed();
    if (what === "wait") {
      this.time.advance(TTL_MS / 2);
      this.nowMs += TTL_MS / 2;
    }
    this.#expire();
    this.committed = copyOf(this.model);
  }

  #expire(): void {
    for (const [key, { expireAt }] of this.model) {
      if (expireAt > 0 && expireAt <= this.nowMs) this.model.delete(key);
    }
  }
}

test("lists behave as arrays do, whatever happens in between", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 80 }), async (steps) => {
      using time = useFakeClock();
      await using test = await openLedis({ cacheBytes: 1 << 20 });
      const run = new Run(test, time);
      for (const step of steps) {
        await run.do(step);
        if (step.do !== "range" && step.do !== "find") run.check();
      }
    }),
    { numRuns: 40 },
  );
}, 60_000);
