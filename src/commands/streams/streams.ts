/** The stream family; reading several streams, groups and XINFO have files of their own. */
import { type Bytes, compareBytes } from "../../bytes/bytes.ts";
import { STREAM_ID_MIN, streamIdText } from "../../bytes/stream-id.ts";
import { clock } from "../../clock.ts";
import type { StreamMarks } from "../../database/streams/streams.ts";
import { CommandError, errors } from "../../errors.ts";
import { NULL_ARRAY, OK, type Reply } from "../../resp/reply.ts";
import { type Arg, deferred, key, some } from "../args.ts";
import { type Command, command } from "../command.ts";
import type { Answer, Context } from "../context.ts";
import type { Words } from "../words.ts";
import { answerRange } from "./stream-replies.ts";
import {
  addRequest,
  bounds,
  countOption,
  idWord,
  readInt64,
  strictId,
  trimRequest,
} from "./stream-words.ts";

export const streamCommands: readonly Command[] = [
  command("stream", {
    name: "XADD",
    summary: "Adds an entry and answers its id; trims the stream if asked to.",
    since: "5.0.0",
    flags: ["write", "denyoom", "fast"],
    args: [key(), addRequest],
    run({ db, server }, key, { asked, words, create, trim }) {
      const how = {
        create,
        trim: trim?.(server.config.get("stream-node-max-entries")) ?? null,
        nowMs: clock.nowMs(),
      };
      const id = db.streams.add(key, asked, words, how);
      return id && streamIdText(id);
    },
  }),
  command("stream", {
    name: "XDEL",
    summary: "Removes entries by their ids; answers how many there were.",
    since: "5.0.0",
    flags: ["write", "fast"],
    args: [key(), deferred(some(idWord("id")))],
    run: ({ db }, key, ids) => (db.streams.findForWrite(key) ? db.streams.remove(key, ids()) : 0),
  }),
  command("stream", {
    name: "XLEN",
    summary: "Answers how many entries a stream has.",
    since: "5.0.0",
    flags: ["readonly", "fast"],
    args: [key()],
    run: ({ db }, key) => db.streams.length(key),
  }),
  command("stream", {
    name: "XRANGE",
    summary: "Answers the entries between two ids, both included.",
    since: "5.0.0",
    flags: ["readonly"],
    args: [key(), bounds("start", "end"), countOption],
    run: (context, key, ends, count) => range(context, key, { ...ends, reverse: false }, count),
  }),
  command("stream", {
    name: "XREVRANGE",
    summary: "As XRANGE, from the last entry to the first.",
    since: "5.0.0",
    flags: ["readonly"],
    args: [key(), bounds("end", "start"), countOption],
    run: (context, key, ends, count) => range(context, key, { ...ends, reverse: true }, count),
  }),
  command("stream", {
    name: "XSETID",
    summary: "Sets the last id of a stream, and what it says of entries that are gone.",
    since: "5.0.0",
    flags: ["write", "denyoom", "fast"],
    args: [key(), marks()],
    run({ db }, key, marks) {
      db.streams.setMarks(key, marks);
      return OK;
    },
  }),
  command("stream", {
    name: "XTRIM",
    summary: "Removes the oldest entries; answers how many.",
    since: "5.0.0",
    flags: ["write"],
    args: [key(), trimRequest],
    run: ({ db, server }, key, trim) =>
      db.streams.trim(key, trim(server.config.get("stream-node-max-entries"))),
  }),
];

function range(
  context: Context,
  key: Bytes,
  ends: { readonly from: Bytes; readonly to: Bytes; readonly reverse: boolean },
  count: number | null,
): Answer {
  if (count === null) return answerRange(context, key, ends);
  if (count > 0) return answerRange(context, key, { ...ends, count });
  const none: Reply = NULL_ARRAY;
  return context.db.streams.find(key) === null ? [] : none;
}

/** XSETID's words behind the key. */
function marks(): Arg<StreamMarks> {
  return {
    min: 1,
    max: Number.POSITIVE_INFINITY,
    read: readMarks,
    docs: [
      { name: "last-id", type: "string" },
      { name: "entries_added", type: "integer", token: "ENTRIESADDED", optional: true },
      { name: "max_deleted_entry_id", type: "string", token: "MAXDELETEDID", optional: true },
    ],
  };
}

function readMarks(words: Words): StreamMarks {
  const lastId = strictId(words.next());
  let entriesAdded: bigint | null = null;
  let maxDeletedId = STREAM_ID_MIN;
  while (words.left > 0) {
    if (words.left > 1 && words.take("ENTRIESADDED")) {
      entriesAdded = readInt64(words);
      if (entriesAdded < 0n) throw new CommandError("ERR entries_added must be positive");
    } else if (words.left > 1 && words.take("MAXDELETEDID")) {
      maxDeletedId = strictId(words.next());
      if (compareBytes(lastId, maxDeletedId) < 0) {
        throw new CommandError(
          "ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id",
        );
      }
    } else {
      throw new CommandError(errors.syntax);
    }
  }
  return { lastId, entriesAdded, maxDeletedId };
}
