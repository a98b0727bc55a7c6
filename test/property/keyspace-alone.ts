// Runs in a process of its own (see package.json): behind hundreds of other workers in one process it can stall.
/**
 * The keyspace against a sorted map: random writes, reads, ranges, turns kept and undone, flushes, crashes
 * and recoveries, with limits so small that generations queue up, spill and leave the cache.
 */
import { expect, test } from "bun:test";
import { join } from "node:path";
import fc from "fast-check";
import { clock } from "../../src/clock.ts";
import type { Keyspace } from "../../src/keyspace/keyspace.ts";
import type { KeyspaceOptions } from "../../src/keyspace/keyspace-options.ts";
import { KIND_HASH, KIND_ZSET } from "../../src/keyspace/rows/row-key.ts";
import { keepLog } from "../support/keep-log.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { copyAsAfterCrash, openTestKeyspace, Rows } from "../support/test-keyspace.ts";

keepLog();

const KEYS = 24;
const SPACES = 2;
const KINDS = [KIND_HASH, KIND_ZSET];

interface KeyState {
  readonly text: string;
  readonly expireAt: number;
}

/** What the keyspace holds: key rows by space and key, element rows by kind, collection and rest. */
interface Model {
  readonly keys: Map<string, KeyState>;
  readonly elements: Map<string, string>;
}

const copyModel = (model: Model): Model => ({
  keys: new Map(model.keys),
  elements: new Map(model.elements),
});

type Write =
  | { readonly do: "set"; space: number; key: number; size: number; hasTtl: boolean }
  | { readonly do: "delete"; space: number; key: number }
  | { readonly do: "put"; kind: number; id: number; rest: string; size: number }
  | { readonly do: "remove"; kind: number; id: number; rest: string };

type Read =
  | { readonly do: "pause" }
  | { readonly do: "count" }
  | { readonly do: "getAll" }
  | {
      readonly do: "range";
      kind: number;
      id: number;
      from: string;
      to: string | null;
      reverse: boolean;
    };

type Step =
  | { readonly do: "turn"; writes: readonly (Write | Read)[]; isAborted: boolean }
  | { readonly do: "flush"; isAwaited: boolean }
  | { readonly do: "wait" }
  | { readonly do: "reopen"; isCrash: boolean };

const rest = fc
  .array(fc.constantFrom("\0", "a", "b", "\xff"), { maxLength: 3 })
  .map((parts) => parts.join(""));
const kind = fc.constantFrom(...KINDS);
const id = fc.constantFrom(1, 2, 2 ** 40);
const space = fc.nat(SPACES - 1);
const key = fc.nat(KEYS - 1);
const size = fc.oneof(
  { weight: 8, arbitrary: fc.nat(40) },
  { weight: 1, arbitrary: fc.constantFrom(40_000, 70_000, 120_000, 300_000, 1_200_000) },
);

const write: fc.Arbitrary<Write> = fc.oneof(
  fc.record({ do: fc.constant("set" as const), space, key, size, hasTtl: fc.boolean() }),
  fc.record({ do: fc.constant("delete" as const), space, key }),
  fc.record({ do: fc.constant("put" as const), kind, id, rest, size }),
  fc.record({ do: fc.constant("remove" as const), kind, id, rest }),
);

const read: fc.Arbitrary<Read> = fc.oneof(
  fc.record({ do: fc.constant("pause" as const) }),
  fc.record({ do: fc.constant("count" as const) }),
  fc.record({ do: fc.constant("getAll" as const) }),
  fc.record({
    do: fc.constant("range" as const),
    kind,
    id,
    from: rest,
    to: fc.option(rest, { nil: null }),
    reverse: fc.boolean(),
  }),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant("turn" as const),
      writes: fc.array(fc.oneof({ weight: 4, arbitrary: write }, read), { maxLength: 12 }),
      isAborted: fc.nat(5).map((n) => n === 0),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("flush" as const), isAwaited: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.constant({ do: "wait" as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("reopen" as const), isCrash: fc.boolean() }),
  },
);

const limits: fc.Arbitrary<Partial<KeyspaceOptions>> = fc.record({
  writeBufferBytes: fc.constantFrom(200, 5000, 500_000),
  cacheBytes: fc.constantFrom(1 << 16, 3 << 20, 64 << 20),
  logFileBytesMax: fc.constantFrom(4096, 1 << 20, 1 << 30),
  flushLogBytes: fc.constantFrom(1000, 1 << 30),
  logFilesMax: fc.constantFrom(0, 2),
  sync: fc.constantFrom("always" as const, "no" as const),
});

const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 2));

/** Drives a keyspace and its model side by side. */
class Pair {
  model: Model = { keys: new Map(), elements: new Map() };
  #keyspace: Keyspace;
  #rows: Rows;
  #directory: string;
  readonly #base: string;
  readonly #options: Partial<KeyspaceOptions>;
  #opened = 0;
  #isOpen = true;
  #written = 0;
  readonly #future = clock.nowMs() + 3_600_000;

  private constructor(base: string, options: Partial<KeyspaceOptions>, keyspace: Keyspace) {
    this.#base = base;
    this.#directory = join(base, "0");
    this.#options = options;
    this.#keyspace = keyspace;
    this.#rows = new Rows(keyspace);
  }

  static async open(base: string, options: Partial<KeyspaceOptions>): Promise<Pair> {
    return new Pair(base, options, await openTestKeyspace(join(base, "0"), options));
  }

  async step(step: Step): Promise<void> {
    switch (step.do) {
      case "turn":
        return this.#turn(step.writes, step.isAborted);
      case "flush": {
        // One that is not waited for may be cut short by a crash.
        const flushed = this.#keyspace.flush().catch(() => {});
        if (step.isAwaited) await flushed;
        return;
      }
      case "wait":
        return pause();
      case "reopen":
        return this.#reopen(step.isCrash);
    }
  }

  /** Everything, in turns that begin before and end after the worker has had its say. */
  check(): void {
    this.#checkAll();
    this.#keyspace.endTurn();
  }

  async close(): Promise<void> {
    if (this.#isOpen) await this.#keyspace.close();
  }

  async #turn(writes: readonly (Write | Read)[], isAborted: boolean): Promise<void> {
    const before = copyModel(this.model);
    for (const write of writes) {
      // The worker may answer within a turn, too.
      if (write.do === "pause") await pause();
      else this.#run(write);
    }
    if (isAborted) {
      this.#keyspace.abortTurn();
      this.model = before;
    } else {
      this.#keyspace.endTurn();
    }
  }

  async #reopen(isCrash: boolean): Promise<void> {
    this.#isOpen = false;
    if (isCrash) {
      const copy = join(this.#base, `${++this.#opened}`);
      await this.#keyspace.abandon();
      copyAsAfterCrash(this.#directory, copy);
      this.#directory = copy;
    } else {
      await this.#keyspace.close();
    }
    this.#keyspace = await openTestKeyspace(this.#directory, this.#options);
    this.#rows = new Rows(this.#keyspace);
    this.#isOpen = true;
  }

  #run(step: Write | Exclude<Read, { do: "pause" }>): void {
    const rows = this.#rows;
    const { keys, elements } = this.model;
    switch (step.do) {
      case "set": {
        const text = this.#text(step.size);
        const expireAt = step.hasTtl ? this.#future : 0;
        rows.set(`k${step.key}`, text, expireAt, step.space);
        keys.set(`${step.space}:k${step.key}`, { text, expireAt });
        return;
      }
      case "delete":
        rows.delete(`k${step.key}`, step.space);
        keys.delete(`${step.space}:k${step.key}`);
        return;
      case "put": {
        const text = this.#text(step.size);
        rows.put(step.kind, step.id, step.rest, text);
        elements.set(`${step.kind}:${step.id}:${step.rest}`, text);
        return;
      }
      case "remove":
        rows.remove(step.kind, step.id, step.rest);
        elements.delete(`${step.kind}:${step.id}:${step.rest}`);
        return;
      case "count":
        this.#checkCounts();
        return;
      case "getAll":
        this.#checkAll();
        return;
      case "range":
        this.#checkRange(step);
        return;
    }
  }

  #text(bytes: number): string {
    return `${this.#written++}`.padEnd(bytes, "x").slice(0, bytes);
  }

  #checkCounts(): void {
    for (let space = 0; space < SPACES; space++) {
      const states = [...this.model.keys].filter(([key]) => key.startsWith(`${space}:`));
      const expires = states.filter(([, state]) => state.expireAt !== 0).length;
      expect(this.#keyspace.counts(space)).toEqual({ keys: states.length, expires });
    }
  }

  #checkAll(): void {
    this.#checkCounts();
    for (let space = 0; space < SPACES; space++) {
      for (let key = 0; key < KEYS; key++) {
        const expected = this.model.keys.get(`${space}:k${key}`)?.text ?? null;
        if (this.#rows.get(`k${key}`, space) !== expected) throw new Error(`key ${key} differs`);
      }
    }
    for (const kind of KINDS) {
      for (const id of [1, 2, 2 ** 40]) {
        for (const reverse of [false, true]) {
          this.#checkRange({ do: "range", kind, id, from: "", to: null, reverse });
        }
      }
    }
  }

  #checkRange(range: Read & { do: "range" }): void {
    const { kind, id, from, to, reverse } = range;
    const prefix = `${kind}:${id}:`;
    const expected = [...this.model.elements]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, text]) => [name.slice(prefix.length), text] as const)
      .filter(([rest]) => rest >= from && (to === null || rest < to))
      .sort(([a], [b]) => (a < b ? -1 : 1) * (reverse ? -1 : 1));
    const found = this.#rows.range(kind, id, from, to, reverse);
    expect(found.map(([rest]) => rest)).toEqual(expected.map(([rest]) => rest));
    for (const [i, [rest, text]] of expected.entries()) {
      if (found[i]![1] !== text) throw new Error(`${prefix}${rest} differs`);
      expect(this.#rows.element(kind, id, rest) === text).toBe(true);
    }
  }
}

test("the keyspace behaves as a sorted map, through turns, flushes, crashes and recoveries", async () => {
  await fc.assert(
    fc.asyncProperty(
      limits,
      fc.array(step, { minLength: 5, maxLength: 40 }),
      async (options, steps) => {
        using directory = temporaryDirectory();
        const pair = await Pair.open(directory.path, options);
        try {
          for (const step of steps) {
            await pair.step(step);
            if (step.do !== "turn") pair.check();
          }
          pair.check();
        } finally {
          await pair.close();
        }
      },
    ),
    { numRuns: 15 },
  );
}, 120_000);
