import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Position } from "../../../src/bytes/geohash.ts";
import {
  boundsOf,
  distanceBetween,
  distanceWithin,
  outerRadius,
} from "../../../src/database/geo/geo-shape.ts";

const at = (longitude: number, latitude: number): Position => ({ longitude, latitude });
const palermo = at(13.361389338970184, 38.1155563954963);
const catania = at(15.087267458438873, 37.50266842333162);
const circle = (radius: number, unit = 1, center = palermo) => ({
  center,
  unit,
  extent: { radius },
});
const box = (width: number, height: number, unit = 1) => ({
  center: palermo,
  unit,
  extent: { width, height },
});
const positions = fc
  .tuple(
    fc.double({ min: -180, max: 180, noNaN: true }),
    fc.double({ min: -85, max: 85, noNaN: true }),
  )
  .map(([longitude, latitude]) => at(longitude, latitude));

describe("distances", () => {
  test("are Redis's", () => {
    expect(distanceBetween(palermo, catania).toFixed(4)).toBe("166274.1516");
    expect(distanceBetween(palermo, palermo)).toBe(0);
  });

  test("along a meridian are those of the latitudes", () => {
    expect(distanceBetween(at(10, 0), at(10, 1))).toBeCloseTo(111226.3, 1);
    expect(distanceBetween(at(10, 1), at(10, -1))).toBeCloseTo(222452.6, 1);
  });

  test("are the same both ways, and at most half the way round", () => {
    fc.assert(
      fc.property(positions, positions, (a, b) => {
        const distance = distanceBetween(a, b);
        expect(distanceBetween(b, a)).toBeCloseTo(distance, 0);
        expect(distance).toBeLessThan(20_020_800);
      }),
    );
  });
});

describe("what is within", () => {
  test("a circle is not further away than its radius", () => {
    expect(distanceWithin(circle(166), catania)).toBeNull();
    expect(distanceWithin(circle(166, 1000), catania)).toBeNull();
    expect(distanceWithin(circle(167, 1000), catania)).toBeCloseTo(166274.1516, 4);
    expect(distanceWithin(circle(0), palermo)).toBe(0);
  });

  test("a box is at most half its sides to the north and to the east", () => {
    expect(distanceWithin(box(400, 400, 1000), catania)).toBeCloseTo(166274.1516, 4);
    expect(distanceWithin(box(300, 400, 1000), catania)).toBeNull();
    expect(distanceWithin(box(400, 130, 1000), catania)).toBeNull();
    expect(distanceWithin(box(400, Number.POSITIVE_INFINITY), palermo)).toBe(0);
  });
});

test("the outer radius of a box reaches its corners", () => {
  expect(outerRadius(box(6, 8, 1000))).toBe(5000);
  expect(outerRadius(circle(5, 1000))).toBe(5000);
});

describe("bounds", () => {
  test("are wider in degrees on the side of the nearer pole", () => {
    const { west, south, east, north } = boundsOf(circle(200, 1000, at(15, 37)));
    expect([west, south, east, north].map((edge) => edge.toFixed(3))).toEqual([
      "12.693",
      "35.202",
      "17.307",
      "38.798",
    ]);
    expect(boundsOf(circle(200, 1000, at(15, -37))).east).toBe(east);
  });

  test("hold every position within a small circle", () => {
    fc.assert(
      fc.property(positions, positions, (center, position) => {
        const near = at(
          center.longitude + position.longitude / 1000,
          center.latitude + position.latitude / 1000,
        );
        const shape = circle(10_000, 1, center);
        fc.pre(distanceWithin(shape, near) !== null);
        const { west, south, east, north } = boundsOf(shape);
        const slack = 1e-6;
        expect(near.longitude >= west - slack && near.longitude <= east + slack).toBe(true);
        expect(near.latitude >= south - slack && near.latitude <= north + slack).toBe(true);
      }),
    );
  });
});
