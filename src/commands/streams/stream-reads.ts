/** XREAD and XREADGROUP: what came behind an id in several streams, now or as soon as it comes. */
import {
  type Bytes,
  compareBytes,
  copyBytes,
  equalBytes,
  fromText,
  mapKey,
} from "../../bytes/bytes.ts";
import { parseInt64 } from "../../bytes/integer.ts";
import { STREAM_ID_MAX, STREAM_ID_MIN, streamIdAfter } from "../../bytes/stream-id.ts";
import { clock } from "../../clock.ts";
import type { Wish } from "../../database/key-table/waiters.ts";
import type { ConsumerGroup } from "../../database/streams/consumer-group.ts";
import type { StreamHeader } from "../../database/streams/stream-header.ts";
import { CommandError, errors } from "../../errors.ts";
import { TYPE_STREAM } from "../../keyspace/rows/key-row.ts";
import { NULL_ARRAY, Pairs, type Reply } from "../../resp/reply.ts";
import type { Arg, ArgumentDoc } from "../args.ts";
import { waitForKeys } from "../blocking.ts";
import { type Command, command } from "../command.ts";
import type { Answer, Context } from "../context.ts";
import type { Words } from "../words.ts";
import { keptEntryReply } from "./stream-replies.ts";
import { readInteger, strictId } from "./stream-words.ts";

/** Of a group: what no consumer has got. */
const NEW = fromText(">");
/** What comes from now on. */
const LAST = fromText("$");

interface ReadRequest {
  /** Most entries of each stream; Infinity: all. */
  readonly count: number;
  /** ms, 0: for ever; null: not at all. */
  readonly timeoutMs: number | null;
  readonly noAck: boolean;
  readonly group: { readonly name: Bytes; readonly consumer: Bytes } | null;
  readonly keys: readonly Bytes[];
  /** As they were given. */
  readonly ids: readonly Bytes[];
}

/** One stream of a request. */
interface ReadPlace {
  readonly key: Bytes;
  /** Entries behind it are wanted; null: those that the group has not got. */
  readonly after: Bytes | null;
}

type GroupRead = ReadRequest & {
  readonly group: { readonly name: Bytes; readonly consumer: Bytes };
};

const docs: readonly ArgumentDoc[] = [
  { name: "count", type: "integer", token: "COUNT", optional: true },
  { name: "milliseconds", type: "integer", token: "BLOCK", optional: true },
];

const groupDocs: readonly ArgumentDoc[] = [
  {
    name: "group_consumer",
    type: "block",
    token: "GROUP",
    arguments: [
      { name: "group", type: "string" },
      { name: "consumer", type: "string" },
    ],
  },
  ...docs,
  { name: "noack", type: "pure-token", token: "NOACK", optional: true },
];

const streamDocs: ArgumentDoc = {
  name: "streams",
  type: "block",
  token: "STREAMS",
  arguments: [
    { name: "key", type: "key", multiple: true },
    { name: "id", type: "string", multiple: true },
  ],
};

export const streamReadCommands: readonly Command[] = [
  command("stream", {
    name: "XREAD",
    summary:
      "Answers the entries behind an id of each of several streams; waits for some if asked to.",
    since: "5.0.0",
    flags: ["readonly", "blocking"],
    args: [readWords("XREAD", 3, [...docs, streamDocs])],
    run: read,
  }),
  command("stream", {
    name: "XREADGROUP",
    summary:
      "Delivers entries to a consumer of a group: new ones, or once more those that it has not acknowledged.",
    since: "5.0.0",
    flags: ["write", "blocking"],
    args: [readWords("XREADGROUP", 6, [...groupDocs, streamDocs])],
    run: (context, request) => readGroup(context, request as GroupRead),
  }),
];

function readWords(name: string, min: number, wordDocs: readonly ArgumentDoc[]): Arg<ReadRequest> {
  return {
    min,
    max: Number.POSITIVE_INFINITY,
    read: (words) => readRequest(words, name),
    docs: wordDocs,
  };
}

function readRequest(words: Words, name: string): ReadRequest {
  const isGroup = name === "XREADGROUP";
  let count = Number.POSITIVE_INFINITY;
  let timeoutMs: number | null = null;
  let noAck = false;
  let group: ReadRequest["group"] = null;
  for (;;) {
    if (words.left > 1 && words.take("BLOCK")) {
      timeoutMs = blockTime(words.next());
    } else if (words.left > 1 && words.take("COUNT")) {
      const most = readInteger(words);
      count = most > 0 ? most : Number.POSITIVE_INFINITY;
    } else if (words.left > 1 && words.take("STREAMS")) {
      break;
    } else if (words.left > 2 && words.take("GROUP")) {
      if (!isGroup) throw onlyInGroups("GROUP");
      group = { name: words.next(), consumer: words.next() };
    } else if (words.take("NOACK")) {
      if (!isGroup) throw onlyInGroups("NOACK");
      noAck = true;
    } else {
      throw new CommandError(errors.syntax);
    }
  }
  if (words.left % 2 !== 0) {
    throw new CommandError(
      `ERR Unbalanced ${name} list of streams: for each stream key an ID or '$' must be specified.`,
    );
  }
  if (isGroup && group === null) throw new CommandError("ERR Missing GROUP option for XREADGROUP");
  const streams = words.left / 2;
  const keys = Array.from({ length: streams }, () => words.next());
  const ids = Array.from({ length: streams }, () => words.next());
  return { count, timeoutMs, noAck, group, keys, ids };
}

function onlyInGroups(option: string): CommandError {
  return new CommandError(
    `ERR The ${option} option is only supported by XREADGROUP. You called XREAD instead.`,
  );
}

function blockTime(text: Bytes): number {
  const ms = parseInt64(text);
  if (ms === null) throw new CommandError("ERR timeout is not an integer or out of range");
  if (ms < 0n) throw new CommandError(errors.negativeTimeout);
  return Number(ms);
}

function read(context: Context, request: ReadRequest): Answer {
  const { streams } = context.db;
  const places = request.keys.map((key, i): ReadPlace => {
    const stream = streams.find(key);
    const id = request.ids[i]!;
    if (equalBytes(id, LAST)) return { key, after: stream?.lastId ?? STREAM_ID_MIN };
    if (equalBytes(id, NEW)) {
      throw new CommandError(
        "ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.",
      );
    }
    return { key, after: strictId(id) };
  });
  const { count } = request;
  const take = ({ key, after }: ReadPlace): Reply | undefined => {
    const stream = streams.findForWrite(key);
    const from = streamIdAfter(after!);
    if (stream === null || from === null) return undefined;
    const entries = [...streams.range(stream, { from, to: STREAM_ID_MAX, count })];
    return entries.length === 0 ? undefined : entries.map(keptEntryReply);
  };
  return readOrWait(context, request, places, { take });
}

function readGroup(context: Context, request: GroupRead): Answer {
  const { streams } = context.db;
  const places = request.keys.map((key, i): ReadPlace => {
    const stream = streams.findForWrite(key);
    if (stream === null || context.db.streamGroups.find(stream, request.group.name) === null) {
      const names = `key '${mapKey(key)}' or consumer group '${mapKey(request.group.name)}'`;
      throw new CommandError(`NOGROUP No such ${names} in XREADGROUP with GROUP option`);
    }
    const id = request.ids[i]!;
    if (equalBytes(id, NEW)) return { key, after: null };
    if (equalBytes(id, LAST)) {
      throw new CommandError(
        "ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would just return an empty result set.",
      );
    }
    return { key, after: strictId(id) };
  });
  // What waits outlives the request.
  const name = copyBytes(request.group.name);
  const consumer = copyBytes(request.group.consumer);
  const take = (place: ReadPlace) => deliver(context, request, place, { name, consumer });
  return readOrWait(context, request, places, { take, lost: lostStream });
}

/** Entries for a consumer; undefined: there is nothing new. @throws {CommandError} the group is gone */
function deliver(
  { db }: Context,
  { count, noAck }: ReadRequest,
  { key, after }: ReadPlace,
  { name, consumer }: { readonly name: Bytes; readonly consumer: Bytes },
): Reply | undefined {
  const stream = db.streams.findForWrite(key)!;
  const group = db.streamGroups.find(stream, name);
  if (group === null) {
    throw new CommandError(
      "NOGROUP the consumer group this client was blocked on no longer exists",
    );
  }
  if (after === null && !hasNews(db.streams.last(stream)?.id, group)) return undefined;
  return deliverNow(db, stream, group, { consumer, after, count, keep: !noAck });
}

function hasNews(lastId: Bytes | undefined, { row }: ConsumerGroup): boolean {
  return lastId !== undefined && compareBytes(lastId, row.lastId) > 0;
}

function deliverNow(
  { streamGroups }: Context["db"],
  stream: StreamHeader,
  group: ConsumerGroup,
  what: { consumer: Bytes; after: Bytes | null; count: number; keep: boolean },
): Reply {
  const nowMs = clock.nowMs();
  const consumer = group.hearOf(what.consumer, nowMs);
  const { after, count, keep } = what;
  const entries =
    after === null
      ? streamGroups.deliver(stream, group, consumer, { keep, count, nowMs })
      : streamGroups.history(stream, group, consumer, { after, count, nowMs });
  return entries.map(keptEntryReply);
}

function lostStream(): CommandError {
  return new CommandError("UNBLOCKED the stream key no longer exists");
}

/** Answers what is there, or waits for it. */
function readOrWait(
  context: Context,
  { timeoutMs }: ReadRequest,
  places: readonly ReadPlace[],
  from: { take(place: ReadPlace): Reply | undefined } & Pick<Wish<Reply>, "lost">,
): Answer {
  const found: Reply[] = [];
  for (const place of places) {
    if (context.db.streams.findForWrite(place.key) === null) continue;
    const entries = from.take(place);
    if (entries !== undefined) found.push(place.key, entries);
  }
  if (found.length > 0) return byKey(context, found);
  if (timeoutMs === null) return NULL_ARRAY;
  const byName = new Map(places.map((place) => [mapKey(place.key), keep(place)]));
  const wish: Wish<Reply> = {
    keys: [...byName.values()].map(({ key }) => key),
    type: TYPE_STREAM,
    take(key) {
      const entries = from.take(byName.get(mapKey(key))!);
      return entries === undefined ? undefined : byKey(context, [copyBytes(key), entries]);
    },
    ...(from.lost === undefined ? {} : { lost: from.lost }),
  };
  return waitForKeys(context, wish, timeoutMs);
}

/** A place that outlives the request. */
function keep({ key, after }: ReadPlace): ReadPlace {
  return { key: copyBytes(key), after };
}

/** Key, entries, key, entries ...: a map in RESP3, pairs in RESP2. */
function byKey({ client }: Context, items: readonly Reply[]): Reply {
  if (client.protocol === 3) return new Pairs(items);
  const pairs: Reply[] = [];
  for (let i = 0; i < items.length; i += 2) pairs.push([items[i]!, items[i + 1]!]);
  return pairs;
}
