/** Random writes of sorted sets: large enough, now and then, for counted blocks that are divided and go away. */
import { randomInt } from "node:crypto";
import { chance, change, keyFor, many, replace, valueAt, type Write } from "./typed-model.ts";
import type { State } from "./typed-values.ts";

const member = (): string => `m${randomInt(700)}`;
const score = (): number => randomInt(-20, 40);

export function zsetWrite(): Write {
  const key = keyFor("zset");
  switch (randomInt(12)) {
    case 0: {
      const [by, name] = [score(), member()];
      return {
        words: ["ZINCRBY", key, by, name],
        apply: (state) =>
          change(state, key, "zset", ({ scores }) => {
            scores.set(name, (scores.get(name) ?? 0) + by);
          }),
      };
    }
    case 1: {
      const names = many(10, member);
      return {
        words: ["ZREM", key, ...names],
        apply: (state) =>
          change(state, key, "zset", ({ scores }) =>
            names.forEach((name) => void scores.delete(name)),
          ),
      };
    }
    case 2: {
      const count = randomInt(1, 12);
      const atHigh = chance(50);
      return {
        words: [atHigh ? "ZPOPMAX" : "ZPOPMIN", key, count],
        apply: (state) =>
          removeRanked(state, key, (all) => (atHigh ? all.slice(-count) : all.slice(0, count))),
      };
    }
    case 3: {
      const low = randomInt(200);
      const words = ["ZREMRANGEBYRANK", key, low, low + 15];
      return {
        words,
        apply: (state) => removeRanked(state, key, (all) => all.slice(low, low + 16)),
      };
    }
    case 4:
      return {
        words: ["BZPOPMIN", key, 0.005],
        apply: (state) => removeRanked(state, key, (all) => all.slice(0, 1)),
      };
    case 5:
      return chance(40) ? union(key, keyFor("zset")) : add(key, 2);
    default:
      return add(key, 40);
  }
}

function add(key: string, most: number): Write {
  const pairs = many(most, () => [score(), member()] as const);
  const option = chance(30) ? ["GT"] : [];
  return {
    words: ["ZADD", key, ...option, ...pairs.flat()],
    apply: (state) =>
      change(state, key, "zset", ({ scores }) => {
        for (const [given, name] of pairs) {
          const present = scores.get(name);
          if (option.length > 0 && present !== undefined && given <= present) continue;
          scores.set(name, given);
        }
      }),
  };
}

function union(key: string, other: string): Write {
  const to = keyFor("zset");
  return {
    words: ["ZUNIONSTORE", to, 2, key, other, "AGGREGATE", "MAX"],
    apply(state) {
      const sources = [scoresOf(state, key), scoresOf(state, other)];
      if (sources.includes(null)) return;
      const scores = new Map<string, number>();
      for (const source of sources) {
        for (const [name, value] of source!) {
          scores.set(name, Math.max(value, scores.get(name) ?? value));
        }
      }
      replace(state, to, { type: "zset", scores });
    },
  };
}

/** What a key is worth in a union; null when it is neither a sorted set nor a set. */
function scoresOf(state: State, key: string): ReadonlyMap<string, number> | null {
  const value = state.get(key)?.value;
  if (value === undefined) return new Map();
  if (value.type === "set") return new Map([...value.members].map((name) => [name, 1]));
  return value.type === "zset" ? value.scores : null;
}

type Entry = readonly [member: string, score: number];

function removeRanked(state: State, key: string, choose: (ranked: Entry[]) => Entry[]): void {
  if (!valueAt(state, key, "zset")) return;
  change(state, key, "zset", ({ scores }) => {
    const ranked = [...scores].sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1));
    for (const [name] of choose(ranked)) scores.delete(name);
  });
}
