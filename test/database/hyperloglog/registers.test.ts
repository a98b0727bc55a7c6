import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { Stretch } from "../../../src/bytes/stretch.ts";
import {
  type Place,
  placeElement,
  RANK_MAX,
  REGISTERS,
} from "../../../src/database/hyperloglog/registers.ts";

/** Elements in latin1, and the one register of redis-server 7.0.15 that each of them raised, and to what. */
const recorded = readFileSync(new URL("redis-places.jsonl", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as [element: string, index: number, rank: number]);

const place: Place = { index: 0, rank: 0 };

test("elements raise the same registers as in Redis", () => {
  expect(recorded.length).toBe(304);
  for (const [element, index, rank] of recorded) {
    const bytes = Buffer.from(element, "latin1");
    placeElement(bytes, place);
    expect([element, place.index, place.rank]).toEqual([element, index, rank]);
    placeElement(new Stretch(Buffer.concat([bytes, bytes]), bytes.length, bytes.length * 2), place);
    expect([element, place.index, place.rank]).toEqual([element, index, rank]);
  }
});

test("half of all elements have rank 1, half of the others rank 2, and so on", () => {
  const counts = new Array<number>(RANK_MAX + 1).fill(0);
  const seen = new Set<number>();
  for (let i = 0; i < 200_000; i++) {
    placeElement(Buffer.from(`element ${i}`), place);
    counts[place.rank]!++;
    seen.add(place.index);
  }
  expect(seen.size).toBe(REGISTERS);
  expect([Math.min(...seen), Math.max(...seen)]).toEqual([0, REGISTERS - 1]);
  expect(counts[0]).toBe(0);
  for (let rank = 1; rank <= 8; rank++) {
    const share = counts[rank]! / 200_000;
    expect(Math.abs(share * 2 ** rank - 1)).toBeLessThan(0.15);
  }
});
