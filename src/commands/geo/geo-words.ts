/** Arguments of several geo commands: units, positions, and the members that GEOADD adds. */
import { formatFixed } from "../../bytes/fixed-double.ts";
import { isPosition, type Position, scoreOfPosition } from "../../bytes/geohash.ts";
import type { ScoredMember } from "../../database/zsets/zset-ranges.ts";
import { CommandError, errors, invalidPosition } from "../../errors.ts";
import { type Arg, type ArgumentDoc, bytes, choice, double, index, tuple } from "../args.ts";
import type { Words } from "../words.ts";
import type { Addition } from "../zsets/zset-words.ts";

/** Metres of each. */
const UNITS = { M: 1, KM: 1000, FT: 0.3048, MI: 1609.34 } as const;
/** Digits behind the point of what an error text quotes. */
const QUOTED_DIGITS = 6;

export const token = (name: string): ArgumentDoc => ({
  name: name.toLowerCase(),
  type: "pure-token",
  token: name,
});

export const radiusArg = double("radius", errors.radiusNotFloat);
export const widthArg = double("width", errors.widthNotFloat);
export const heightArg = double("height", errors.heightNotFloat);
export const countArg = index("count");

const unitName = choice("unit", ["M", "KM", "FT", "MI"], errors.geoUnit);

/** Metres of a unit. @throws {CommandError} it is none */
export const unit: Arg<number> = { ...unitName, read: (words) => UNITS[unitName.read(words)] };

const coordinates = tuple(double("longitude"), double("latitude"));

/** `longitude latitude`. @throws {CommandError} they are no numbers, or there is no such place */
export const position: Arg<Position> = {
  ...coordinates,
  read(words) {
    const [longitude, latitude] = coordinates.read(words);
    const read = { longitude, latitude };
    if (isPosition(read)) return read;
    const quoted = [longitude, latitude].map((degrees) => formatFixed(degrees, QUOTED_DIGITS));
    throw new CommandError(invalidPosition(quoted[0]!, quoted[1]!));
  },
};

const placed = tuple(double("longitude"), double("latitude"), bytes("member"));

/** `[NX | XX] [CH] longitude latitude member [longitude latitude member ...]`. Members are views. */
export const geoAddition: Arg<Addition> = {
  min: 3,
  max: Number.POSITIVE_INFINITY,
  docs: [
    { name: "condition", type: "oneof", optional: true, arguments: [token("NX"), token("XX")] },
    { ...token("CH"), name: "change", optional: true },
    { ...placed.docs[0]!, multiple: true },
  ],
  read: readAddition,
};

function readAddition(words: Words): Addition {
  const given = { NX: false, XX: false, CH: false };
  for (;;) {
    const word = (["NX", "XX", "CH"] as const).find((name) => words.take(name));
    if (word === undefined) break;
    given[word] = true;
  }
  const { NX, XX, CH } = given;
  if (words.left === 0 || words.left % 3 !== 0 || (NX && XX)) throw new CommandError(errors.syntax);
  const members: ScoredMember[] = [];
  while (words.left > 0) {
    const score = scoreOfPosition(position.read(words));
    members.push({ score, member: words.next() });
  }
  return {
    members,
    options: { condition: NX ? "NX" : XX ? "XX" : null, comparison: null, increments: false },
    countsChanged: CH,
  };
}
