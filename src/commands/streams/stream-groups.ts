/** Consumer groups of streams: XGROUP, and what becomes of entries that were delivered. */
import { type Bytes, compareBytes, equalBytes, fromText, mapKey } from "../../bytes/bytes.ts";
import { STREAM_ID_MAX, STREAM_ID_MIN, streamIdText } from "../../bytes/stream-id.ts";
import { clock } from "../../clock.ts";
import type { DB } from "../../database/db.ts";
import type {
  ConsumerGroup,
  PendingEntry,
  PendingRange,
} from "../../database/streams/consumer-group.ts";
import type { Claim } from "../../database/streams/stream-groups.ts";
import type { StreamHeader } from "../../database/streams/stream-header.ts";
import { CommandError } from "../../errors.ts";
import { NULL_ARRAY, OK, type Reply } from "../../resp/reply.ts";
import { type Arg, bytes, deferred, flag, key, named, options, some } from "../args.ts";
import { type Command, command, container, subcommand } from "../command.ts";
import { helpSubcommand } from "../help.ts";
import {
  type AutoClaimRequest,
  autoClaimRequest,
  type ClaimRequest,
  claimRequest,
  type PendingRequest,
  pendingRequest,
} from "./stream-claim-words.ts";
import { entryReply } from "./stream-replies.ts";
import { idWord, looseId, readInt64, strictId } from "./stream-words.ts";

const LAST = fromText("$");
/** Entries that XAUTOCLAIM looks at for each that it may claim. */
const ATTEMPTS_PER_CLAIM = 10;

const NO_KEY =
  "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.";

const HELP = [
  "CREATE <key> <groupname> <id|$> [option]",
  "    Create a new consumer group. Options are:",
  "    * MKSTREAM",
  "      Create the empty stream if it does not exist.",
  "    * ENTRIESREAD entries_read",
  "      Set the group's entries_read counter (internal use).",
  "CREATECONSUMER <key> <groupname> <consumer>",
  "    Create a new consumer in the specified group.",
  "DELCONSUMER <key> <groupname> <consumer>",
  "    Remove the specified consumer.",
  "DESTROY <key> <groupname>",
  "    Remove the specified group.",
  "SETID <key> <groupname> <id|$> [ENTRIESREAD entries_read]",
  "    Set the current group ID and entries_read counter.",
];

/** `ENTRIESREAD n`: -1 for not known. */
const entriesRead: Arg<bigint> = {
  min: 1,
  max: 1,
  read(words) {
    const count = readInt64(words);
    if (count < -1n) throw new CommandError("ERR value for ENTRIESREAD must be positive or -1");
    return count;
  },
  docs: [{ name: "entries_read", type: "integer" }],
};

export const streamGroupCommands: readonly Command[] = [
  container("stream", {
    name: "XGROUP",
    summary: "Makes and removes consumer groups and consumers.",
    since: "5.0.0",
    subcommands: [
      subcommand("stream", {
        name: "XGROUP|CREATE",
        summary: "Makes a group that reads from behind an id on; `$`: from behind the last entry.",
        since: "5.0.0",
        flags: ["write", "denyoom"],
        args: [
          key(),
          bytes("groupname"),
          bytes("id"),
          deferred(
            options({
              mkstream: flag("MKSTREAM"),
              entriesRead: named("ENTRIESREAD", entriesRead),
            }),
          ),
        ],
        run({ db }, key, name, id, readOptions) {
          const { mkstream, entriesRead } = readOptions();
          const found = db.streams.findForWrite(key);
          if (found === null && mkstream === null) throw new CommandError(NO_KEY);
          const stream = found ?? db.streams.create();
          const marks = { lastId: groupId(stream, id, strictId), entriesRead: entriesRead ?? -1n };
          if (db.streamGroups.create(key, stream, name, marks) !== null) return OK;
          throw new CommandError("BUSYGROUP Consumer Group name already exists");
        },
      }),
      subcommand("stream", {
        name: "XGROUP|CREATECONSUMER",
        summary: "Makes a consumer; answers whether it is new.",
        since: "6.2.0",
        flags: ["write", "denyoom"],
        args: [key(), bytes("groupname"), bytes("consumername")],
        run({ db }, key, name, consumer) {
          const group = groupOf(db, existing(db, key), key, name);
          if (group.consumer(consumer) !== null) return 0;
          group.addConsumer(consumer, clock.nowMs());
          group.save();
          return 1;
        },
      }),
      subcommand("stream", {
        name: "XGROUP|DELCONSUMER",
        summary: "Removes a consumer; answers how many entries it had not acknowledged.",
        since: "5.0.0",
        flags: ["write"],
        args: [key(), bytes("groupname"), bytes("consumername")],
        run({ db }, key, name, consumerName) {
          const group = groupOf(db, existing(db, key), key, name);
          const consumer = group.consumer(consumerName);
          if (consumer === null) return 0;
          const { pending } = consumer.row;
          group.removeConsumer(consumer);
          group.save();
          return pending;
        },
      }),
      subcommand("stream", {
        name: "XGROUP|DESTROY",
        summary: "Removes a group with all that belongs to it; answers whether there was one.",
        since: "5.0.0",
        flags: ["write"],
        args: [key(), bytes("groupname")],
        run: ({ db }, key, name) => (db.streamGroups.destroy(key, existing(db, key), name) ? 1 : 0),
      }),
      helpSubcommand("stream", "XGROUP", "5.0.0", HELP),
      subcommand("stream", {
        name: "XGROUP|SETID",
        summary: "Has a group read from behind another id on.",
        since: "5.0.0",
        flags: ["write"],
        args: [
          key(),
          bytes("groupname"),
          bytes("id"),
          deferred(options({ entriesRead: named("ENTRIESREAD", entriesRead) })),
        ],
        run({ db }, key, name, id, readOptions) {
          const { entriesRead } = readOptions();
          const stream = existing(db, key);
          const group = groupOf(db, stream, key, name);
          group.row.lastId = groupId(stream, id, looseId);
          group.row.entriesRead = entriesRead ?? -1n;
          group.save();
          return OK;
        },
      }),
    ],
  }),
  command("stream", {
    name: "XACK",
    summary: "Acknowledges entries: they wait no longer; answers how many did.",
    since: "5.0.0",
    flags: ["write", "fast"],
    args: [key(), bytes("group"), deferred(some(idWord("id")))],
    run({ db }, key, name, ids) {
      const stream = db.streams.findForWrite(key);
      const group = stream && db.streamGroups.find(stream, name);
      if (group === null) return 0;
      const acknowledged = ids().filter((id) => group.release(id)).length;
      if (acknowledged > 0) group.save();
      return acknowledged;
    },
  }),
  command("stream", {
    name: "XPENDING",
    summary: "Answers which entries wait to be acknowledged, and with whom.",
    since: "5.0.0",
    flags: ["readonly"],
    args: [key(), bytes("group"), pendingRequest],
    run({ db }, key, name, request) {
      const stream = db.streams.find(key);
      const group = namedGroup(db, stream, key, name);
      return request === null ? pendingSummary(group) : pendingReply(group, request);
    },
  }),
  command("stream", {
    name: "XCLAIM",
    summary: "Gives entries that wait to be acknowledged to another consumer.",
    since: "5.0.0",
    flags: ["write", "fast"],
    args: [key(), bytes("group"), bytes("consumer"), deferred(claimRequest)],
    run({ db }, key, name, consumer, readRequest) {
      const stream = db.streams.findForWrite(key);
      const group = namedGroup(db, stream, key, name);
      return claim(db, stream!, group, consumer, readRequest());
    },
  }),
  command("stream", {
    name: "XAUTOCLAIM",
    summary: "Gives entries that have waited for long to another consumer, a few at a time.",
    since: "6.2.0",
    flags: ["write", "fast"],
    args: [key(), bytes("group"), bytes("consumer"), autoClaimRequest],
    run({ db }, key, name, consumer, request) {
      const stream = db.streams.findForWrite(key);
      const group = namedGroup(db, stream, key, name);
      return autoClaim(db, stream!, group, consumer, request);
    },
  }),
];

function existing(db: DB, key: Bytes): StreamHeader {
  const stream = db.streams.findForWrite(key);
  if (stream === null) throw new CommandError(NO_KEY);
  return stream;
}

function groupOf(db: DB, stream: StreamHeader, key: Bytes, name: Bytes): ConsumerGroup {
  const group = db.streamGroups.find(stream, name);
  if (group !== null) return group;
  throw new CommandError(
    `NOGROUP No such consumer group '${mapKey(name)}' for key name '${mapKey(key)}'`,
  );
}

/** As `groupOf`, in the words of commands for which key and group are one. */
function namedGroup(db: DB, stream: StreamHeader | null, key: Bytes, name: Bytes): ConsumerGroup {
  const group = stream && db.streamGroups.find(stream, name);
  if (group !== null) return group;
  throw new CommandError(
    `NOGROUP No such key '${mapKey(key)}' or consumer group '${mapKey(name)}'`,
  );
}

/** Where a group is to begin: an id, or `$`. */
function groupId(stream: StreamHeader, id: Bytes, parse: (text: Bytes) => Bytes): Bytes {
  return equalBytes(id, LAST) ? stream.lastId : parse(id);
}

function pendingSummary(group: ConsumerGroup): Reply {
  if (group.row.pending === 0) return [0, null, null, NULL_ARRAY];
  const consumers: Reply[] = [];
  for (const { name, row } of group.consumers()) {
    if (row.pending > 0) consumers.push([name, `${row.pending}`]);
  }
  return [
    group.row.pending,
    streamIdText(edge(group, false)),
    streamIdText(edge(group, true)),
    consumers,
  ];
}

function edge(group: ConsumerGroup, reverse: boolean): Bytes {
  const whole: PendingRange = { from: STREAM_ID_MIN, to: STREAM_ID_MAX };
  for (const { id } of group.pending(whole, reverse)) return id;
  return STREAM_ID_MIN;
}

function pendingReply(group: ConsumerGroup, request: PendingRequest): Reply {
  const { from, to, count, minIdleMs } = request;
  const consumer = request.consumer && group.consumer(request.consumer);
  if (request.consumer !== null && consumer === null) return [];
  const nowMs = clock.nowMs();
  const found: Reply[] = [];
  if (count === 0) return found;
  for (const { id, delivery } of group.pending(consumer ? { from, to, consumer } : { from, to })) {
    const idleMs = Math.max(0, nowMs - delivery.deliveredAtMs);
    if (idleMs < minIdleMs) continue;
    found.push([streamIdText(id), delivery.name, idleMs, delivery.deliveries]);
    if (found.length === count) break;
  }
  return found;
}

function claim(
  db: DB,
  stream: StreamHeader,
  group: ConsumerGroup,
  consumerName: Bytes,
  { ids, lastId, ...how }: ClaimRequest,
): Reply {
  if (compareBytes(lastId, group.row.lastId) > 0) group.row.lastId = lastId;
  const consumer = () => group.hearOf(consumerName, how.nowMs);
  const replies: Reply[] = [];
  for (const id of ids) {
    const outcome = db.streamGroups.claim(stream, group, id, consumer, how);
    if (outcome === "claimed") replies.push(claimedReply(db, stream, id, how.justIds));
  }
  group.save();
  return replies;
}

function claimedReply(db: DB, stream: StreamHeader, id: Bytes, justIds: boolean): Reply {
  return justIds ? streamIdText(id) : entryReply(db.streams.get(stream, id)!);
}

function autoClaim(
  db: DB,
  stream: StreamHeader,
  group: ConsumerGroup,
  consumerName: Bytes,
  { minIdleMs, from, count, justIds }: AutoClaimRequest,
): Reply {
  const nowMs = clock.nowMs();
  const how: Claim = {
    ...{ minIdleMs, nowMs, deliveredAtMs: nowMs, deliveries: null, justIds, force: false },
  };
  const consumer = () => group.hearOf(consumerName, nowMs);
  const claimed: Reply[] = [];
  const deleted: Reply[] = [];
  const looked = firstPending(group, from, count * ATTEMPTS_PER_CLAIM + 1);
  let at = 0;
  for (; at < looked.length && at < count * ATTEMPTS_PER_CLAIM; at++) {
    if (claimed.length + deleted.length === count) break;
    const { id } = looked[at]!;
    const outcome = db.streamGroups.claim(stream, group, id, consumer, how);
    if (outcome === "deleted") deleted.push(streamIdText(id));
    else if (outcome === "claimed") claimed.push(claimedReply(db, stream, id, justIds));
  }
  group.save();
  return [streamIdText(looked[at]?.id ?? STREAM_ID_MIN), claimed, deleted];
}

function firstPending(group: ConsumerGroup, from: Bytes, count: number): PendingEntry[] {
  const found: PendingEntry[] = [];
  for (const entry of group.pending({ from, to: STREAM_ID_MAX })) {
    found.push(entry);
    if (found.length === count) break;
  }
  return found;
}
