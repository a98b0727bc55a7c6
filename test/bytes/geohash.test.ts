import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  areaOf,
  cellAt,
  geohashText,
  isPosition,
  LATITUDE_MAX,
  neighborOf,
  positionOfScore,
  STEP_MAX,
  scoreOfPosition,
  scoresOfCell,
} from "../../src/bytes/geohash.ts";

const at = (longitude: number, latitude: number) => ({ longitude, latitude });
const palermo = at(13.361389, 38.115556);
const positions = fc.record({
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
  latitude: fc.double({ min: -LATITUDE_MAX, max: LATITUDE_MAX, noNaN: true }),
});
const steps = fc.integer({ min: 1, max: STEP_MAX });

describe("scores are Redis's", () => {
  test.each([
    [palermo, 3479099956230698],
    [at(15.087269, 37.502669), 3479447370796909],
    [at(-180, -LATITUDE_MAX), 0],
    [at(180, LATITUDE_MAX), 13510798882111488],
    [at(180, 0), 10133099161583616],
  ])("%o", (position, score) => {
    expect(scoreOfPosition(position)).toBe(score);
  });

  test("and back", () => {
    expect(positionOfScore(3479099956230698)).toEqual(at(13.361389338970184, 38.1155563954963));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 52 - 1 }), (score) => {
        expect(scoreOfPosition(positionOfScore(score))).toBe(score);
      }),
    );
  });

  test("any double is one, as a C program on x86 casts it", () => {
    const [east, west] = [180, -179.999997317791];
    const [north, south] = [LATITUDE_MAX, -85.05112751263943];
    for (const [score, longitude, latitude] of [
      [-3, east, north],
      [1.5, west, -85.05112497791825],
      [2 ** 53, east, south],
      [Number.POSITIVE_INFINITY, west, south],
      [Number.NEGATIVE_INFINITY, east, south],
      [1e19, east, north],
      [2e19, west, south],
      [-1e19, east, south],
    ] as const) {
      const position = positionOfScore(score);
      expect([score, position.longitude]).toEqual([score, expect.closeTo(longitude, 12)]);
      expect([score, position.latitude]).toEqual([score, expect.closeTo(latitude, 12)]);
    }
  });
});

test("geohashes are the standard ones, as Redis writes them", () => {
  expect(geohashText(positionOfScore(scoreOfPosition(palermo)))).toBe("sqc8b49rny0");
  expect(geohashText(positionOfScore(scoreOfPosition(at(180, 0))))).toBe("80000000000");
  expect(geohashText(positionOfScore(scoreOfPosition(at(180, LATITUDE_MAX))))).toBe("bp05b5048p0");
  expect(geohashText(positionOfScore(0))).toBe("00bh0hbj200");
});

test("the map ends where Web Mercator's does", () => {
  expect(isPosition(at(180, LATITUDE_MAX))).toBe(true);
  expect(isPosition(at(-180.000001, 0))).toBe(false);
  expect(isPosition(at(0, 85.051129))).toBe(false);
  expect(isPosition(at(Number.POSITIVE_INFINITY, 0))).toBe(false);
});

describe("cells", () => {
  test("the one at a position has it in its area, and its score among its scores", () => {
    fc.assert(
      fc.property(positions, steps, (position, step) => {
        const cell = cellAt(position, step);
        const { west, south, east, north } = areaOf(cell);
        const slack = 1e-9;
        expect(position.longitude).toBeGreaterThanOrEqual(west - slack);
        expect(position.longitude).toBeLessThanOrEqual(east + slack);
        expect(position.latitude).toBeGreaterThanOrEqual(south - slack);
        expect(position.latitude).toBeLessThanOrEqual(north + slack);
        const { min, maxExclusive } = scoresOfCell(cell);
        const score = scoreOfPosition(position);
        expect(score >= min && score < maxExclusive).toBe(true);
      }),
    );
  });

  test("neighbors share an edge; behind the last one comes the first", () => {
    const cell = cellAt(palermo, 10);
    expect(areaOf(neighborOf(cell, 1, 0)).west).toBe(areaOf(cell).east);
    expect(areaOf(neighborOf(cell, 0, 1)).south).toBe(areaOf(cell).north);
    expect(neighborOf(neighborOf(cell, 1, -1), -1, 1)).toEqual(cell);
    expect(neighborOf(cellAt(at(179.99, 0), 4), 1, 0).x).toBe(0);
    expect(neighborOf(cellAt(at(-180, -85), 4), -1, -1)).toEqual({ x: 15, y: 15, step: 4 });
  });

  test("on the very edge stands a column of its own", () => {
    expect(cellAt(at(180, 0), 4)).toEqual({ x: 16, y: 8, step: 4 });
    expect(neighborOf(cellAt(at(180, 0), 4), 0, 1)).toEqual({ x: 16, y: 9, step: 4 });
    expect(neighborOf(cellAt(at(180, 0), 4), 1, 0)).toEqual({ x: 1, y: 8, step: 4 });
  });
});
