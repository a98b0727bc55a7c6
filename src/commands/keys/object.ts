/** OBJECT: what clients ask about a value's representation. */
import type { Bytes } from "../../bytes/bytes.ts";
import { parseSafeInteger } from "../../bytes/integer.ts";
import type { DB } from "../../database/db.ts";
import { CommandError, errors } from "../../errors.ts";
import { Status } from "../../resp/reply.ts";
import { key } from "../args.ts";
import { type Command, container, subcommand } from "../command.ts";

/** What Redis answers for a small integer, which all its keys share. */
const SHARED_REFERENCES = 2 ** 31 - 1;
const SHARED_INTEGERS = 10_000;

const HELP = [
  "OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
  "ENCODING <key>",
  "    Return the kind of internal representation used in order to store the value",
  "    associated with a <key>.",
  "FREQ <key>",
  "    Return the access frequency index of the <key>. The returned integer is",
  "    proportional to the logarithm of the recent access frequency of the key.",
  "IDLETIME <key>",
  "    Return the idle time of the <key>, that is the approximated number of",
  "    seconds elapsed since the last access to the key.",
  "REFCOUNT <key>",
  "    Return the number of references of the value associated with the specified",
  "    <key>.",
  "HELP",
  "    Prints this help.",
].map((line) => new Status(line));

export const objectCommands: readonly Command[] = [
  container("generic", {
    name: "OBJECT",
    summary: "Tells about the representation of values.",
    since: "2.2.3",
    subcommands: [
      subcommand("generic", {
        name: "OBJECT|ENCODING",
        summary: "Answers what Redis would call the representation of a value.",
        since: "2.2.3",
        flags: ["readonly"],
        args: [key()],
        run: ({ db }, key) => db.keys.encoding(key),
      }),
      subcommand("generic", {
        name: "OBJECT|FREQ",
        summary: "Refused: nobody counts accesses.",
        since: "4.0.0",
        flags: ["readonly"],
        args: [key()],
        run({ db }, key) {
          if (!db.keys.has(key)) return null;
          throw new CommandError(errors.noFrequency);
        },
      }),
      subcommand("generic", {
        name: "OBJECT|HELP",
        summary: "Tells what OBJECT can do.",
        since: "6.2.0",
        flags: ["loading", "stale"],
        args: [],
        run: () => HELP,
      }),
      subcommand("generic", {
        name: "OBJECT|IDLETIME",
        summary: "Answers 0: nobody notes accesses.",
        since: "2.2.3",
        flags: ["readonly"],
        args: [key()],
        run: ({ db }, key) => (db.keys.has(key) ? 0 : null),
      }),
      subcommand("generic", {
        name: "OBJECT|REFCOUNT",
        summary: "Answers 1, or what Redis answers for small integers.",
        since: "2.2.3",
        flags: ["readonly"],
        args: [key()],
        run: ({ db }, key) => referenceCount(db, key),
      }),
    ],
  }),
];

function referenceCount(db: DB, key: Bytes): number | null {
  const encoding = db.keys.encoding(key);
  if (encoding === null) return null;
  if (encoding !== "int") return 1;
  const value = parseSafeInteger(db.strings.get(key)!);
  return value >= 0 && value < SHARED_INTEGERS ? SHARED_REFERENCES : 1;
}
