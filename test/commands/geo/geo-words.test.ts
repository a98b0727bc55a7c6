import { expect, test } from "bun:test";
import { toText } from "../../../src/bytes/bytes.ts";
import { geoAddition, position, unit } from "../../../src/commands/geo/geo-words.ts";
import { readArg } from "../../support/read-arg.ts";

test("units are metres, in any case", () => {
  expect(["m", "KM", "Ft", "mi"].map((word) => readArg(unit, word))).toEqual([
    1, 1000, 0.3048, 1609.34,
  ]);
  expect(() => readArg(unit, "cm")).toThrow("unsupported unit provided. please use M, KM, FT, MI");
});

test("positions are on the map", () => {
  expect(readArg(position, "180", "-85.05112878")).toEqual({
    longitude: 180,
    latitude: -85.05112878,
  });
  expect(() => readArg(position, "180.5", "86")).toThrow(
    "ERR invalid longitude,latitude pair 180.500000,86.000000",
  );
  expect(() => readArg(position, "-inf", "0")).toThrow("pair -inf,0.000000");
  expect(() => readArg(position, "x", "0")).toThrow("value is not a valid float");
});

test("additions have options, then positions with members", () => {
  const { members, options, countsChanged } = readArg(
    geoAddition,
    ...["ch", "nx", "-180", "-85.05112878", "a", "13.361389", "38.115556", "nx"],
  );
  expect(members.map(({ score, member }) => [score, toText(member)])).toEqual([
    [0, "a"],
    [3479099956230698, "nx"],
  ]);
  expect([options.condition, countsChanged]).toEqual(["NX", true]);
  expect(readArg(geoAddition, "XX", "0", "0", "a").options.condition).toBe("XX");
  expect(readArg(geoAddition, "0", "0", "a").options.condition).toBeNull();
});

test("additions that are incomplete or contradict themselves are syntax errors", () => {
  for (const words of [
    ["NX", "XX", "0", "0", "a"],
    ["0", "0", "a", "1"],
    ["NX", "CH", "NX"],
    ["0", "0", "a", "NX"],
  ]) {
    expect(() => readArg(geoAddition, ...words)).toThrow("syntax error");
  }
});
