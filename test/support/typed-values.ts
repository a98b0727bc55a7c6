/** Values of all types as plain JavaScript: what a client should find, and what it finds. Texts are latin1. */
import type { Argument, Plain, RespClient } from "./resp-client.ts";

export type TypedValue =
  | { readonly type: "string"; text: string }
  | { readonly type: "hash"; readonly fields: Map<string, string> }
  | { readonly type: "list"; items: string[] }
  | { readonly type: "set"; readonly members: Set<string> }
  | { readonly type: "zset"; readonly scores: Map<string, number> }
  | { readonly type: "bitmap"; bytes: Uint8Array };

export type TypeName = TypedValue["type"];

export interface TypedKey {
  value: TypedValue;
  hasTtl: boolean;
}

/** The keys of one database. */
export type State = Map<string, TypedKey>;

const EMPTY_VALUES: { readonly [Type in TypeName]: () => Extract<TypedValue, { type: Type }> } = {
  string: () => ({ type: "string", text: "" }),
  hash: () => ({ type: "hash", fields: new Map() }),
  list: () => ({ type: "list", items: [] }),
  set: () => ({ type: "set", members: new Set() }),
  zset: () => ({ type: "zset", scores: new Map() }),
  bitmap: () => ({ type: "bitmap", bytes: new Uint8Array(0) }),
};

export function emptyValue<Type extends TypeName>(type: Type): Extract<TypedValue, { type: Type }> {
  return EMPTY_VALUES[type]();
}

/** Elements of a collection; bytes of a string or bitmap. */
export function sizeOf(value: TypedValue): number {
  switch (value.type) {
    case "string":
      return value.text.length;
    case "hash":
      return value.fields.size;
    case "list":
      return value.items.length;
    case "set":
      return value.members.size;
    case "zset":
      return value.scores.size;
    case "bitmap":
      return value.bytes.length;
  }
}

export function isSameState(a: State, b: State): boolean {
  if (a.size !== b.size) return false;
  for (const [key, one] of a) if (!isSameKey(one, b.get(key))) return false;
  return true;
}

export function isSameKey(a: TypedKey | undefined, b: TypedKey | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.hasTtl === b.hasTtl && isSameValue(a.value, b.value);
}

function isSameValue(a: TypedValue, b: TypedValue): boolean {
  if (a.type !== b.type || sizeOf(a) !== sizeOf(b)) return false;
  if (a.type === "hash" && b.type === "hash") return isSubset(a.fields, b.fields);
  if (a.type === "zset" && b.type === "zset") return isSubset(a.scores, b.scores);
  return Bun.deepEquals(a, b);
}

function isSubset<Value>(a: Map<string, Value>, b: Map<string, Value>): boolean {
  for (const [name, value] of a) if (b.get(name) !== value) return false;
  return true;
}

/** A key in a few words, for failures. */
export function describeKey(one: TypedKey | undefined): string {
  if (one === undefined) return "nothing";
  const shown = Bun.inspect(one.value, { depth: 3 }).replaceAll(/\s+/g, " ");
  return `${shown.slice(0, 300)} of size ${sizeOf(one.value)}${one.hasTtl ? " with TTL" : ""}`;
}

/**
 * All keys of the connection's database.
 *
 * @throws counts, ranks and rows do not agree
 */
export async function readState(client: RespClient): Promise<State> {
  const keys = (await client.call("KEYS", "*")) as string[];
  expectSame("DBSIZE", await client.call("DBSIZE"), keys.length);
  const state: State = new Map();
  const heads = await client.pipeline(
    keys.flatMap((key): Argument[][] => [
      ["TYPE", key],
      ["PTTL", key],
    ]),
  );
  for (const [at, key] of keys.entries()) {
    const type = heads[at * 2] as TypeName;
    const value = await readers[type](client, key);
    state.set(key, { value, hasTtl: Number(heads[at * 2 + 1]) > 0 });
  }
  return state;
}

const readers: Readonly<
  Record<TypeName, (client: RespClient, key: string) => Promise<TypedValue>>
> = {
  async string(client, key) {
    const [text, length] = await client.pipeline([
      ["GET", key],
      ["STRLEN", key],
    ]);
    expectSame(`STRLEN ${key}`, length, (text as string).length);
    return { type: "string", text: text as string };
  },
  async hash(client, key) {
    const [flat, length, names] = await client.pipeline([
      ["HGETALL", key],
      ["HLEN", key],
      ["HKEYS", key],
    ]);
    const fields = new Map(pairsOf(flat as string[]));
    expectSame(`HLEN ${key}`, length, fields.size);
    expectSame(`HKEYS ${key}`, (names as string[]).join(), [...fields.keys()].join());
    return { type: "hash", fields };
  },
  async list(client, key) {
    const [items, length, last] = await client.pipeline([
      ["LRANGE", key, 0, -1],
      ["LLEN", key],
      ["LINDEX", key, -1],
    ]);
    expectSame(`LLEN ${key}`, length, (items as string[]).length);
    expectSame(`LINDEX ${key} -1`, last, (items as string[]).at(-1));
    return { type: "list", items: items as string[] };
  },
  async set(client, key) {
    const [members, size] = await client.pipeline([
      ["SMEMBERS", key],
      ["SCARD", key],
    ]);
    expectSame(`SCARD ${key}`, size, (members as string[]).length);
    return { type: "set", members: new Set(members as string[]) };
  },
  async zset(client, key) {
    const flat = (await client.call("ZRANGE", key, 0, -1, "WITHSCORES")) as string[];
    const pairs = pairsOf(flat).map(([member, text]): [string, number] => [member, Number(text)]);
    await checkSortedSet(client, key, pairs);
    return { type: "zset", scores: new Map(pairs) };
  },
  async bitmap(client, key) {
    const [text, count] = await client.pipeline([
      ["BGET", key],
      ["BCOUNT", key],
    ]);
    const bytes = new Uint8Array(Buffer.from(text as string, "latin1"));
    const ones = bytes.reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0);
    expectSame(`BCOUNT ${key}`, count, ones);
    return { type: "bitmap", bytes };
  },
};

/** Its two kinds of rows and its counts have to say the same. */
async function checkSortedSet(
  client: RespClient,
  key: string,
  pairs: readonly (readonly [string, number])[],
): Promise<void> {
  const members = pairs.map(([member]) => member);
  const probes = [0, pairs.length >>> 1, pairs.length >>> 2, pairs.length - 1];
  const [card, count, scores, ...answers] = await client.pipeline([
    ["ZCARD", key],
    ["ZCOUNT", key, "-inf", "+inf"],
    ["ZMSCORE", key, ...members],
    ...probes.flatMap((rank): Argument[][] => [
      ["ZRANK", key, members[rank]!],
      ["ZCOUNT", key, "-inf", `(${pairs[rank]![1]}`],
      ["ZREVRANGE", key, pairs.length - 1 - rank, pairs.length - 1 - rank],
    ]),
  ]);
  expectSame(`ZCARD ${key}`, card, pairs.length);
  expectSame(`ZCOUNT ${key}`, count, pairs.length);
  expectSame(
    `ZMSCORE ${key}`,
    (scores as string[]).map(Number).join(),
    pairs.map(([, s]) => s).join(),
  );
  for (const [at, rank] of probes.entries()) {
    const below = pairs.findIndex(([, score]) => score === pairs[rank]![1]);
    expectSame(`ZRANK ${key} ${members[rank]}`, answers[at * 3], rank);
    expectSame(`ZCOUNT ${key} below rank ${rank}`, answers[at * 3 + 1], below);
    expectSame(`ZREVRANGE ${key} of rank ${rank}`, `${answers[at * 3 + 2]}`, members[rank]);
  }
}

function pairsOf(flat: readonly string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[i * 2]!, flat[i * 2 + 1]!]);
}

function expectSame(what: string, found: Plain | undefined, expected: Plain | undefined): void {
  if (found === expected) return;
  throw new Error(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
}
