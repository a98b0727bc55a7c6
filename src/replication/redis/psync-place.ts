/** Where a slave of Redis is in its master's stream, and what PSYNC is answered. */
import { LinkError } from "../link-error.ts";

/** A place in the stream of commands of a Redis. */
export interface PsyncPlace {
  /** The history that offsets belong to: 40 characters. */
  readonly replicationId: string;
  /** Bytes of the stream before it. */
  readonly offset: number;
  /** The database that the stream has selected. */
  readonly database: number;
  /** Changes before it, since the last copy, that could not be made here. */
  readonly skipped: number;
}

export type PsyncAnswer =
  /** The stream goes on where it was asked to. @property replicationId null: it has not changed */
  | { readonly kind: "continue"; readonly replicationId: string | null }
  /** A copy comes first, and stands for this place. */
  | { readonly kind: "copy"; readonly replicationId: string; readonly offset: number };

/** As it stands in the notes of a migration. */
export function formatPsyncPlace(place: PsyncPlace): string {
  return `redis ${place.replicationId} ${place.offset} ${place.database} ${place.skipped}`;
}

/** Null when it is a place of another kind of master. */
export function parsePsyncPlace(text: string): PsyncPlace | null {
  const match = /^redis ([0-9a-f]{40}) (\d+) (\d+) (\d+)$/.exec(text);
  if (match === null) return null;
  const [offset, database, skipped] = match.slice(2).map(Number);
  return { replicationId: match[1]!, offset: offset!, database: database!, skipped: skipped! };
}

/** @param line as Redis answers PSYNC @throws {LinkError} it is refused, for now or for ever */
export function parsePsyncAnswer(line: string): PsyncAnswer {
  const copy = /^\+FULLRESYNC ([0-9a-f]{40}) (\d+)$/i.exec(line);
  if (copy !== null) {
    return { kind: "copy", replicationId: copy[1]!.toLowerCase(), offset: Number(copy[2]) };
  }
  const next = /^\+CONTINUE(?: ([0-9a-f]{40}))?$/i.exec(line);
  if (next !== null) return { kind: "continue", replicationId: next[1]?.toLowerCase() ?? null };
  throw new LinkError(`PSYNC was refused: ${line.replace(/^-/, "")}`);
}
