/**
 * A master that has lost its disk comes back empty. Whoever followed it has the only copy left, and does not give it up
 * for nothing.
 */
import { equalBytes } from "../bytes/bytes.ts";
import type { CopyBuilder, ReadableLog } from "./replicated-log.ts";

const REFUSAL =
  "the master is empty and has another history: has it lost its data? slave-allow-empty-sync yes gives up the keys here";

/** This server, as far as it matters here. */
export interface Follower {
  readonly history: Pick<ReadableLog, "files">;
  /** It has followed this master before. */
  readonly isKnownMaster: boolean;
  /** The operator gives the keys up. */
  readonly isAllowed: boolean;
  holdsKeys(): Promise<boolean>;
}

/** Why a complete copy must not take the place of the database; null when it may. */
export async function refusalOf(
  copy: Pick<CopyBuilder, "keys" | "historyId">,
  follower: Follower,
): Promise<string | null> {
  if (copy.keys > 0 || follower.isAllowed || !follower.isKnownMaster) return null;
  const isRelated = follower.history
    .files()
    .some(({ historyId }) => equalBytes(historyId, copy.historyId));
  return isRelated || !(await follower.holdsKeys()) ? null : REFUSAL;
}
