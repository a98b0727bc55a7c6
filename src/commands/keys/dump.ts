/** DUMP and RESTORE: values on their way from one server to another. */
import type { Bytes } from "../../bytes/bytes.ts";
import { parseInt64 } from "../../bytes/integer.ts";
import { clock } from "../../clock.ts";
import { CommandError, errors } from "../../errors.ts";
import { EXPIRE_AT_MAX_MS } from "../../keyspace/rows/key-row.ts";
import { OK } from "../../resp/reply.ts";
import { type Arg, bytes, flag, int64, key, named, oneOf, options } from "../args.ts";
import { type Command, command } from "../command.ts";

const FREQUENCY_MAX = 255n;

export const dumpCommands: readonly Command[] = [
  command("generic", {
    name: "DUMP",
    summary: "Answers a key's value in the form that RESTORE takes, here and in Redis.",
    since: "2.6.0",
    flags: ["readonly"],
    args: [key()],
    run: ({ db }, key) => db.dumps.dump(key),
  }),
  command("generic", {
    name: "RESTORE",
    summary: "Stores what DUMP has answered, here or in Redis; a TTL of 0 ms is none.",
    since: "2.6.0",
    flags: ["write", "denyoom", "dangerous"],
    args: [
      key(),
      bytes("ttl", "integer"),
      bytes("serialized-value"),
      options({
        replace: flag("REPLACE"),
        absolute: flag("ABSTTL"),
        // Nobody notes accesses: these are checked, and that is all.
        used: oneOf(
          named("IDLETIME", bounded("seconds", null, errors.negativeIdleTime)),
          named("FREQ", bounded("frequency", FREQUENCY_MAX, errors.frequencyRange)),
        ),
      }),
    ],
    run({ db }, key, ttl, payload, { replace, absolute }) {
      if (replace === null && db.table.findForWrite(key) !== null) {
        throw new CommandError(errors.busyKey);
      }
      const expireAt = expireAtOf(ttl, absolute !== null);
      const value = db.dumps.read(payload);
      if (expireAt === 0 || expireAt > db.table.nowMs) {
        db.dumps.storeChecked(key, value, expireAt);
      } else if (replace !== null) {
        db.keys.remove(key);
      }
      return OK;
    },
  }),
];

/** An integer from 0 to `max`, null for no bound. */
function bounded(name: string, max: bigint | null, error: string): Arg<bigint> {
  const integer = int64(name);
  return {
    ...integer,
    read(words) {
      const value = integer.read(words);
      if (value < 0n || (max !== null && value > max)) throw new CommandError(error);
      return value;
    },
  };
}

/** When a restored key ends, ms since 1970; 0: never. @throws {CommandError} no integer, or negative */
function expireAtOf(text: Bytes, isAbsolute: boolean): number {
  const ttl = parseInt64(text);
  if (ttl === null) throw new CommandError(errors.notInteger);
  if (ttl < 0n) throw new CommandError(errors.negativeTtl);
  if (ttl === 0n) return 0;
  const at = isAbsolute ? Number(ttl) : Number(ttl) + clock.nowMs();
  return Math.min(at, EXPIRE_AT_MAX_MS);
}
