/** The HyperLogLog family: how many different elements there were, about, in little memory. */
import { type Bytes, mapKey } from "../../bytes/bytes.ts";
import { checkHyperLogLogs } from "../../database/hyperloglog/hyper-log-log-check.ts";
import type { HyperLogLogs } from "../../database/hyperloglog/hyper-log-logs.ts";
import { REGISTERS } from "../../database/hyperloglog/registers.ts";
import { CommandError, errors } from "../../errors.ts";
import { ErrorReply, OK, type Reply, Status } from "../../resp/reply.ts";
import { any, bytes, key, some, stretch } from "../args.ts";
import { type Command, command } from "../command.ts";
import { runInSlices } from "../slices.ts";

/** What PFDEBUG shows or does. */
function debug(sketches: HyperLogLogs, name: Bytes, key: Bytes): Reply {
  const sketch = sketches.find(key);
  if (sketch === null) throw new CommandError(errors.noHyperLogLog);
  // Redis prints the word as a string of C: up to the first NUL.
  const word = mapKey(name).split("\0", 1)[0]!;
  switch (word.toUpperCase()) {
    case "GETREG": {
      const registers = new Uint8Array(REGISTERS);
      sketch.mergeInto(registers);
      sketches.makeDense(key);
      return [...registers];
    }
    case "DECODE": {
      const runs = sketch.describeRuns();
      if (runs === null) throw new CommandError(errors.hyperLogLogNotSparse);
      return runs;
    }
    case "ENCODING":
      return new Status(sketch.encoding);
    case "TODENSE":
      return sketches.makeDense(key) ? 1 : 0;
    default:
      throw new CommandError(`ERR Unknown PFDEBUG subcommand '${word}'`);
  }
}

function selfTestReply(fault: string | null): Reply {
  return fault === null ? OK : new ErrorReply(`TESTFAILED ${fault}`);
}

export const hyperLogLogCommands: readonly Command[] = [
  command("hyperloglog", {
    name: "PFADD",
    summary: "Shows elements to a HyperLogLog; answers 1 if that has changed it.",
    since: "2.8.9",
    flags: ["write", "denyoom", "fast"],
    args: [key(), any(stretch("element"))],
    keySpecs: [{ first: 1, last: 1, flags: ["RW", "insert"] }],
    run: ({ db }, key, elements) => (db.hyperLogLogs.add(key, elements) ? 1 : 0),
  }),
  command("hyperloglog", {
    name: "PFCOUNT",
    summary: "Answers about how many different elements HyperLogLogs were shown together.",
    since: "2.8.9",
    flags: ["readonly", "may_replicate"],
    args: [some(key())],
    keySpecs: [
      {
        first: 1,
        last: -1,
        flags: ["RW", "access"],
        notes:
          "RW because it may change the internal representation of the key, and propagate to replicas",
      },
    ],
    run: ({ db }, keys) => db.hyperLogLogs.count(keys),
  }),
  command("hyperloglog", {
    name: "PFMERGE",
    summary: "Stores a HyperLogLog that has seen all that several ones have.",
    since: "2.8.9",
    flags: ["write", "denyoom"],
    args: [key("destkey"), any(key("sourcekey", 1))],
    keys: { first: 1, last: -1, step: 1 },
    keySpecs: [
      { first: 1, last: 1, flags: ["RW", "access", "insert"] },
      { first: 2, last: -1, flags: ["RO", "access"] },
    ],
    run({ db }, target, sources) {
      db.hyperLogLogs.merge(target, sources);
      return OK;
    },
  }),
  command("hyperloglog", {
    name: "PFDEBUG",
    summary: "Shows registers, runs or encoding of a HyperLogLog, or makes it dense.",
    since: "2.8.9",
    flags: ["write", "denyoom", "admin"],
    args: [bytes("subcommand"), key()],
    keySpecs: [{ first: 2, last: 2, flags: ["RW", "access"] }],
    run: ({ db }, name, key) => debug(db.hyperLogLogs, name, key),
  }),
  command("hyperloglog", {
    name: "PFSELFTEST",
    summary: "Checks the code of HyperLogLogs: registers, encodings and estimates.",
    since: "2.8.9",
    flags: ["admin"],
    args: [],
    run({ client }) {
      const fault = runInSlices(checkHyperLogLogs(), client.mayWait);
      return fault instanceof Promise ? fault.then(selfTestReply) : selfTestReply(fault);
    },
  }),
];
