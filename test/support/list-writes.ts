/** Random writes of lists. */
import { randomInt } from "node:crypto";
import {
  chance,
  change,
  changeItems,
  item,
  keyFor,
  many,
  valueAt,
  type Write,
} from "./typed-model.ts";
import type { State } from "./typed-values.ts";

/** So long a blocking command waits where nobody pushes, in seconds. */
const WAIT = 0.005;

/** @param text a text that no other write has */
export function listWrite(text: () => string): Write {
  const key = keyFor("list");
  switch (randomInt(10)) {
    case 0: {
      const count = randomInt(1, 8);
      return listChange(key, ["LPOP", key, count], (items) => items.slice(count));
    }
    case 1: {
      const count = randomInt(1, 8);
      return listChange(key, ["RPOP", key, count], (items) => items.slice(0, -count));
    }
    case 2:
      return listChange(key, ["BLPOP", key, WAIT], (items) => items.slice(1));
    case 3: {
      const [start, stop] = [randomInt(4), randomInt(2, 60)];
      const words = ["LTRIM", key, start, stop];
      return listChange(key, words, (items) => items.slice(start, stop + 1));
    }
    case 4: {
      const [at, value] = [randomInt(20), text()];
      return listChange(key, ["LSET", key, at, value], (items) =>
        at < items.length ? items.with(at, value) : items,
      );
    }
    case 5: {
      const value = item();
      return listChange(key, ["LREM", key, 0, value], (items) =>
        items.filter((one) => one !== value),
      );
    }
    case 6: {
      const to = keyFor("list");
      const words = chance(50)
        ? ["LMOVE", key, to, "LEFT", "RIGHT"]
        : ["BLMOVE", key, to, "LEFT", "RIGHT", WAIT];
      return { words, apply: (state) => moveItem(state, key, to) };
    }
    case 7: {
      const [pivot, value] = [item(), text()];
      return listChange(key, ["LINSERT", key, "AFTER", pivot, value], (items) => {
        const at = items.indexOf(pivot);
        return at < 0 ? items : items.toSpliced(at + 1, 0, value);
      });
    }
    default: {
      const values = many(12, () => (chance(60) ? item() : text()));
      const atHead = chance(50);
      return {
        words: [atHead ? "LPUSH" : "RPUSH", key, ...values],
        apply: (state) =>
          change(state, key, "list", (found) => {
            found.items = atHead
              ? [...values.toReversed(), ...found.items]
              : [...found.items, ...values];
          }),
      };
    }
  }
}

function listChange(
  key: string,
  words: Write["words"],
  changed: (items: string[]) => string[],
): Write {
  return { words, apply: (state) => changeItems(state, key, changed) };
}

function moveItem(state: State, from: string, to: string): void {
  const source = valueAt(state, from, "list");
  if (!source || valueAt(state, to, "list") === null) return;
  const moved = source.items[0]!;
  if (from === to) {
    changeItems(state, from, (items) => [...items.slice(1), moved]);
    return;
  }
  changeItems(state, from, (items) => items.slice(1));
  change(state, to, "list", (found) => void found.items.push(moved));
}
