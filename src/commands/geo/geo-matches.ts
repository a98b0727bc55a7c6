/**
 * How the members that a geo search finds are answered: at once where few have to be looked at; otherwise they are
 * read from a snapshot, while they are sent or, if they have to be sorted, before.
 */
import type { Bytes } from "../../bytes/bytes.ts";
import { positionOfScore } from "../../bytes/geohash.ts";
import type { CollectionHeader } from "../../database/collections/collections.ts";
import { AT_ONCE_BYTES } from "../../database/collections/reading-budget.ts";
import { SnapshotReading } from "../../database/collections/snapshot-reading.ts";
import {
  findMatches,
  type GeoMatch,
  type GeoQuery,
  sortedMatches,
  sortMatches,
} from "../../database/geo/geo.ts";
import { SortedMembers } from "../../database/sorting/sorted-members.ts";
import { memberOf, scoreOf } from "../../database/zsets/zset-entry.ts";
import { type Reply, StreamReply } from "../../resp/reply.ts";
import type { Answer, Context } from "../context.ts";
import { answerRows } from "../from-snapshots.ts";
import { AT_ONCE_MAX } from "../pieces.ts";
import { runInSlices } from "../slices.ts";
import { distanceReply, positionReply } from "./geo.ts";

/** What is answered of each member beside itself. */
export interface GeoShown {
  distance: boolean;
  hash: boolean;
  position: boolean;
}

type ToReply = (match: GeoMatch) => Reply;

/** To look at a member takes a fifth of the time that an answer takes. */
const AT_ONCE = { members: 4 * AT_ONCE_MAX, bytes: AT_ONCE_BYTES };

/** @param set what `source` holds now */
export function answerMatches(
  context: Context,
  source: Bytes,
  set: CollectionHeader,
  query: GeoQuery,
  shown: GeoShown,
): Answer {
  const { geo } = context.db;
  const toReply = matchReply(query, shown);
  const matches = geo.search(set, query, context.client.mayWait ? AT_ONCE : undefined);
  if (matches !== null) return matches.map(toReply);
  if (query.order !== null) return answerSorted(context, source, query, toReply);
  return answerRows(
    context,
    () => geo.subject(source),
    (subject, rows) => replies(findMatches(rows, subject.set, query), toReply),
  );
}

/** Null for members outside. */
function* replies(matches: Iterable<GeoMatch | null>, toReply: ToReply): Generator<Reply> {
  for (const match of matches) yield match && toReply(match);
}

async function answerSorted(
  { ledis, db }: Context,
  source: Bytes,
  query: GeoQuery,
  toReply: ToReply,
): Promise<Reply> {
  const reading = await SnapshotReading.open(ledis.moments, () => db.geo.subject(source));
  if (reading === null) return [];
  const found = new SortedMembers(ledis.sortMemory);
  let isWhole = false;
  try {
    isWhole = await runInSlices(sortMatches(reading.rows, reading.subject.set, query, found));
  } finally {
    reading.close();
    if (!isWhole) found.release();
  }
  if (isWhole) return sortedReply(found, toReply);
  // There is not memory enough for this.
  const set = db.geo.subject(source)?.set;
  return set === undefined ? [] : db.geo.search(set, query)!.map(toReply);
}

function sortedReply(found: SortedMembers, toReply: ToReply): Reply {
  const matches = sortedMatches(found);
  return new StreamReply("array", found.count, {
    next(take) {
      const { done, value } = matches.next();
      if (done === true) return false;
      take(toReply(value));
      return true;
    },
    close: () => found.release(),
  });
}

/** A member, or an array that begins with it. */
function matchReply({ shape }: GeoQuery, shown: GeoShown): ToReply {
  const isAlone = !(shown.distance || shown.hash || shown.position);
  return ({ entry, distance }) => {
    const member = memberOf(entry);
    if (isAlone) return member;
    const score = scoreOf(entry);
    const items: Reply[] = [member];
    if (shown.distance) items.push(distanceReply(distance / shape.unit));
    if (shown.hash) items.push(hashReply(score));
    if (shown.position) items.push(positionReply(positionOfScore(score)));
    return items;
  };
}

/** A score as an integer: on the eastern edge it is beyond 2^53. */
function hashReply(score: number): Reply {
  const hash = Math.trunc(score);
  return Number.isSafeInteger(hash) ? hash : BigInt(hash);
}
