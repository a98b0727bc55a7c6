/** Entries of streams as replies, and ranges of them that may be long. */
import { type Bytes, compareBytes, copyBytes } from "../../bytes/bytes.ts";
import { streamIdAfter, streamIdText } from "../../bytes/stream-id.ts";
import type { AnyBytes } from "../../bytes/stretch.ts";
import type { BuildSubject } from "../../database/collections/builds.ts";
import type { Elements } from "../../database/collections/elements.ts";
import {
  BudgetSpentError,
  ReadingBudget,
  UNLIMITED,
} from "../../database/collections/reading-budget.ts";
import type { StreamHeader } from "../../database/streams/stream-header.ts";
import { decodeEntry } from "../../database/streams/stream-rows.ts";
import type { EntryRange, StreamEntry } from "../../database/streams/streams.ts";
import type { RangeWalk } from "../../keyspace/range.ts";
import { KIND_STREAM } from "../../keyspace/rows/row-key.ts";
import { NULL_ARRAY, type Reply } from "../../resp/reply.ts";
import type { Answer, Context } from "../context.ts";
import { answerRows } from "../from-snapshots.ts";
import { AT_ONCE_MAX } from "../pieces.ts";

/** `[id, [field, value, ...]]`; no words: the entry is gone. */
export function entryReply({ id, words }: { id: Bytes; words: readonly AnyBytes[] | null }): Reply {
  return [streamIdText(id), words ?? NULL_ARRAY];
}

/** The same, of bytes of its own: it outlives the turn. */
export function keptEntryReply(entry: { id: Bytes; words: StreamEntry["words"] | null }): Reply {
  const words = entry.words?.map((word) => word.copy()) ?? null;
  return entryReply({ id: entry.id, words });
}

/**
 * Answers a range: at once when it is short, else from a snapshot, while others are served.
 *
 * @param choose the stream and the range, looking nothing up that is counted; null: there is no such key any more
 */
export function answerRange(context: Context, key: Bytes, range: EntryRange): Answer {
  const { streams } = context.db;
  const stream = streams.find(key);
  if (stream === null) return [];
  const isShort = !context.client.mayWait || (range.count ?? stream.length) <= AT_ONCE_MAX;
  const budget = context.client.mayWait ? new ReadingBudget() : UNLIMITED;
  try {
    return collect(
      streams.range(stream, range),
      isShort ? Number.POSITIVE_INFINITY : AT_ONCE_MAX,
      budget,
    );
  } catch (error) {
    if (!(error instanceof BudgetSpentError)) throw error;
  }
  const choose = (): RangeSubject => {
    const now = streams.findForWrite(key);
    const sources = now === null ? [] : [{ id: now.id, kinds: [KIND_STREAM] }];
    return { ids: sources.map(({ id }) => id), sources, stream: now };
  };
  return answerRows(context, choose, ({ stream: now }, rows) => replies(now, range, rows));
}

interface RangeSubject extends BuildSubject {
  readonly stream: StreamHeader | null;
}

function collect(entries: Iterable<StreamEntry>, most: number, budget: ReadingBudget): Reply {
  const replies: Reply[] = [];
  for (const entry of entries) {
    if (replies.length === most) throw new BudgetSpentError("more than is answered at once");
    for (const { length } of entry.words) budget.spend(length);
    replies.push(entryReply(entry));
  }
  return replies;
}

/** The entries in a snapshot's rows. */
function* replies(
  stream: StreamHeader | null,
  range: EntryRange,
  rows: Elements,
): Generator<Reply> {
  const { from, to, reverse = false, count = Number.POSITIVE_INFINITY } = range;
  if (stream === null || compareBytes(from, to) > 0) return;
  const { firstId } = stream;
  const walk: RangeWalk = rows.walk(KIND_STREAM, stream.id, {
    from: compareBytes(from, firstId) < 0 ? firstId : from,
    to: streamIdAfter(to),
    reverse,
  });
  for (let left = count; left > 0 && walk.next(); left--) {
    yield entryReply({ id: copyBytes(walk.rest), words: decodeEntry(walk.value) });
  }
}
