/** Sorted sets against sorted arrays: random operations, with turns, flushes, expiry and restarts in between. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import fc from "fast-check";
import { type Bytes, mapKey } from "../../src/bytes/bytes.ts";
import { clock } from "../../src/clock.ts";
import type { ScoreRange } from "../../src/database/zsets/zset-bounds.ts";
import { COUNT_LIMITS, type CountLimits } from "../../src/database/zsets/zset-count-rows.ts";
import { ZSetOrder } from "../../src/database/zsets/zset-entries.ts";
import type { ScoredMember } from "../../src/database/zsets/zset-ranges.ts";
import { ZSets } from "../../src/database/zsets/zsets.ts";
import { log } from "../../src/log.ts";
import { checkCounts } from "../support/check-counts.ts";
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
/** So that few members make blocks and groups, which come and go, and are forgotten and read again. */
const TINY: CountLimits = {
  blockEntriesMax: 4,
  groupBlocksMax: 3,
  bytesMax: 1500,
  leafBytesMax: 3000,
};
const PLAIN = { condition: null, comparison: null, increments: false } as const;

type Pair = readonly [member: string, score: number];

type Step =
  | { readonly do: "add"; key: string; pairs: readonly Pair[] }
  | { readonly do: "add if"; key: string; pair: Pair; options: Parameters<ZSets["add"]>[2] }
  | { readonly do: "remove"; key: string; members: readonly string[] }
  | { readonly do: "ranks"; key: string; start: number; stop: number; reverse: boolean }
  | {
      readonly do: "scores";
      key: string;
      range: ScoreRange;
      reverse: boolean;
      offset: number;
      limit: number;
    }
  | { readonly do: "remove ranks"; key: string; start: number; stop: number }
  | { readonly do: "remove scores"; key: string; range: ScoreRange }
  | { readonly do: "pop"; key: string; count: number; reverse: boolean }
  | { readonly do: "copy" | "rename"; key: string; to: string }
  | { readonly do: "clear" | "expire"; key: string }
  | { readonly do: "commit" | "flush" | "fail" | "wait" | "restart" | "restart cold" };

const key = fc.constantFrom("y", "z");
const member = fc.oneof(
  fc.nat(60).map((number) => `m${number}`),
  fc.constantFrom("", "\0", "\xff", "m", "m1\0", "m".repeat(90)),
);
const score = fc.constantFrom(0, 0, 1, 1, -1, 2.5, 1e300, -1e-300, 7, 8, 9, Infinity, -Infinity);
const pair = fc.tuple(member, score);
const rising = fc
  .tuple(fc.nat(400), fc.integer({ min: 5, max: 40 }))
  .map(([first, count]) =>
    Array.from({ length: count }, (_, i): Pair => [`r${first + i}`, first + i]),
  );
const pairs = fc.oneof(
  fc.array(pair, { minLength: 1, maxLength: 4 }),
  fc.array(pair, { minLength: 10, maxLength: 40 }),
  rising,
);
const rank = fc.integer({ min: -60, max: 60 });
const range: fc.Arbitrary<ScoreRange> = fc.record({
  by: fc.constant("score" as const),
  min: fc.oneof(score, fc.nat(400)),
  minExclusive: fc.boolean(),
  max: fc.oneof(score, fc.nat(400)),
  maxExclusive: fc.boolean(),
});
const options = fc.record({
  condition: fc.constantFrom("NX" as const, "XX" as const, null),
  comparison: fc.constantFrom("GT" as const, "LT" as const, null),
  increments: fc.boolean(),
});
const reverse = fc.boolean();
const record = fc.record as (model: Record<string, fc.Arbitrary<unknown>>) => fc.Arbitrary<Step>;
const doing = (...names: string[]) => fc.constantFrom(...names);

const step = fc.oneof(
  { weight: 10, arbitrary: record({ do: doing("add"), key, pairs }) },
  { weight: 4, arbitrary: record({ do: doing("add if"), key, pair, options }) },
  {
    weight: 5,
    arbitrary: record({
      do: doing("remove"),
      key,
      members: fc.array(member, { minLength: 1, maxLength: 12 }),
    }),
  },
  { weight: 4, arbitrary: record({ do: doing("ranks"), key, start: rank, stop: rank, reverse }) },
  {
    weight: 4,
    arbitrary: record({
      do: doing("scores"),
      key,
      range,
      reverse,
      offset: fc.oneof(fc.integer({ min: -1, max: 5 }), fc.nat(120)),
      limit: fc.integer({ min: -1, max: 30 }),
    }),
  },
  { weight: 1, arbitrary: record({ do: doing("remove ranks"), key, start: rank, stop: rank }) },
  { weight: 1, arbitrary: record({ do: doing("remove scores"), key, range }) },
  { weight: 4, arbitrary: record({ do: doing("pop"), key, count: fc.nat(20), reverse }) },
  { weight: 2, arbitrary: record({ do: doing("copy", "rename"), key, to: key }) },
  { weight: 1, arbitrary: record({ do: doing("clear", "expire"), key }) },
  {
    weight: 4,
    arbitrary: record({ do: doing("commit", "flush", "fail", "wait", "restart", "restart cold") }),
  },
);

interface ModelSet {
  readonly scores: Map<string, number>;
  expireAt: number;
}

type Model = Map<string, ModelSet>;

const bytes = (text: string): Bytes => Buffer.from(text, "latin1");
const copyOf = ({ scores, expireAt }: ModelSet): ModelSet => ({
  scores: new Map(scores),
  expireAt,
});
const copyModel = (model: Model): Model =>
  new Map([...model].map(([key, set]) => [key, copyOf(set)]));
const plain = (members: readonly ScoredMember[]): Pair[] =>
  members.map(({ member, score }) => [mapKey(member), score]);

/** In order of score and bytes. */
function sorted(set: ModelSet | undefined): Pair[] {
  const pairs = [...(set?.scores ?? [])];
  return pairs.sort(([a, x], [b, y]) => (x !== y ? (x < y ? -1 : 1) : a < b ? -1 : 1));
}

function slice(pairs: Pair[], start: number, stop: number): Pair[] {
  const from = Math.max(start < 0 ? start + pairs.length : start, 0);
  return pairs.slice(from, Math.max(from, (stop < 0 ? stop + pairs.length : stop) + 1));
}

function inRange({ min, max, minExclusive, maxExclusive }: ScoreRange): (pair: Pair) => boolean {
  return ([, score]) =>
    (minExclusive ? score > min : score >= min) && (maxExclusive ? score < max : score <= max);
}

class Run {
  readonly test: TestLedis;
  readonly time: FakeClock;
  readonly limits: CountLimits;
  zsets: ZSets;
  nowMs = 0;
  model: Model = new Map();
  /** The model as of the last commit. */
  committed: Model = new Map();

  constructor(test: TestLedis, time: FakeClock, limits: CountLimits) {
    this.test = test;
    this.time = time;
    this.limits = limits;
    this.zsets = this.#open();
  }

  async do(step: Step): Promise<void> {
    if ("key" in step) this.#work(step);
    else await this.#betweenTurns(step.do);
  }

  check(): void {
    const { zsets, limits, model } = this;
    for (const name of ["y", "z"]) {
      const key = bytes(name);
      const wanted = sorted(model.get(name));
      const set = zsets.find(key);
      expect(set?.size ?? 0).toBe(wanted.length);
      if (set === null) continue;
      checkCounts(this.test.db.collections, set, limits);
      expect(plain(zsets.range(key, { by: "rank", start: 0, stop: -1 }))).toEqual(wanted);
      for (const [rank, [member, score]] of wanted.entries()) {
        if (rank % 7 === 0) expect(zsets.rank(key, bytes(member), false)).toEqual({ rank, score });
      }
    }
  }

  #open(): ZSets {
    const { db, ledis } = this.test;
    return new ZSets(db.table, db.collections, new ZSetOrder(ledis.keyspace, this.limits));
  }

  #change(key: string, work: (scores: Map<string, number>) => void): void {
    const set = this.model.get(key) ?? { scores: new Map(), expireAt: 0 };
    work(set.scores);
    if (set.scores.size === 0) this.model.delete(key);
    else this.model.set(key, set);
  }

  #removeAll(key: string, pairs: readonly Pair[]): void {
    this.#change(key, (scores) => {
      for (const [member] of pairs) scores.delete(member);
    });
  }

  #work(step: Step & { key: string }): void {
    const { zsets, model } = this;
    const { keys, table } = this.test.db;
    const key = bytes(step.key);
    const all = sorted(model.get(step.key));
    switch (step.do) {
      case "add": {
        const members = step.pairs.map(([member, score]) => ({ member: bytes(member), score }));
        const { added } = zsets.add(key, members, PLAIN);
        this.#change(step.key, (scores) => {
          for (const [member, score] of step.pairs) scores.set(member, score);
          expect(added).toBe(scores.size - all.length);
        });
        return;
      }
      case "add if":
        this.#addIf(step);
        return;
      case "remove": {
        const removed = zsets.remove(key, step.members.map(bytes));
        this.#removeAll(
          step.key,
          step.members.map((member) => [member, 0]),
        );
        expect(removed).toBe(all.length - (model.get(step.key)?.scores.size ?? 0));
        return;
      }
      case "ranks": {
        const range = { by: "rank", start: step.start, stop: step.stop } as const;
        const piece = { reverse: step.reverse, offset: 0, limit: -1 };
        if (step.reverse) all.reverse();
        expect(plain(zsets.range(key, range, piece))).toEqual(slice(all, step.start, step.stop));
        return;
      }
      case "scores": {
        const found = all.filter(inRange(step.range));
        expect(zsets.count(key, step.range)).toBe(found.length);
        if (step.reverse) found.reverse();
        const { offset, limit } = step;
        const piece = limit < 0 ? found.slice(offset) : found.slice(offset, offset + limit);
        expect(plain(zsets.range(key, step.range, step))).toEqual(offset < 0 ? [] : piece);
        return;
      }
      case "remove ranks": {
        const gone = slice(all, step.start, step.stop);
        const range = { by: "rank", start: step.start, stop: step.stop } as const;
        expect(zsets.removeRange(key, range)).toBe(gone.length);
        this.#removeAll(step.key, gone);
        return;
      }
      case "remove scores": {
        const gone = all.filter(inRange(step.range));
        expect(zsets.removeRange(key, step.range)).toBe(gone.length);
        this.#removeAll(step.key, gone);
        return;
      }
      case "pop": {
        if (step.reverse) all.reverse();
        const gone = all.slice(0, step.count);
        expect(plain(zsets.pop(key, step.count, step.reverse))).toEqual(gone);
        this.#removeAll(step.key, gone);
        return;
      }
      case "copy":
        if (all.length === 0 || step.key === step.to) return;
        model.set(step.to, copyOf(model.get(step.key)!));
        keys.copy(key, table, bytes(step.to), true);
        return;
      case "rename":
        if (all.length === 0 || step.key === step.to) return;
        model.set(step.to, model.get(step.key)!);
        model.delete(step.key);
        keys.rename(key, bytes(step.to));
        return;
      case "clear":
        expect(keys.remove(key)).toBe(all.length > 0);
        model.delete(step.key);
        return;
      case "expire":
        expect(keys.expire(key, clock.nowMs() + TTL_MS)).toBe(all.length > 0);
        if (all.length > 0) model.get(step.key)!.expireAt = this.nowMs + TTL_MS;
    }
  }

  #addIf({ key, pair: [member, given], options }: Step & { do: "add if" }): void {
    const present = this.model.get(key)?.scores.get(member);
    const { condition, comparison, increments } = options;
    const score = increments && present !== undefined ? present + given : given;
    const add = () =>
      this.zsets.add(bytes(key), [{ member: bytes(member), score: given }], options);
    if (present === undefined ? condition === "XX" : condition === "NX") {
      expect(add()).toEqual({ added: 0, changed: 0, score: null });
      return;
    }
    if (Number.isNaN(score)) {
      expect(add).toThrow("ERR resulting score is not a number (NaN)");
      return;
    }
    const isWorse =
      (comparison === "GT" && score <= present!) || (comparison === "LT" && score >= present!);
    if (isWorse) {
      expect(add().score).toBeNull();
      return;
    }
    const added = present === undefined ? 1 : 0;
    const changed = present !== undefined && present !== score ? 1 : 0;
    expect(add()).toEqual({ added, changed, score });
    this.#change(key, (scores) => scores.set(member, score));
  }

  async #betweenTurns(what: string): Promise<void> {
    const { ledis } = this.test;
    if (what === "fail") {
      ledis.turns.breakTurn(new Error("a test breaks this turn"));
      await ledis.committed().catch(() => {});
      this.model = copyModel(this.committed);
      this.#expire();
      return;
    }
    if (what === "flush") await ledis.flush();
    else if (what.startsWith("restart")) {
      await this.test.reopen({ save: what === "restart cold" });
      this.zsets = this.#open();
    } else await ledis.committed();
    if (what === "wait") {
      this.time.advance(TTL_MS / 2);
      this.nowMs += TTL_MS / 2;
    }
    this.#expire();
    this.committed = copyModel(this.model);
  }

  #expire(): void {
    for (const [key, { expireAt }] of this.model) {
      if (expireAt > 0 && expireAt <= this.nowMs) this.model.delete(key);
    }
  }
}

test.each([
  ["tiny blocks", TINY, 40],
  ["blocks as they are", COUNT_LIMITS, 8],
])(
  "sorted sets behave as sorted arrays do, with %s",
  async (_, limits, numRuns) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 80 }), async (steps) => {
        using time = useFakeClock();
        await using test = await openLedis({ cacheBytes: 1 << 20 });
        const run = new Run(test, time, limits);
        for (const step of steps) {
          await run.do(step);
          if (step.do !== "ranks" && step.do !== "scores") run.check();
        }
      }),
      { numRuns },
    );
  },
  60_000,
);
