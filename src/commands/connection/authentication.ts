/** How clients say who they are: AUTH and HELLO. */
import { type Bytes, fromText, mapKey } from "../../bytes/bytes.ts";
import { CommandError, errors } from "../../errors.ts";
import { DEFAULT_USER, equalSecrets } from "../acl/user.ts";
import type { Context } from "../context.ts";

/**
 * Lets the client in. The password of slaves, `replauth`, is one of the user `default` that lets it replicate only.
 *
 * @param command as the client has written it
 * @throws {CommandError} WRONGPASS; the client stays what it was
 */
export function authenticate(
  { client, server }: Context,
  command: Bytes,
  name: Bytes,
  password: Bytes,
): void {
  const user = server.acl.users.find(name);
  if (user?.accepts(password)) {
    client.user = user;
    client.authenticated = true;
    return;
  }
  const ofSlaves = server.config.get("replauth");
  const isSlave = ofSlaves !== "" && equalSecrets(password, fromText(ofSlaves));
  if (!isSlave || mapKey(name) !== DEFAULT_USER) {
    server.acl.noteFailure(client, name, command);
    throw new CommandError(errors.wrongPassword);
  }
  client.mayReplicate = true;
}

/** AUTH with a password alone. @throws {CommandError} WRONGPASS, or there is no password to give */
export function authenticateDefault(context: Context, command: Bytes, password: Bytes): void {
  if (context.server.acl.users.default.isNoPass) {
    throw new CommandError(errors.noPasswordConfigured);
  }
  authenticate(context, command, fromText(DEFAULT_USER), password);
}
