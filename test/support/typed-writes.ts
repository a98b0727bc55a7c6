/** Random writes of all types and of keys, for crash tests. Their outcomes follow from the state before alone. */
import { randomInt } from "node:crypto";
import { listWrite } from "./list-writes.ts";
import {
  chance,
  change,
  field,
  KEYS,
  keyFor,
  many,
  member,
  pick,
  replace,
  valueAt,
  type Write,
} from "./typed-model.ts";
import { type State, sizeOf, type TypedKey } from "./typed-values.ts";
import { zsetWrite } from "./zset-writes.ts";

/** A TTL that no test lives to see, in seconds. */
const TTL = 100_000;
/** @param text a text that no other write has */
export function randomWrite(text: () => string): Write {
  const roll = randomInt(2000);
  if (roll < 1) return { words: ["FLUSHDB"], apply: (state) => state.clear() };
  if (roll < 80) return keyWrite();
  if (roll < 400) return stringWrite(text);
  if (roll < 750) return hashWrite(text);
  if (roll < 1100) return listWrite(text);
  if (roll < 1350) return setWrite();
  if (roll < 1600) return bitmapWrite();
  return zsetWrite();
}

function keyWrite(): Write {
  const [key, other] = [pick(KEYS), pick(KEYS)];
  const ttl = (hasTtl: boolean) => (state: State) => {
    const found = state.get(key);
    if (found !== undefined) found.hasTtl = hasTtl;
  };
  switch (randomInt(9)) {
    case 0:
      return { words: ["EXPIRE", key, TTL], apply: ttl(true) };
    case 1:
      return { words: ["PERSIST", key], apply: ttl(false) };
    case 2:
      return { words: ["EXPIREAT", key, 1], apply: (state) => void state.delete(key) };
    case 3:
    case 4:
      return { words: ["RENAME", key, other], apply: (state) => rename(state, key, other) };
    case 5:
    case 6:
      return {
        words: ["COPY", key, other, "REPLACE"],
        apply(state) {
          const found = state.get(key);
          if (found !== undefined && key !== other) state.set(other, structuredClone(found));
        },
      };
    default: {
      const keys = many(2, () => pick(KEYS));
      return {
        words: [pick(["DEL", "UNLINK"]), ...keys],
        apply: (state) => keys.forEach((name) => void state.delete(name)),
      };
    }
  }
}

function rename(state: State, from: string, to: string): void {
  const found: TypedKey | undefined = state.get(from);
  if (found === undefined) return;
  state.delete(from);
  state.set(to, found);
}

function stringWrite(text: () => string): Write {
  const key = keyFor("string");
  const value = text();
  switch (randomInt(8)) {
    case 0:
    case 1:
      return {
        words: ["INCR", key],
        apply: (state) =>
          change(state, key, "string", (found) => {
            if (/^\d*$/.test(found.text)) found.text = `${Number(found.text) + 1}`;
          }),
      };
    case 2:
      return {
        words: ["APPEND", key, value],
        apply: (state) =>
          change(state, key, "string", (found) => {
            found.text += value;
          }),
      };
    case 3: {
      const at = randomInt(30);
      return {
        words: ["SETRANGE", key, at, value],
        apply: (state) =>
          change(state, key, "string", (found) => {
            const before = found.text.padEnd(at, "\0");
            found.text = before.slice(0, at) + value + before.slice(at + value.length);
          }),
      };
    }
    case 4:
      return {
        words: ["GETDEL", key],
        apply: (state) => void (valueAt(state, key, "string") && state.delete(key)),
      };
    case 5: {
      const other = keyFor("string");
      return {
        words: ["MSET", key, value, other, "0"],
        apply(state) {
          replace(state, key, { type: "string", text: value });
          replace(state, other, { type: "string", text: "0" });
        },
      };
    }
    default: {
      const hasTtl = chance(40);
      return {
        words: ["SET", key, value, ...(hasTtl ? ["EX", TTL] : [])],
        apply: (state) => void state.set(key, { value: { type: "string", text: value }, hasTtl }),
      };
    }
  }
}

function hashWrite(text: () => string): Write {
  const key = keyFor("hash");
  if (chance(20)) {
    const by = randomInt(-5, 100);
    return {
      words: ["HINCRBY", key, "n", by],
      apply: (state) =>
        change(state, key, "hash", ({ fields }) => {
          fields.set("n", `${Number(fields.get("n") ?? 0) + by}`);
        }),
    };
  }
  if (chance(3)) return clear("HCLEAR", key, "hash");
  if (chance(35)) {
    const names = many(6, field);
    return {
      words: ["HDEL", key, ...names],
      apply: (state) =>
        change(state, key, "hash", ({ fields }) =>
          names.forEach((name) => void fields.delete(name)),
        ),
    };
  }
  const pairs = many(8, () => [field(), text()] as const);
  return {
    words: ["HSET", key, ...pairs.flat()],
    apply: (state) =>
      change(state, key, "hash", ({ fields }) => {
        for (const [name, value] of pairs) fields.set(name, value);
      }),
  };
}

function setWrite(): Write {
  const key = keyFor("set");
  const other = keyFor("set");
  const members = many(8, member);
  switch (randomInt(8)) {
    case 0:
      return {
        words: ["SMOVE", key, other, members[0]!],
        apply(state) {
          const source = valueAt(state, key, "set");
          if (!source?.members.has(members[0]!) || valueAt(state, other, "set") === null) return;
          if (key === other) return;
          change(state, key, "set", (found) => void found.members.delete(members[0]!));
          change(state, other, "set", (found) => void found.members.add(members[0]!));
        },
      };
    case 1: {
      const to = keyFor("set");
      return {
        words: ["SUNIONSTORE", to, key, other],
        apply(state) {
          const [a, b] = [valueAt(state, key, "set"), valueAt(state, other, "set")];
          if (a === null || b === null) return;
          const union = new Set([...(a?.members ?? []), ...(b?.members ?? [])]);
          replace(state, to, { type: "set", members: union });
        },
      };
    }
    case 2:
    case 3:
      return {
        words: ["SREM", key, ...members],
        apply: (state) =>
          change(state, key, "set", (found) =>
            members.forEach((one) => void found.members.delete(one)),
          ),
      };
    case 4:
      if (chance(20)) {
        return {
          words: ["SPOP", key, 1000],
          apply: (state) => void (valueAt(state, key, "set") && state.delete(key)),
        };
      }
  }
  return {
    words: ["SADD", key, ...members],
    apply: (state) =>
      change(state, key, "set", (found) => members.forEach((one) => void found.members.add(one))),
  };
}

function bitmapWrite(): Write {
  const key = keyFor("bitmap");
  if (chance(4)) return clear("BDELETE", key, "bitmap");
  const bits = new Map(many(4, () => [randomInt(chance(80) ? 500 : 20_000), randomInt(2)]));
  return {
    words: ["BMSETBIT", key, ...[...bits].flat()],
    apply: (state) =>
      change(state, key, "bitmap", (found) => {
        for (const [at, bit] of bits) found.bytes = withBit(found.bytes, at, bit);
      }),
  };
}

function withBit(bytes: Uint8Array, at: number, bit: number): Uint8Array {
  const length = Math.max(bytes.length, Math.floor(at / 8) + 1);
  const changed = new Uint8Array(length);
  changed.set(bytes);
  const mask = 1 << (at % 8);
  changed[at >>> 3] = bit === 1 ? changed[at >>> 3]! | mask : changed[at >>> 3]! & ~mask;
  return changed;
}

function clear(command: string, key: string, type: "hash" | "bitmap"): Write {
  return {
    words: [command, key],
    apply(state) {
      const found = valueAt(state, key, type);
      if (found && sizeOf(found) > 0) state.delete(key);
    },
  };
}
