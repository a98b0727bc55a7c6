/** What geo searches take: where to search, what to answer of whom, and where to put it. */
import { type Bytes, mapKey } from "../../bytes/bytes.ts";
import type { Position } from "../../bytes/geohash.ts";
import type { GeoQuery } from "../../database/geo/geo.ts";
import type { GeoShape } from "../../database/geo/geo-shape.ts";
import { CommandError, errors, notExactlyOne, shownAndStored } from "../../errors.ts";
import type { Arg } from "../args.ts";
import type { Words } from "../words.ts";
import type { GeoShown } from "./geo-matches.ts";
import { type GeoSearchForm, searchDocs } from "./geo-search-docs.ts";
import { countArg, heightArg, position, radiusArg, unit, widthArg } from "./geo-words.ts";

export interface GeoRequest {
  /** null: there is no such key. */
  readonly query: GeoQuery | null;
  readonly shown: GeoShown;
  /** Where the option STORE or STOREDIST puts the outcome; null: nowhere. */
  readonly target: Bytes | null;
  /** Distances are stored as scores, instead of geohashes. */
  readonly storesDistances: boolean;
}

/** Where a member is. @throws {CommandError} there is no such member */
export type Locate = (member: Bytes) => Position;

/** What the words have said so far. */
interface Given {
  from: "member" | "position" | null;
  center: Position | null;
  area: Omit<GeoShape, "center"> | null;
  order: GeoQuery["order"];
  count: number | null;
  isAny: boolean;
  readonly shown: GeoShown;
  target: Bytes | null;
  storesDistances: boolean;
}

/**
 * What a search command has behind its keys, to be read when the set was looked up, and before anything else runs:
 * with null when there is none.
 */
export function searchWords(form: GeoSearchForm): Arg<(locate: Locate | null) => GeoRequest> {
  return {
    min: form.from === "position" ? 4 : form.from === "member" ? 3 : 5,
    max: Number.POSITIVE_INFINITY,
    docs: searchDocs(form),
    read: (words) => (locate) => readSearch(words, form, locate),
  };
}

function readSearch(words: Words, form: GeoSearchForm, locate: Locate | null): GeoRequest {
  const given: Given = {
    ...{ from: form.from, center: null, area: null, order: null, count: null, isAny: false },
    ...{ shown: { distance: false, hash: false, position: false } },
    ...{ target: null, storesDistances: false },
  };
  if (form.from !== null) readPlace(words, given, locate);
  while (words.left > 0) {
    const isRead =
      readShown(words, given.shown) ||
      readChoice(words, given) ||
      readTarget(words, form, given) ||
      (form.from === null && readShape(words, given, locate));
    if (!isRead) throw new CommandError(errors.syntax);
  }
  checkWords(words, form, given);
  return requestOf(given);
}

/** What GEORADIUS and GEORADIUSBYMEMBER have before their options. */
function readPlace(words: Words, given: Given, locate: Locate | null): void {
  if (given.from === "position") given.center = position.read(words);
  else if (locate !== null) given.center = locate(words.next());
  else {
    // As in Redis, which looks at none of the three when there is no such key.
    for (let passed = 0; passed < 3; passed++) words.next();
    return;
  }
  given.area = readCircle(words);
}

function readCircle(words: Words): Given["area"] {
  const radius = radiusArg.read(words);
  if (radius < 0) throw new CommandError(errors.negativeRadius);
  return { extent: { radius }, unit: unit.read(words) };
}

function readBox(words: Words): Given["area"] {
  const width = widthArg.read(words);
  const height = heightArg.read(words);
  if (width < 0 || height < 0) throw new CommandError(errors.negativeBox);
  return { extent: { width, height }, unit: unit.read(words) };
}

function readShown(words: Words, shown: GeoShown): boolean {
  if (words.take("WITHDIST")) shown.distance = true;
  else if (words.take("WITHHASH")) shown.hash = true;
  else if (words.take("WITHCOORD")) shown.position = true;
  else return false;
  return true;
}

/** Which of the members are wanted, and in which order. */
function readChoice(words: Words, given: Given): boolean {
  if (words.take("ANY")) given.isAny = true;
  else if (words.take("ASC")) given.order = "ASC";
  else if (words.take("DESC")) given.order = "DESC";
  else if (words.left > 1 && words.take("COUNT")) {
    given.count = countArg.read(words);
    if (given.count <= 0) throw new CommandError(errors.geoCount);
  } else return false;
  return true;
}

function readTarget(words: Words, { store }: GeoSearchForm, given: Given): boolean {
  const takesKey = store === "option" && words.left > 1;
  if (takesKey && words.take("STORE")) {
    given.target = words.next();
    given.storesDistances = false;
  } else if (takesKey && words.take("STOREDIST")) {
    given.target = words.next();
    given.storesDistances = true;
  } else if (store === "key" && words.take("STOREDIST")) given.storesDistances = true;
  else return false;
  return true;
}

/** The place and the area of GEOSEARCH. */
function readShape(words: Words, given: Given, locate: Locate | null): boolean {
  const { from, area } = given;
  const isCircle = area === null || "radius" in area.extent;
  const isBox = area === null || !isCircle;
  if (from !== "position" && words.left > 1 && words.take("FROMMEMBER")) {
    const member = words.next();
    given.center = locate?.(member) ?? null;
    given.from = "member";
  } else if (from !== "member" && words.left > 2 && words.take("FROMLONLAT")) {
    given.center = position.read(words);
    given.from = "position";
  } else if (isCircle && words.left > 2 && words.take("BYRADIUS")) given.area = readCircle(words);
  else if (isBox && words.left > 3 && words.take("BYBOX")) given.area = readBox(words);
  else return false;
  return true;
}

/** @throws {CommandError} words contradict each other, or some are missing */
function checkWords(words: Words, form: GeoSearchForm, given: Given): void {
  const { shown, from, area, isAny, count } = given;
  const isStored = form.store === "key" || given.target !== null;
  if (isStored && (shown.distance || shown.hash || shown.position)) {
    const storing = form.store === "key" ? "GEOSEARCHSTORE" : "STORE option in GEORADIUS";
    throw new CommandError(shownAndStored(storing));
  }
  const isMissing = (choice: string) => new CommandError(notExactlyOne(choice, mapKey(words.name)));
  if (form.from === null && from === null) throw isMissing("FROMMEMBER or FROMLONLAT");
  if (form.from === null && area === null) throw isMissing("BYRADIUS and BYBOX");
  if (isAny && count === null) throw new CommandError(errors.anyWithoutCount);
}

function requestOf(given: Given): GeoRequest {
  const { center, area, count, isAny, shown, target, storesDistances } = given;
  // Some of the members alone mean something only in an order.
  const order = count !== null && !isAny ? (given.order ?? "ASC") : given.order;
  const isThere = center !== null && area !== null;
  const query = isThere ? { shape: { center, ...area }, order, count, isAny } : null;
  return { query, shown, target, storesDistances };
}
