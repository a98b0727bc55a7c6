/** What users are told when they may not run a request: at once, or when EXEC comes to it. */
import type { AccessControl } from "../commands/acl/access-control.ts";
import type { DenialReason } from "../commands/acl/permissions.ts";
import type { Client } from "../commands/client.ts";
import type { Command } from "../commands/command.ts";
import type { Request } from "../resp/request.ts";

function deniedText(reason: DenialReason, command: Command): string {
  if (reason === "command") {
    return `NOPERM this user has no permissions to run the '${command.lowerName}' command`;
  }
  return `NOPERM this user has no permissions to access one of the ${reason}s used as arguments`;
}

/** Why EXEC leaves a command out that its client was allowed when it was queued. */
const CHANGED: Readonly<Record<DenialReason, string>> = {
  command: "no permission to execute the command or subcommand",
  key: "no permission to touch the specified keys",
  channel: "no permission to access one of the channels used as arguments",
};

/** Why a client's user may not run a request, as an error's text, or null. Whoever has given `replauth` may replicate. */
export function deniedRequest(
  acl: AccessControl,
  client: Client,
  command: Command,
  request: Request,
): string | null {
  if (!client.authenticated && client.mayReplicate && command.flags.has("replication")) return null;
  const context = client.transaction.isOpen ? "multi" : "toplevel";
  const reason = acl.denial(client, command, request.views(), context);
  return reason === null ? null : deniedText(reason, command);
}

/** The same for a request that EXEC is about to run. */
export function deniedQueued(
  acl: AccessControl,
  client: Client,
  command: Command,
  request: Request,
): string | null {
  const reason = acl.denial(client, command, request.views(), "multi");
  if (reason === null) return null;
  return `NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. This command is no longer allowed for the following reason: ${CHANGED[reason]}`;
}
