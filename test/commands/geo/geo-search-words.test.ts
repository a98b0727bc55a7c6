import { describe, expect, test } from "bun:test";
import { toText } from "../../../src/bytes/bytes.ts";
import type { GeoSearchForm } from "../../../src/commands/geo/geo-search-docs.ts";
import {
  type GeoRequest,
  type Locate,
  searchWords,
} from "../../../src/commands/geo/geo-search-words.ts";
import { CommandError } from "../../../src/errors.ts";
import { readArg } from "../../support/read-arg.ts";

const SEARCH: GeoSearchForm = { from: null, store: null };
const STORE: GeoSearchForm = { from: null, store: "key" };
const RADIUS: GeoSearchForm = { from: "position", store: "option" };
const BY_MEMBER: GeoSearchForm = { from: "member", store: "option" };
const HOME = { longitude: 10, latitude: 45 };

const locate: Locate = (member) => {
  if (toText(member) === "home") return HOME;
  throw new CommandError("no such member");
};

function read(form: GeoSearchForm, line: string, known: Locate | null = locate): GeoRequest {
  return readArg(searchWords(form), ...line.split(" "))(known);
}

describe("what is asked for", () => {
  test("a circle around a position", () => {
    const { query, shown, target } = read(SEARCH, "fromlonlat 1 2 byradius 3 km withdist asc");
    expect(query).toEqual({
      shape: { center: { longitude: 1, latitude: 2 }, extent: { radius: 3 }, unit: 1000 },
      ...{ order: "ASC", count: null, isAny: false },
    });
    expect(shown).toEqual({ distance: true, hash: false, position: false });
    expect(target).toBeNull();
  });

  test("a box around a member", () => {
    const { query, shown } = read(
      SEARCH,
      "COUNT 2 ANY BYBOX 4 5 m WITHHASH FROMMEMBER home WITHCOORD",
    );
    expect(query?.shape).toEqual({ center: HOME, extent: { width: 4, height: 5 }, unit: 1 });
    expect([query?.order, query?.count, query?.isAny]).toEqual([null, 2, true]);
    expect(shown).toEqual({ distance: false, hash: true, position: true });
  });

  test("some of the members are the nearest ones", () => {
    expect(read(RADIUS, "1 2 3 m COUNT 5").query?.order).toBe("ASC");
    expect(read(RADIUS, "1 2 3 m DESC COUNT 5").query?.order).toBe("DESC");
  });

  test("the last of several targets counts", () => {
    const request = read(BY_MEMBER, "home 3 m STOREDIST a STORE b");
    expect([toText(request.target!), request.storesDistances]).toEqual(["b", false]);
    expect(read(BY_MEMBER, "home 3 m STOREDIST a").storesDistances).toBe(true);
    expect(read(STORE, "FROMMEMBER home BYRADIUS 1 m STOREDIST").storesDistances).toBe(true);
  });

  test("without a key nothing, but the words are looked at", () => {
    expect(read(SEARCH, "FROMMEMBER none BYRADIUS 1 m", null).query).toBeNull();
    expect(read(BY_MEMBER, "none x y STORE t", null).query).toBeNull();
    expect(() => read(BY_MEMBER, "none x y FOO", null)).toThrow("syntax error");
    expect(() => read(RADIUS, "1 2 x m", null)).toThrow("need numeric radius");
  });
});

test.each([
  ["BYRADIUS 1 m ASC DESC", SEARCH, "exactly one of FROMMEMBER or FROMLONLAT can be specified"],
  ["FROMMEMBER home ASC DESC ASC", SEARCH, "exactly one of BYRADIUS and BYBOX can be specified"],
  ["FROMMEMBER home FROMLONLAT 1 2 BYRADIUS 1 m", SEARCH, "syntax error"],
  ["FROMLONLAT 1 2 FROMMEMBER home BYRADIUS 1 m", SEARCH, "syntax error"],
  ["FROMMEMBER home BYRADIUS 1 m BYBOX 1 1 m", SEARCH, "syntax error"],
  ["FROMMEMBER home BYBOX 1 1 m BYRADIUS 1 m", SEARCH, "syntax error"],
  ["FROMMEMBER home BYBOX 1 1", SEARCH, "syntax error"],
  ["FROMMEMBER home BYRADIUS 1 m STORE t", SEARCH, "syntax error"],
  ["FROMMEMBER home BYRADIUS 1 m STOREDIST", SEARCH, "syntax error"],
  ["FROMMEMBER home BYRADIUS 1 m COUNT", SEARCH, "syntax error"],
  ["FROMMEMBER home BYRADIUS 1 m ANY", SEARCH, "the ANY argument requires COUNT argument"],
  ["FROMMEMBER home BYRADIUS 1 m COUNT 0", SEARCH, "COUNT must be > 0"],
  ["FROMMEMBER home BYRADIUS 1 m COUNT x", SEARCH, "value is not an integer or out of range"],
  ["FROMMEMBER none BYRADIUS 1 m", SEARCH, "no such member"],
  ["FROMMEMBER home BYRADIUS -1 m", SEARCH, "radius cannot be negative"],
  ["FROMMEMBER home BYBOX x 1 m", SEARCH, "need numeric width"],
  ["FROMMEMBER home BYBOX 1 x m", SEARCH, "need numeric height"],
  ["FROMMEMBER home BYBOX 1 -1 m", SEARCH, "height or width cannot be negative"],
  ["1 2 3 m FROMMEMBER home", RADIUS, "syntax error"],
  ["1 2 3 m STORE", RADIUS, "syntax error"],
  [
    "FROMMEMBER home BYRADIUS 1 m WITHDIST",
    STORE,
    "GEOSEARCHSTORE is not compatible with WITHDIST",
  ],
  ["1 2 3 m STORE t WITHHASH", RADIUS, "STORE option in GEORADIUS is not compatible with WITHDIST"],
] as const)("%s is refused", (line, form, error) => {
  expect(() => read(form, line)).toThrow(error);
});
