/** XINFO: what there is to know of a stream, its groups and their consumers. */
import type { Bytes } from "../../bytes/bytes.ts";
import { mapKey } from "../../bytes/bytes.ts";
import { STREAM_ID_MAX, STREAM_ID_MIN, streamIdText } from "../../bytes/stream-id.ts";
import { clock } from "../../clock.ts";
import type { DB } from "../../database/db.ts";
import type { ConsumerGroup, NamedConsumer } from "../../database/streams/consumer-group.ts";
import type { StreamHeader } from "../../database/streams/stream-header.ts";
import { CommandError, errors, wrongSubcommand } from "../../errors.ts";
import { Pairs, type Reply } from "../../resp/reply.ts";
import { type Arg, bytes, deferred, key } from "../args.ts";
import { type Command, container, subcommand } from "../command.ts";
import { helpSubcommand } from "../help.ts";
import { entryReply } from "./stream-replies.ts";
import { readInteger } from "./stream-words.ts";

/** Entries, and pending ones, that FULL shows without COUNT. */
const FULL_COUNT = 10;

const HELP = [
  "CONSUMERS <key> <groupname>",
  "    Show consumers of <groupname>.",
  "GROUPS <key>",
  "    Show the stream consumer groups.",
  "STREAM <key> [FULL [COUNT <count>]",
  "    Show information about the stream.",
];

/** `FULL [COUNT n]`: how many entries to show, Infinity for all; null: not FULL. */
const fullOption: Arg<number | null> = {
  min: 0,
  max: Number.POSITIVE_INFINITY,
  read(words) {
    if (words.left === 0) return null;
    const isFull = words.left !== 2 && words.left <= 3 && words.take("FULL");
    if (!isFull) throw new CommandError(wrongSubcommand("XINFO", "STREAM"));
    if (words.left === 0) return FULL_COUNT;
    if (!words.take("COUNT")) throw new CommandError(wrongSubcommand("XINFO", "STREAM"));
    const count = readInteger(words);
    if (count < 0) return FULL_COUNT;
    return count === 0 ? Number.POSITIVE_INFINITY : count;
  },
  docs: [
    {
      name: "full",
      type: "block",
      optional: true,
      arguments: [
        { name: "full", type: "pure-token", token: "FULL" },
        { name: "count", type: "integer", token: "COUNT", optional: true },
      ],
    },
  ],
};

export const streamInfoCommand: Command = container("stream", {
  name: "XINFO",
  summary: "Tells about streams and their consumer groups.",
  since: "5.0.0",
  subcommands: [
    subcommand("stream", {
      name: "XINFO|CONSUMERS",
      summary: "Tells about the consumers of a group.",
      since: "5.0.0",
      flags: ["readonly"],
      args: [key(), bytes("groupname")],
      run({ db }, key, name) {
        const stream = existing(db, key);
        const group = db.streamGroups.find(stream, name);
        if (group === null) {
          const names = `'${mapKey(name)}' for key name '${mapKey(key)}'`;
          throw new CommandError(`NOGROUP No such consumer group ${names}`);
        }
        const nowMs = clock.nowMs();
        return [...group.consumers()].map((consumer) => consumerReply(consumer, nowMs));
      },
    }),
    subcommand("stream", {
      name: "XINFO|GROUPS",
      summary: "Tells about the groups of a stream.",
      since: "5.0.0",
      flags: ["readonly"],
      args: [key()],
      run({ db }, key) {
        const stream = existing(db, key);
        return [...db.streamGroups.all(stream)].map((group) => groupReply(db, stream, group));
      },
    }),
    helpSubcommand("stream", "XINFO", "5.0.0", HELP),
    subcommand("stream", {
      name: "XINFO|STREAM",
      summary: "Tells about a stream; FULL: with its entries, groups and consumers.",
      since: "5.0.0",
      flags: ["readonly"],
      args: [key(), deferred(fullOption)],
      run({ db, server }, key, readCount) {
        const stream = existing(db, key);
        const count = readCount();
        const nodes = nodesOf(stream, server.config.get("stream-node-max-entries"));
        const head = headItems(db, stream, nodes);
        return count === null
          ? new Pairs([...head, ...edgeItems(db, stream)])
          : new Pairs([...head, ...fullItems(db, stream, count)]);
      },
    }),
  ],
});

function existing(db: DB, key: Bytes): StreamHeader {
  const stream = db.streams.find(key);
  if (stream === null) throw new CommandError(errors.noSuchKey);
  return stream;
}

/** How many nodes Redis would have for these entries, at least. */
function nodesOf({ length }: StreamHeader, nodeEntries: number): number {
  return nodeEntries === 0 ? Math.min(length, 1) : Math.ceil(length / nodeEntries);
}

function headItems(db: DB, stream: StreamHeader, nodes: number): Reply[] {
  const first = db.streams.first(stream)?.id ?? STREAM_ID_MIN;
  return [
    ...["length", stream.length],
    ...["radix-tree-keys", nodes],
    ...["radix-tree-nodes", nodes + 1],
    ...["last-generated-id", streamIdText(stream.lastId)],
    ...["max-deleted-entry-id", streamIdText(stream.maxDeletedId)],
    ...["entries-added", BigInt.asIntN(64, stream.entriesAdded)],
    ...["recorded-first-entry-id", streamIdText(first)],
  ];
}

function edgeItems(db: DB, stream: StreamHeader): Reply[] {
  const [first, last] = [db.streams.first(stream), db.streams.last(stream)];
  return [
    ...["groups", stream.groups],
    ...["first-entry", first && entryReply(first)],
    ...["last-entry", last && entryReply(last)],
  ];
}

function fullItems(db: DB, stream: StreamHeader, count: number): Reply[] {
  const range = { from: STREAM_ID_MIN, to: STREAM_ID_MAX, count };
  const entries = [...db.streams.range(stream, range)].map(entryReply);
  const groups = [...db.streamGroups.all(stream)].map((group) =>
    fullGroup(db, stream, group, count),
  );
  return ["entries", entries, "groups", groups];
}

function groupReply(db: DB, stream: StreamHeader, group: ConsumerGroup): Reply {
  return new Pairs([
    ...["name", group.name],
    ...["consumers", group.row.consumers],
    ...["pending", group.row.pending],
    ...["last-delivered-id", streamIdText(group.row.lastId)],
    ...progressItems(db, stream, group),
  ]);
}

function progressItems(db: DB, stream: StreamHeader, group: ConsumerGroup): Reply[] {
  const { entriesRead } = group.row;
  const lag = db.streamGroups.lag(stream, group);
  return [
    ...["entries-read", entriesRead === -1n ? null : entriesRead],
    ...["lag", lag === null ? null : BigInt.asIntN(64, lag)],
  ];
}

function fullGroup(db: DB, stream: StreamHeader, group: ConsumerGroup, count: number): Reply {
  const pending: Reply[] = [];
  for (const { id, delivery } of group.pending()) {
    if (pending.length === count) break;
    const { name, deliveredAtMs, deliveries } = delivery;
    pending.push([streamIdText(id), name, deliveredAtMs, deliveries]);
  }
  return new Pairs([
    ...["name", group.name],
    ...["last-delivered-id", streamIdText(group.row.lastId)],
    ...progressItems(db, stream, group),
    ...["pel-count", group.row.pending],
    ...["pending", pending],
    ...[
      "consumers",
      [...group.consumers()].map((consumer) => fullConsumer(group, consumer, count)),
    ],
  ]);
}

function fullConsumer(group: ConsumerGroup, consumer: NamedConsumer, count: number): Reply {
  const pending: Reply[] = [];
  const range = { from: STREAM_ID_MIN, to: STREAM_ID_MAX, consumer };
  for (const { id, delivery } of group.pending(range)) {
    if (pending.length === count) break;
    pending.push([streamIdText(id), delivery.deliveredAtMs, delivery.deliveries]);
  }
  return new Pairs([
    ...["name", consumer.name],
    ...["seen-time", consumer.row.seenAtMs],
    ...["pel-count", consumer.row.pending],
    ...["pending", pending],
  ]);
}

function consumerReply({ name, row }: NamedConsumer, nowMs: number): Reply {
  return new Pairs([
    ...["name", name],
    ...["pending", row.pending],
    ...["idle", Math.max(0, nowMs - row.seenAtMs)],
  ]);
}
