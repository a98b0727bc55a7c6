/** Geo searches: the members within a circle or a box, answered or stored as a sorted set. */
import type { Bytes } from "../../bytes/bytes.ts";
import type { CollectionHeader } from "../../database/collections/collections.ts";
import { type GeoQuery, scoreOfMatch } from "../../database/geo/geo.ts";
import { memberOf } from "../../database/zsets/zset-entry.ts";
import { CommandError, errors } from "../../errors.ts";
import { key } from "../args.ts";
import { type Command, command, type KeySpec } from "../command.ts";
import type { Answer, Context } from "../context.ts";
import { inTurns } from "../in-turns.ts";
import { answerMatches } from "./geo-matches.ts";
import { type GeoRequest, type Locate, searchWords } from "./geo-search-words.ts";

/** Reads the words behind the keys. */
type ReadRequest = (locate: Locate | null) => GeoRequest;

const READ: KeySpec = { first: 1, flags: ["RO", "access"] };

export const geoSearchCommands: readonly Command[] = [
  radiusCommand("GEORADIUS", "position", "Answers or stores the members around a position."),
  radiusCommand("GEORADIUSBYMEMBER", "member", "Answers or stores the members around another one."),
  readCommand("GEORADIUS_RO", "position", "3.2.10", "The same as GEORADIUS without STORE."),
  readCommand("GEORADIUSBYMEMBER_RO", "member", "3.2.10", "GEORADIUSBYMEMBER without STORE."),
  readCommand("GEOSEARCH", null, "6.2.0", "Answers the members within a circle or a box."),
  command("geo", {
    name: "GEOSEARCHSTORE",
    summary: "Stores the members within a circle or a box; answers how many they are.",
    since: "6.2.0",
    flags: ["write", "denyoom"],
    args: [key("destination"), key("source", 1), searchWords({ from: null, store: "key" })],
    keySpecs: [
      { first: 1, flags: ["OW", "update"] },
      { ...READ, first: 2 },
    ],
    run: (context, target, source, readRequest) => search(context, source, readRequest, target),
  }),
];

/** GEORADIUS and its kin, which may store. */
function radiusCommand(name: string, from: "position" | "member", summary: string): Command {
  const optionsFrom = from === "position" ? 6 : 5;
  const stored = ["STORE", "STOREDIST"].map((keyword) => ({
    first: { keyword, from: optionsFrom },
    flags: ["OW", "update"],
  }));
  return command("geo", {
    name,
    summary,
    since: "3.2.0",
    flags: ["write", "denyoom"],
    args: [key(), searchWords({ from, store: "option" })],
    keySpecs: [READ, ...stored],
    run: (context, key, readRequest) => search(context, key, readRequest, null),
  });
}

function readCommand(
  name: string,
  from: "position" | "member" | null,
  since: string,
  summary: string,
): Command {
  return command("geo", {
    name,
    summary,
    since,
    flags: ["readonly"],
    args: [key(), searchWords({ from, store: null })],
    keySpecs: [READ],
    run: (context, key, readRequest) => search(context, key, readRequest, null),
  });
}

/** Finds fault with the key before it reads the words. @param into where to store; null: an option may say it */
function search(
  context: Context,
  source: Bytes,
  readRequest: ReadRequest,
  into: Bytes | null,
): Answer {
  const { geo, zsets } = context.db;
  const set = geo.find(source);
  const request = readRequest(set === null ? null : (member) => locate(context, set, member));
  const target = into ?? request.target;
  if (set === null || request.query === null)
    return target === null ? [] : zsets.replace(target, []);
  if (target !== null)
    return store(context, source, target, request.query, request.storesDistances);
  return answerMatches(context, source, set, request.query, request.shown);
}

/** @throws {CommandError} there is no such member */
function locate({ db }: Context, set: CollectionHeader, member: Bytes): ReturnType<Locate> {
  const position = db.geo.position(set, member);
  if (position === null) throw new CommandError(errors.geoMember);
  return position;
}

function store(
  { client, db, ledis }: Context,
  source: Bytes,
  target: Bytes,
  query: GeoQuery,
  storesDistances: boolean,
): Answer {
  const { geo, zsets } = db;
  const scoreOf = scoreOfMatch(storesDistances ? query.shape.unit : null);
  const build = geo.buildSearch(target, source, query, scoreOf, ledis);
  const atOnce = () => {
    const set = geo.subject(source)?.set;
    const matches = set === undefined ? [] : geo.search(set, query)!;
    const members = matches.map((match) => ({
      member: memberOf(match.entry),
      score: scoreOf(match),
    }));
    return zsets.replace(target, members);
  };
  return inTurns(client, ledis, build, () => (build.isWhole ? build.size : atOnce()), atOnce);
}
