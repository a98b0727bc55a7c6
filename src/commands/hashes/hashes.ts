/** The hash family, and LedisDB's own commands for hashes. */
import type { Bytes } from "../../bytes/bytes.ts";
import { INT64_MAX, INT64_MIN, parseInt64 } from "../../bytes/integer.ts";
import type { FieldChoice } from "../../database/collections/choose-from.ts";
import type { ReadingBudget } from "../../database/collections/reading-budget.ts";
import type { FieldPage, Hashes } from "../../database/hashes/hashes.ts";
import { CommandError, errors } from "../../errors.ts";
import { TYPE_HASH } from "../../keyspace/rows/key-row.ts";
import { OK, Pairs, type Reply } from "../../resp/reply.ts";
import {
  type Arg,
  bytes,
  deferred,
  exactInt,
  flag,
  key,
  optional,
  options,
  pairs,
  some,
  tuple,
} from "../args.ts";
import { type Command, command } from "../command.ts";
import type { Answer, Context } from "../context.ts";
import { ledisKeyCommands } from "../keys/ledis-keys.ts";
import { cursor, scanCursor, scanOptions, scanPosition, scanRows } from "../keys/scan-words.ts";
import { answerListing, type ListingForm } from "../pieces.ts";

/** Fields that HRANDFIELD answers at once with repeats; Redis tries whatever it is asked for. */
const REPEATS_MAX = 1 << 20;

/** How many fields HRANDFIELD is to choose, as a number that only has to be right below 2^53. */
const randomCount: Arg<bigint> = {
  ...bytes("count", "integer"),
  read(words) {
    const value = parseInt64(words.next());
    if (value === null) throw new CommandError(errors.notInteger);
    if (value === INT64_MIN) throw new CommandError(errors.notSymmetricInt64);
    return value;
  },
};

/** The word WITHVALUES, or none; anything else, and more than it, is a syntax error. */
const withValues: Arg<boolean> = {
  min: 0,
  max: Number.POSITIVE_INFINITY,
  read(words) {
    if (words.left === 0) return false;
    if (words.left > 1 || !words.take("WITHVALUES")) throw new CommandError(errors.syntax);
    return true;
  },
  docs: [{ name: "withvalues", type: "pure-token", token: "WITHVALUES", optional: true }],
};

export const hashCommands: readonly Command[] = [
  command("hash", {
    name: "HSET",
    summary: "Stores fields of a hash; answers how many are new.",
    since: "2.0.0",
    flags: ["write", "denyoom", "fast"],
    args: [key(), pairs(bytes("field"), bytes("value"))],
    run: ({ db }, key, pairs) => db.hashes.set(key, pairs),
  }),
  command("hash", {
    name: "HSETNX",
    summary: "Stores a field of a hash unless it is there.",
    since: "2.0.0",
    flags: ["write", "denyoom", "fast"],
    args: [key(), bytes("field"), bytes("value")],
    run: ({ db }, key, field, value) => (db.hashes.setIfFree(key, field, value) ? 1 : 0),
  }),
  command("hash", {
    name: "HMSET",
    summary: "Stores fields of a hash.",
    since: "2.0.0",
    flags: ["write", "denyoom", "fast"],
    args: [key(), pairs(bytes("field"), bytes("value"))],
    run({ db }, key, pairs) {
      db.hashes.set(key, pairs);
      return OK;
    },
  }),
  command("hash", {
    name: "HGET",
    summary: "Answers the value of a field.",
    since: "2.0.0",
    flags: ["readonly", "fast"],
    args: [key(), bytes("field")],
    run: ({ db }, key, field) => db.hashes.get(key, field),
  }),
  command("hash", {
    name: "HMGET",
    summary: "Answers the values of several fields; null for those that are not there.",
    since: "2.0.0",
    flags: ["readonly", "fast"],
    args: [key(), some(bytes("field"))],
    run: ({ db }, key, fields) => db.hashes.getEach(key, fields),
  }),
  command("hash", {
    name: "HGETALL",
    summary: "Answers all fields with their values.",
    since: "2.0.0",
    flags: ["readonly"],
    args: [key()],
    run: (context, key) => answerHash(context, key, PAIRS),
  }),
  command("hash", {
    name: "HKEYS",
    summary: "Answers all fields.",
    since: "2.0.0",
    flags: ["readonly"],
    args: [key()],
    run: (context, key) => answerHash(context, key, FIELDS),
  }),
  command("hash", {
    name: "HVALS",
    summary: "Answers the values of all fields.",
    since: "2.0.0",
    flags: ["readonly"],
    args: [key()],
    run: (context, key) => answerHash(context, key, VALUES),
  }),
  command("hash", {
    name: "HLEN",
    summary: "Answers how many fields a hash has.",
    since: "2.0.0",
    flags: ["readonly", "fast"],
    args: [key()],
    run: ({ db }, key) => db.hashes.size(key),
  }),
  command("hash", {
    name: "HSTRLEN",
    summary: "Answers the length of a field's value in bytes.",
    since: "3.2.0",
    flags: ["readonly", "fast"],
    args: [key(), bytes("field")],
    run: ({ db }, key, field) => db.hashes.valueLength(key, field),
  }),
  command("hash", {
    name: "HEXISTS",
    summary: "Answers whether a hash has a field.",
    since: "2.0.0",
    flags: ["readonly", "fast"],
    args: [key(), bytes("field")],
    run: ({ db }, key, field) => (db.hashes.has(key, field) ? 1 : 0),
  }),
  command("hash", {
    name: "HDEL",
    summary: "Removes fields of a hash; answers how many there were.",
    since: "2.0.0",
    flags: ["write", "fast"],
    args: [key(), some(bytes("field"))],
    run: ({ db }, key, fields) => db.hashes.delete(key, fields),
  }),
  command("hash", {
    name: "HINCRBY",
    summary: "Adds to the integer that a field's value spells.",
    since: "2.0.0",
    flags: ["write", "denyoom", "fast"],
    args: [key(), bytes("field"), exactInt("increment")],
    run: ({ db }, key, field, increment) => db.hashes.incrementBy(key, field, increment),
  }),
  command("hash", {
    name: "HINCRBYFLOAT",
    summary: "Adds to the decimal number that a field's value spells.",
    since: "2.6.0",
    flags: ["write", "denyoom", "fast"],
    args: [key(), bytes("field"), bytes("increment", "double")],
    run: ({ db }, key, field, increment) => db.hashes.incrementByFloat(key, field, increment),
  }),
  command("hash", {
    name: "HRANDFIELD",
    summary: "Answers fields chosen by chance: different ones, or with a negative count any.",
    since: "6.2.0",
    flags: ["readonly"],
    args: [key(), optional(tuple(randomCount, withValues))],
    run: (context, key, how) =>
      how === null ? context.db.hashes.random(key) : randomFields(context, key, ...how),
  }),
  command("hash", {
    name: "HSCAN",
    summary: "Answers some of a hash's fields, and the cursor to go on with; 0 begins and ends.",
    since: "2.8.0",
    flags: ["readonly"],
    args: [key(), cursor(), deferred(options({ ...scanOptions, noValues: flag("NOVALUES") }))],
    run({ db, ledis: { cursors } }, key, cursor, readOptions) {
      let withoutValues = false;
      const page = db.hashes.page(key, () => {
        const { match, count, noValues } = readOptions();
        withoutValues = noValues !== null;
        const after = scanPosition(cursors, cursor);
        return { after, pattern: match, rowsMax: scanRows(count) };
      });
      const items = withoutValues ? fieldsOf(page) : page.items;
      return [scanCursor(cursors, page.last), items];
    },
  }),
  // HEXPIRE, HEXPIREAT, HTTL and HPERSIST stand in hash-ttls.ts: Redis has them for fields.
  ...ledisKeyCommands(
    TYPE_HASH,
    "hash",
    { clear: "HCLEAR", clearMany: "HMCLEAR", exists: "HKEYEXISTS" },
    (db, key) => db.hashes.clear(key),
  ),
];

interface HashForm extends ListingForm {
  atOnce(hashes: Hashes, key: Bytes, budget: ReadingBudget): Reply;
}

const PAIRS: HashForm = {
  kind: "pairs",
  repliesPerElement: 1,
  take(walk, take) {
    take(walk.rest);
    take(walk.value);
  },
  atOnce: (hashes, key, budget) => new Pairs(hashes.pairs(key, budget)),
};

const FIELDS: HashForm = {
  kind: "array",
  repliesPerElement: 1,
  take: (walk, take) => take(walk.rest),
  atOnce: (hashes, key, budget) => hashes.fields(key, budget),
};

const VALUES: HashForm = {
  kind: "array",
  repliesPerElement: 1,
  take: (walk, take) => take(walk.value),
  atOnce: (hashes, key, budget) => hashes.values(key, budget),
};

function answerHash(context: Context, key: Bytes, form: HashForm): Answer {
  const { hashes } = context.db;
  return answerListing(
    context,
    form,
    () => hashes.listing(key),
    (budget) => form.atOnce(hashes, key, budget),
  );
}

function fieldsOf({ items }: FieldPage): Bytes[] {
  return items.filter((_, at) => at % 2 === 0);
}

/** @throws {CommandError} more pairs than Redis can count, or more than REPEATS_MAX with repeats */
function randomFields(
  { db, client }: Context,
  key: Bytes,
  count: bigint,
  withValues: boolean,
): Reply {
  const repeats = count < 0n;
  const howMany = repeats ? -count : count;
  if (withValues && howMany > INT64_MAX / 2n) throw new CommandError(errors.outOfRange);
  if (repeats && howMany > REPEATS_MAX && db.hashes.size(key) > 0) {
    throw new CommandError(errors.outOfRange);
  }
  const choice: FieldChoice = { count: Number(howMany), repeats };
  if (!withValues) return db.hashes.randomFields(key, choice);
  const items = db.hashes.randomPairs(key, choice);
  return client.protocol === 2 ? items : inTwos(items);
}

/** Each field in an array with its value: RESP3's form where a field may come twice. */
function inTwos(items: readonly Bytes[]): Reply[] {
  const twos: Reply[] = [];
  for (let at = 0; at < items.length; at += 2) twos.push([items[at]!, items[at + 1]!]);
  return twos;
}
