/** MONITOR: every command that the server runs, as it runs. */
import { CommandError, errors } from "../../errors.ts";
import { NO_REPLY, OK } from "../../resp/reply.ts";
import { type Command, command } from "../command.ts";

export const monitorCommand: Command = command("server", {
  name: "MONITOR",
  summary: "Answers with a line for each command that the server runs, until RESET or QUIT.",
  flags: ["admin", "noscript", "loading", "stale"],
  args: [],
  run({ client }) {
    if (!client.mayWait) throw new CommandError(errors.monitorInMulti);
    if (client.isMonitor) return NO_REPLY;
    client.isMonitor = true;
    return OK;
  },
});
