/**
 * Random writes of one connection to keys of its own, and what they must have left behind: a crash may lose
 * the end of this history, but only from behind and only what was not acknowledged.
 */
import { randomInt } from "node:crypto";
import type { Argument, Plain, RespClient } from "./resp-client.ts";

const KEYS = 40;
/** A TTL that no test lives to see, in seconds. */
const TTL = 100_000;

interface KeyState {
  readonly text: string;
  readonly hasTtl: boolean;
}

type Op =
  | { readonly do: "SET"; readonly key: string; readonly text: string }
  | { readonly do: "INCR" | "DEL" | "EXPIRE" | "PERSIST"; readonly key: string };

function applied(state: KeyState | undefined, op: Op): KeyState | undefined {
  switch (op.do) {
    case "SET":
      return { text: op.text, hasTtl: false };
    case "INCR":
      return { text: `${Number(state?.text ?? 0) + 1}`, hasTtl: state?.hasTtl ?? false };
    case "DEL":
      return undefined;
    case "EXPIRE":
      return state && { ...state, hasTtl: true };
    case "PERSIST":
      return state && { ...state, hasTtl: false };
  }
}

function argumentsOf(op: Op): Argument[] {
  if (op.do === "SET") return ["SET", op.key, op.text];
  return op.do === "EXPIRE" ? ["EXPIRE", op.key, TTL] : [op.do, op.key];
}

export class WriteHistory {
  readonly #prefix: string;
  readonly #valueBytesMax: number;
  /** What was there at the last look. */
  #states = new Map<string, KeyState>();
  #ops: Op[] = [];
  #acknowledged = 0;
  #written = 0;

  constructor(prefix: string, valueBytesMax: number) {
    this.#prefix = prefix;
    this.#valueBytesMax = valueBytesMax;
  }

  /** Acknowledged writes since the last look. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  get keyCount(): number {
    return this.#states.size;
  }

  /** Writes in pipelines until the connection breaks. @throws an acknowledgement that is an error */
  async write(client: RespClient): Promise<void> {
    for (;;) {
      const batch = Array.from({ length: randomInt(1, 16) }, () => this.#random());
      this.#ops.push(...batch);
      for (const op of batch) client.send(...argumentsOf(op));
      for (const op of batch) {
        const reply = await client.readPlain().catch(() => undefined);
        if (reply === undefined) return;
        if (typeof reply === "object") throw new Error(`${op.do}: ${JSON.stringify(reply)}`);
        this.#acknowledged++;
      }
    }
  }

  /**
   * Compares what is there with this history and goes on from it.
   *
   * @param mayLose acknowledged writes may be missing too, if all behind them are
   * @throws it is not the state after any of the writes that it may be the state after
   */
  async check(client: RespClient, mayLose = false): Promise<void> {
    const found = await this.#read(client);
    const expected = new Map(this.#states);
    let differing = 0;
    for (const key of this.#keys()) if (!this.#same(expected.get(key), found.get(key))) differing++;
    let matches = differing === 0 && (mayLose || this.#acknowledged === 0);
    for (const [index, op] of this.#ops.entries()) {
      const was = this.#same(expected.get(op.key), found.get(op.key));
      const state = applied(expected.get(op.key), op);
      if (state === undefined) expected.delete(op.key);
      else expected.set(op.key, state);
      const is = this.#same(state, found.get(op.key));
      differing += (is ? 0 : 1) - (was ? 0 : 1);
      matches ||= differing === 0 && (mayLose || index + 1 >= this.#acknowledged);
    }
    if (!matches) throw new Error(this.#describe(expected, found));
    this.#states = found;
    this.#ops = [];
    this.#acknowledged = 0;
  }

  #keys(): string[] {
    return Array.from({ length: KEYS }, (_, i) => `${this.#prefix}:${i % 2 ? "n" : "s"}:${i}`);
  }

  #random(): Op {
    const key = this.#keys()[randomInt(KEYS)]!;
    const isNumber = key.includes(":n:");
    const roll = randomInt(10);
    if (roll === 0) return { do: "DEL", key };
    if (roll === 1) return { do: "EXPIRE", key };
    if (roll === 2) return { do: "PERSIST", key };
    if (isNumber) return { do: "INCR", key };
    const text = `${this.#written++}:`.padEnd(randomInt(this.#valueBytesMax), "v");
    return { do: "SET", key, text };
  }

  async #read(client: RespClient): Promise<Map<string, KeyState>> {
    const found = new Map<string, KeyState>();
    for (const key of this.#keys()) {
      const [text, ttl] = (await client.pipeline([
        ["GET", key],
        ["TTL", key],
      ])) as [Plain, Plain];
      if (typeof text === "string") found.set(key, { text, hasTtl: Number(ttl) > 0 });
    }
    return found;
  }

  #same(a: KeyState | undefined, b: KeyState | undefined): boolean {
    return a?.text === b?.text && a?.hasTtl === b?.hasTtl;
  }

  #describe(expected: Map<string, KeyState>, found: Map<string, KeyState>): string {
    const short = (state: KeyState | undefined) =>
      state === undefined
        ? "nothing"
        : `${state.text.slice(0, 12)}${state.hasTtl ? " with TTL" : ""}`;
    const lines = this.#keys()
      .filter((key) => !this.#same(expected.get(key), found.get(key)))
      .map((key) => `${key}: ${short(found.get(key))} instead of ${short(expected.get(key))}`);
    return `${this.#acknowledged} of ${this.#ops.length} writes were acknowledged; at the end ${lines.join(", ")}`;
  }
}
