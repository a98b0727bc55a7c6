/** Geo commands on members one by one: their places are geohashes, which are the scores of a sorted set. */
import type { Bytes } from "../../bytes/bytes.ts";
import { formatScaled } from "../../bytes/fixed-double.ts";
import { geohashText, type Position, positionOfScore } from "../../bytes/geohash.ts";
import { distanceBetween } from "../../database/geo/geo-shape.ts";
import { CommandError, errors } from "../../errors.ts";
import { NULL_ARRAY, PlainDouble, type Reply } from "../../resp/reply.ts";
import { type Arg, any, bytes, key, some } from "../args.ts";
import { type Command, command, type KeySpec } from "../command.ts";
import type { Context } from "../context.ts";
import { geoAddition, unit } from "./geo-words.ts";

/** Digits behind the point of a distance. */
const DISTANCE_DIGITS = 4;

/** Perhaps none; Redis documents them as one or more. */
const members: Arg<Bytes[]> = { ...any(bytes("member")), docs: some(bytes("member")).docs };

const READ: readonly KeySpec[] = [{ first: 1, flags: ["RO", "access"] }];

export const geoCommands: readonly Command[] = [
  command("geo", {
    name: "GEOADD",
    summary: "Adds members with their positions, or moves them; answers how many are new.",
    since: "3.2.0",
    flags: ["write", "denyoom"],
    args: [key(), geoAddition],
    keySpecs: [{ first: 1, flags: ["RW", "update"] }],
    run({ db }, key, { members, options, countsChanged }) {
      const { added, changed } = db.zsets.add(key, members, options);
      return countsChanged ? added + changed : added;
    },
  }),
  command("geo", {
    name: "GEODIST",
    summary: "Answers the distance between two members.",
    since: "3.2.0",
    flags: ["readonly"],
    args: [key(), bytes("member1"), bytes("member2"), lastUnit()],
    keySpecs: READ,
    run(context, key, first, second, unit) {
      const [from, to] = positionsOf(context, key, [first, second]);
      if (!from || !to) return null;
      return distanceReply(distanceBetween(from, to) / unit);
    },
  }),
  command("geo", {
    name: "GEOHASH",
    summary: "Answers the positions of members as geohashes of 11 characters.",
    since: "3.2.0",
    flags: ["readonly"],
    args: [key(), members],
    keySpecs: READ,
    run: (context, key, members) =>
      positionsOf(context, key, members).map((position) => position && geohashText(position)),
  }),
  command("geo", {
    name: "GEOPOS",
    summary: "Answers the longitudes and latitudes of members.",
    since: "3.2.0",
    flags: ["readonly"],
    args: [key(), members],
    keySpecs: READ,
    run: (context, key, members) =>
      positionsOf(context, key, members).map((position) =>
        position === null ? NULL_ARRAY : positionReply(position),
      ),
  }),
];

/** A distance in whatever unit. */
export function distanceReply(distance: number): Reply {
  return formatScaled(distance, DISTANCE_DIGITS);
}

/** Longitude and latitude. */
export function positionReply({ longitude, latitude }: Position): Reply {
  return [new PlainDouble(longitude), new PlainDouble(latitude)];
}

/** Null for members that are not there. */
function positionsOf({ db }: Context, key: Bytes, members: readonly Bytes[]): (Position | null)[] {
  const scores = db.zsets.scores(key, members);
  return scores.map((score) => (score === null ? null : positionOfScore(score)));
}

/** Metres of a unit, or one; two are a syntax error, not a wrong number of words. */
function lastUnit(): Arg<number> {
  return {
    min: 0,
    max: Number.POSITIVE_INFINITY,
    read(words) {
      if (words.left > 1) throw new CommandError(errors.syntax);
      return words.left === 0 ? 1 : unit.read(words);
    },
    docs: unit.docs.map((doc) => ({ ...doc, optional: true })),
  };
}
