/**
 * Answers for which long collections are looked through: in slices, over a snapshot, so that others are served
 * meanwhile. What has many elements is gone through twice: to count them, then while they are sent.
 */
import { type Bytes, copyBytes } from "../bytes/bytes.ts";
import type { BuildSubject } from "../database/collections/builds.ts";
import type { Elements } from "../database/collections/elements.ts";
import { AT_ONCE_BYTES } from "../database/collections/reading-budget.ts";
import { SnapshotReading } from "../database/collections/snapshot-reading.ts";
import { type Reply, type ReplySource, SetReply, StreamReply } from "../resp/reply.ts";
import type { Context } from "./context.ts";
import { AT_ONCE_MAX } from "./pieces.ts";
import { runInSlices } from "./slices.ts";

/** What is read, and how many of the keys that were named are there. */
export interface ReadingSubject extends BuildSubject {
  readonly keysFound: number;
  readonly keysMissing: number;
}

async function open<T extends ReadingSubject>(
  { ledis }: Context,
  choose: () => T,
): Promise<SnapshotReading<T>> {
  const reading = (await SnapshotReading.open(ledis.moments, choose))!;
  ledis.lookups.hits += reading.subject.keysFound;
  ledis.lookups.misses += reading.subject.keysMissing;
  return reading;
}

/**
 * Answers what `look` returns, which yields wherever it may be interrupted.
 *
 * @param choose looks the keys up, counting nothing
 */
export async function answerFromSnapshot<T extends ReadingSubject>(
  context: Context,
  choose: () => T,
  look: (subject: T, rows: Elements) => Iterator<void, Reply, void>,
): Promise<Reply> {
  const reading = await open(context, choose);
  try {
    return await runInSlices(look(reading.subject, reading.rows));
  } finally {
    reading.close();
  }
}

/**
 * Answers a set of members.
 *
 * @param choose as above
 * @param find the members, and null between them; the same ones each time
 */
export async function answerMembers<T extends ReadingSubject>(
  context: Context,
  choose: () => T,
  find: (subject: T, rows: Elements) => Iterator<Bytes | null>,
): Promise<Reply> {
  const reading = await open(context, choose);
  const members = () => find(reading.subject, reading.rows);
  let isStreamed = false;
  try {
    const { count, kept } = await runInSlices(countMembers(members()));
    if (kept !== null) return new SetReply(kept);
    const reply = new StreamReply(
      "set",
      count,
      sourceOf(members(), count, () => reading.close()),
    );
    isStreamed = true;
    return reply;
  } finally {
    if (!isStreamed) reading.close();
  }
}

/**
 * Answers an array, however long, whose items are read twice: to count them, and while they are sent.
 *
 * @param choose looks the collections up; null: there is nothing to answer any more
 * @param find the items, and null between them; the same ones each time
 */
export async function answerRows<T extends BuildSubject>(
  { ledis }: Context,
  choose: () => T | null,
  find: (subject: T, rows: Elements) => Iterator<Reply>,
): Promise<Reply> {
  const reading = await SnapshotReading.open(ledis.moments, choose);
  if (reading === null) return [];
  const items = () => find(reading.subject, reading.rows);
  try {
    const count = await runInSlices(countItems(items()));
    return new StreamReply(
      "array",
      count,
      sourceOf(items(), count, () => reading.close()),
    );
  } catch (error) {
    reading.close();
    throw error;
  }
}

function* countItems(items: Iterator<Reply>): Generator<void, number, void> {
  let count = 0;
  for (let { done, value } = items.next(); done !== true; { done, value } = items.next()) {
    if (value !== null) count++;
    yield;
  }
  return count;
}

/** How many there are, and copies of them if they are few. */
function* countMembers(
  members: Iterator<Bytes | null>,
): Generator<void, { count: number; kept: Bytes[] | null }, void> {
  let kept: Bytes[] | null = [];
  let bytes = 0;
  let count = 0;
  for (let { done, value } = members.next(); done !== true; { done, value } = members.next()) {
    yield;
    if (value === null) continue;
    count++;
    bytes += value.length;
    if (count > AT_ONCE_MAX || bytes > AT_ONCE_BYTES) kept = null;
    kept?.push(copyBytes(value));
  }
  return { count, kept };
}

function sourceOf(members: Iterator<Reply>, count: number, close: () => void): ReplySource {
  let left = count;
  return {
    next(take) {
      if (left === 0) return false;
      const { done, value } = members.next();
      if (done === true) throw new Error(`${left} members are missing`);
      if (value === null) return true;
      left--;
      take(value);
      return true;
    },
    close,
  };
}
