/** Members of sorted sets as replies, with and without their scores. */
import type { ScoredMember, ScoredStretch } from "../../database/zsets/zset-ranges.ts";
import { Double, type Reply } from "../../resp/reply.ts";
import type { Context } from "../context.ts";

type Scored = ScoredMember | ScoredStretch;

/** A score, or null. */
export function scoreReply(score: number | null): Reply {
  return score === null ? null : new Double(score);
}

/** The members; with their scores, a flat array in RESP2 and one of pairs in RESP3. */
export function membersReply(
  { client }: Context,
  members: readonly Scored[],
  withScores: boolean,
): Reply[] {
  if (!withScores) return members.map(({ member }) => member);
  return client.protocol === 2 ? flatReply(members) : pairsReply(members);
}

/** Member, score, member, score ... */
export function flatReply(members: readonly Scored[]): Reply[] {
  const items: Reply[] = [];
  for (const { member, score } of members) items.push(member, new Double(score));
  return items;
}

/** [member, score], [member, score] ... */
export function pairsReply(members: readonly Scored[]): Reply[] {
  return members.map(({ member, score }) => [member, new Double(score)]);
}
