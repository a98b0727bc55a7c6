/** The string family. */

import { OK } from "../resp/reply.ts";
import { bytes, int, key, some, tuple } from "./args.ts";
import { type Command, command } from "./command.ts";
export const stringCommands: readonly Command[] = [
  command("string", {
    name: "GET",
    summary: "Answers the string value of a key.",
    flags: ["readonly", "fast"],
    args: [key()],
    run: ({ db }, key) => db.strings.get(key),
  }),
  command("string", {
    name: "SET",
    summary: "x",
    flags: ["write"],
    args: [key(), bytes("value")],
    run: ({ db }, key, value) => {
      db.strings.set(key, value);
      return OK;
    },
  }),
  command("string", {
    name: "INCR",
    summary: "x",
    flags: ["write"],
    args: [key()],
    run: ({ db }, key) => db.strings.incrementBy(key, 1),
  }),
  command("string", {
    name: "MSET",
    summary: "x",
    flags: ["write"],
    args: [some(tuple(key(), bytes("value")))],
    run: ({ db }, pairs) => {
      for (const [key, value] of pairs) db.strings.set(key, value);
      return OK;
    },
  }),
];
