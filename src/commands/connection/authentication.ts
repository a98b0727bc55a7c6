/** The password that clients prove to know: AUTH and HELLO. There is one user, `default`. */
import { timingSafeEqual } from "node:crypto";
import { type Bytes, fromText, mapKey } from "../../bytes/bytes.ts";
import { CommandError, errors } from "../../errors.ts";
import type { Context } from "../context.ts";

/** The one user there is. */
export const USER = "default";

function digest(bytes: Bytes): Uint8Array {
  return new Bun.CryptoHasher("sha256").update(bytes).digest();
}

/** Whether two secrets are equal, in a time that tells nothing of where they differ. */
export function equalSecrets(one: Bytes, other: Bytes): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

/**
 * Lets the client in. Without a password every password of the user `default` is right, as in Redis. The password of
 * slaves lets it replicate only.
 *
 * @throws {CommandError} WRONGPASS; the client stays what it was
 */
export function authenticate({ client, server }: Context, user: Bytes, password: Bytes): void {
  const wanted = server.config.get("requirepass");
  const ofSlaves = server.config.get("replauth");
  const isRight = wanted === "" || equalSecrets(password, fromText(wanted));
  const isSlave = ofSlaves !== "" && equalSecrets(password, fromText(ofSlaves));
  if (mapKey(user) !== USER || !(isRight || isSlave)) throw new CommandError(errors.wrongPassword);
  if (isRight) client.authenticated = true;
  else client.mayReplicate = true;
}

/** AUTH with a password alone. @throws {CommandError} WRONGPASS, or there is no password to give */
export function authenticateDefault(context: Context, password: Bytes): void {
  if (context.server.config.get("requirepass") === "") {
    throw new CommandError(errors.noPasswordConfigured);
  }
  authenticate(context, fromText(USER), password);
}
