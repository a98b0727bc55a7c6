/** Strings and keys against a Map, with flushes, crashes and passing time in between. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Bytes, mapKey } from "../../src/bytes/bytes.ts";
import type { DB } from "../../src/database/db.ts";
import { CommandError } from "../../src/errors.ts";
import { type FakeClock, useFakeClock } from "../support/fake-clock.ts";
import { openLedis, type TestLedis } from "../support/open-ledis.ts";

interface Entry {
  readonly value: string;
  /** 0: none. */
  readonly expireAt: number;
}

const DATABASES = 2;

/** What the databases should hold. */
class Model {
  readonly #entries = Array.from({ length: DATABASES }, () => new Map<string, Entry>());
  readonly #time: { nowMs: number };

  constructor(time: { nowMs: number }) {
    this.#time = time;
  }

  get(database: number, key: string): Entry | null {
    const entry = this.#entries[database]!.get(key);
    if (entry === undefined) return null;
    return entry.expireAt !== 0 && entry.expireAt <= this.#time.nowMs ? null : entry;
  }

  set(database: number, key: string, value: string, expireAt = 0): void {
    this.#entries[database]!.set(key, { value, expireAt });
  }

  remove(database: number, key: string): boolean {
    const was = this.get(database, key) !== null;
    this.#entries[database]!.delete(key);
    return was;
  }

  keys(database: number): string[] {
    const names = [...this.#entries[database]!.keys()];
    return names.filter((key) => this.get(database, key) !== null).sort();
  }

  clear(database: number): void {
    this.#entries[database]!.clear();
  }

  swap(): void {
    this.#entries.reverse();
  }
}

interface World {
  readonly test: TestLedis;
  readonly model: Model;
  readonly time: FakeClock & { nowMs: number };
}

/** One step: it runs on both and compares what they answer. */
type Step = (world: World) => void | Promise<void>;

const keyNames = ["", "a", "ab", "b", "k\u00ff"];
const key = fc.constantFrom(...keyNames);
const database = fc.nat(DATABASES - 1);
const value = fc.oneof(
  fc.constantFrom("", "0", "12", "-7"),
  fc.string({ unit: "binary-ascii", maxLength: 40 }),
  fc.constant("L".repeat(5000)),
);
const bytesOf = (text: string): Bytes => Buffer.from(text, "latin1");
const textOf = (bytes: Bytes | null): string | null => (bytes === null ? null : mapKey(bytes));

function steps(): fc.Arbitrary<Step> {
  const on = <T extends unknown[]>(
    args: { [I in keyof T]: fc.Arbitrary<T[I]> },
    run: (world: World, db: DB, number: number, ...values: T) => void,
  ): fc.Arbitrary<Step> =>
    fc
      .tuple(database, ...(args as fc.Arbitrary<unknown>[]))
      .map(([number, ...values]) => (world) => {
        run(world, world.test.ledis.select(number as number), number as number, ...(values as T));
      });
  const pick = (weight: number, arbitrary: fc.Arbitrary<Step>) => ({ weight, arbitrary });
  return fc.oneof(
    pick(
      6,
      on<[string, string]>([key, value], ({ model }, db, n, k, v) => {
        db.strings.set(bytesOf(k), bytesOf(v));
        model.set(n, k, v);
      }),
    ),
    pick(
      4,
      on<[string, string, number]>(
        [key, value, fc.integer({ min: 1, max: 60_000 })],
        ({ model, time }, db, n, k, v, ttl) => {
          db.strings.set(bytesOf(k), bytesOf(v), time.nowMs + ttl);
          model.set(n, k, v, time.nowMs + ttl);
        },
      ),
    ),
    pick(
      4,
      on<[string, string]>([key, value], ({ model }, db, n, k, v) => {
        const old = model.get(n, k);
        const length = db.strings.append(bytesOf(k), bytesOf(v));
        const whole = (old?.value ?? "") + v;
        expect(length).toBe(whole.length);
        model.set(n, k, whole, old?.expireAt ?? 0);
      }),
    ),
    pick(
      3,
      on<[string, number, string]>([key, fc.nat(60), value], ({ model }, db, n, k, offset, v) => {
        const old = model.get(n, k);
        const length = db.strings.setRange(bytesOf(k), offset, bytesOf(v));
        const before = old?.value ?? "";
        const whole =
          v === ""
            ? before
            : before.padEnd(offset, "\0").slice(0, offset) + v + before.slice(offset + v.length);
        expect(length).toBe(whole.length);
        if (whole !== "" || old !== null) model.set(n, k, whole, old?.expireAt ?? 0);
      }),
    ),
    pick(
      4,
      on<[string, number]>(
        [key, fc.integer({ min: -1000, max: 1000 })],
        ({ model }, db, n, k, delta) => {
          const old = model.get(n, k);
          const before = old?.value ?? "0";
          if (!/^(0|-?[1-9][0-9]{0,14})$/.test(before)) {
            if (!/^-?[0-9]{16,}$/.test(before))
              expect(() => db.strings.incrementBy(bytesOf(k), delta)).toThrow(CommandError);
            return;
          }
          const sum = Number(before) + delta;
          expect(db.strings.incrementBy(bytesOf(k), delta)).toBe(sum);
          model.set(n, k, String(sum), old?.expireAt ?? 0);
        },
      ),
    ),
    pick(
      2,
      on<[string]>([key], ({ model }, db, n, k) => {
        expect(textOf(db.strings.take(bytesOf(k)))).toBe(model.get(n, k)?.value ?? null);
        model.remove(n, k);
      }),
    ),
    pick(
      2,
      on<[string]>([key], ({ model }, db, n, k) => {
        expect(db.keys.remove(bytesOf(k))).toBe(model.remove(n, k));
      }),
    ),
    pick(
      3,
      on<[string, number]>(
        [key, fc.integer({ min: -5, max: 60_000 })],
        ({ model, time }, db, n, k, ttl) => {
          const old = model.get(n, k);
          expect(db.keys.expire(bytesOf(k), time.nowMs + ttl)).toBe(old !== null);
          if (old === null) return;
          if (ttl <= 0) model.remove(n, k);
          else model.set(n, k, old.value, time.nowMs + ttl);
        },
      ),
    ),
    pick(
      1,
      on<[string]>([key], ({ model }, db, n, k) => {
        const old = model.get(n, k);
        expect(db.keys.persist(bytesOf(k))).toBe(old !== null && old.expireAt !== 0);
        if (old !== null) model.set(n, k, old.value);
      }),
    ),
    pick(
      3,
      on<[string, string]>([key, key], ({ model }, db, n, from, to) => {
        const old = model.get(n, from);
        if (old === null) {
          expect(() => db.keys.rename(bytesOf(from), bytesOf(to))).toThrow(CommandError);
          return;
        }
        db.keys.rename(bytesOf(from), bytesOf(to));
        model.remove(n, from);
        model.set(n, to, old.value, old.expireAt);
      }),
    ),
    pick(
      3,
      on<[string, string, number, boolean]>(
        [key, key, database, fc.boolean()],
        ({ test, model }, db, n, from, to, target, replace) => {
          if (from === to && n === target) return;
          const old = model.get(n, from);
          const copies = old !== null && (replace || model.get(target, to) === null);
          const done = db.keys.copy(
            bytesOf(from),
            test.ledis.select(target).table,
            bytesOf(to),
            replace,
          );
          expect(done).toBe(copies);
          if (copies) model.set(target, to, old.value, old.expireAt);
        },
      ),
    ),
    pick(
      2,
      on<[string, number]>([key, database], ({ test, model }, db, n, k, target) => {
        if (n === target) return;
        const old = model.get(n, k);
        const moves = old !== null && model.get(target, k) === null;
        expect(db.keys.moveTo(test.ledis.select(target).table, bytesOf(k))).toBe(moves);
        if (!moves) return;
        model.remove(n, k);
        model.set(target, k, old.value, old.expireAt);
      }),
    ),
    pick(
      1,
      on<[]>([], ({ model }, db, n) => {
        db.clear();
        model.clear(n);
      }),
    ),
    pick(
      1,
      on<[]>([], ({ test, model }) => {
        test.ledis.swap(0, 1);
        model.swap();
      }),
    ),
    pick(
      2,
      on<[]>([], ({ model }, db, n) => {
        const key = db.keys.random();
        const keys = model.keys(n);
        if (keys.length === 0) expect(key).toBeNull();
        else expect(keys).toContain(mapKey(key!));
      }),
    ),
    pick(
      2,
      fc.integer({ min: 1, max: 40_000 }).map((ms) => ({ time }: World) => {
        time.advance(ms);
        time.nowMs += ms;
      }),
    ),
    pick(
      2,
      fc.constant(async ({ test }: World) => test.ledis.flush()),
    ),
    pick(
      1,
      fc.constant(async ({ test }: World) => test.commit()),
    ),
    pick(
      1,
      fc.constant(({ test }: World) => void test.ledis.expiry.runSlice()),
    ),
    pick(
      1,
      fc.constant(async ({ test }: World) => test.reopen()),
    ),
  );
}

/** All that can be read is as it should be. */
async function compare({ test, model }: World): Promise<void> {
  for (let n = 0; n < DATABASES; n++) {
    const db = test.ledis.select(n);
    const page = db.keys.page(null, { pattern: null, type: null }, 1000);
    expect(page.keys.map(mapKey)).toEqual(model.keys(n));
    for (const name of keyNames) {
      const entry = model.get(n, name);
      expect(textOf(db.strings.get(bytesOf(name)))).toBe(entry?.value ?? null);
      expect(db.keys.expireAt(bytesOf(name))).toBe(entry?.expireAt ?? null);
    }
    // Looking at all names has removed what had expired: now the count is exact.
    expect((await db.counts()).keys).toBe(model.keys(n).length);
  }
}

test("strings and keys do what a Map would do", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps(), { minLength: 10, maxLength: 60 }), async (list) => {
      using clock = useFakeClock(1_000_000);
      const time = Object.assign(clock, { nowMs: 1_000_000 });
      await using test = await openLedis();
      const world: World = { test, model: new Model(time), time };
      for (const step of list) await step(world);
      await compare(world);
      await test.reopen({ save: true });
      await compare(world);
    }),
    { numRuns: 40 },
  );
}, 60_000);
