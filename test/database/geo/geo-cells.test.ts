import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { positionOfScore, scoreOfPosition } from "../../../src/bytes/geohash.ts";
import { scoresAround } from "../../../src/database/geo/geo-cells.ts";
import { distanceWithin, type GeoShape } from "../../../src/database/geo/geo-shape.ts";
import type { ScoreRange } from "../../../src/database/zsets/zset-bounds.ts";

const MAP_END = 2 ** 52;
const circle = (longitude: number, latitude: number, radius: number): GeoShape => ({
  center: { longitude, latitude },
  unit: 1,
  extent: { radius },
});
const isIn = (score: number, ranges: readonly ScoreRange[]): boolean =>
  ranges.some(({ min, max }) => score >= min && score < max);
const widthOf = (ranges: readonly ScoreRange[]): number =>
  ranges.reduce((sum, { min, max }) => sum + max - min, 0);

describe("scores around a shape", () => {
  test("begin with those of the cell with the centre", () => {
    const [first] = scoresAround(circle(15, 37, 200_000));
    const score = scoreOfPosition({ longitude: 15, latitude: 37 });
    expect(score >= first!.min && score < first!.max).toBe(true);
    expect([first!.minExclusive, first!.maxExclusive]).toEqual([false, true]);
  });

  test("of a point are one score", () => {
    const ranges = scoresAround(circle(15, 37, 0));
    expect(widthOf(ranges.slice(0, 1))).toBe(1);
    expect(ranges.length).toBeLessThanOrEqual(9);
  });

  test("of all the world are each cell once", () => {
    const ranges = scoresAround(circle(15, 37, Number.POSITIVE_INFINITY));
    expect(ranges.map(({ min }) => min).sort((a, b) => a - b)).toEqual(
      [0, 1, 2, 3].map((quarter) => (quarter * MAP_END) / 4),
    );
  });

  test("are few when the circle is small", () => {
    for (const [radius, part] of [
      [1, 1e-11],
      [1000, 1e-5],
      [100_000, 0.1],
    ] as const) {
      expect(widthOf(scoresAround(circle(15, 37, radius))) / MAP_END).toBeLessThan(part);
    }
  });

  test("hold all that is in a circle away from the edges of the map", () => {
    const near = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.double({ min: -150, max: 150, noNaN: true }),
        fc.double({ min: -60, max: 60, noNaN: true }),
        fc.integer({ min: 1, max: 300_000 }),
        near,
        near,
        (longitude, latitude, radius, east, north) => {
          const shape = circle(longitude, latitude, radius);
          const degrees = radius / 100_000;
          const score = scoreOfPosition({
            longitude: longitude + east * degrees * 2,
            latitude: latitude + north * degrees,
          });
          fc.pre(distanceWithin(shape, positionOfScore(score)) !== null);
          expect(isIn(score, scoresAround(shape))).toBe(true);
        },
      ),
    );
  });
});
