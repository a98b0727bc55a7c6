/** Words of a request that no log may show: passwords. */
import { type Bytes, equalsIgnoreCase, mapKey } from "../bytes/bytes.ts";
import type { Command } from "../commands/command.ts";
import { isSecretOption } from "../config/option-names.ts";
import type { Request } from "../resp/request.ts";

/** What logs show instead, as in Redis. */
export const REDACTED = "(redacted)";

const NONE: ReadonlySet<number> = new Set();

/**
 * Indexes of the secret words of a request.
 *
 * @param command null: there is no such command
 */
export function secretWords(command: Command | null, request: Request): ReadonlySet<number> {
  switch (command?.name) {
    case undefined:
      // A misspelt SETUSER or SET.
      return isOneOf(request.bytes(0), ["ACL", "CONFIG"]) ? wordsFrom(2, request) : NONE;
    case "AUTH":
      return wordsFrom(1, request);
    case "HELLO":
      return secretsOfHello(request);
    case "CONFIG|SET":
      return secretsOfConfigSet(request);
    case "ACL|SETUSER":
      return wordsFrom(2, request);
    default:
      return NONE;
  }
}

/** Whether the error of a command that has failed repeats words that are secret: rules that ACL SETUSER refuses. */
export function repeatsSecrets(command: Command | null): boolean {
  return command?.name === "ACL|SETUSER";
}

function isOneOf(word: Bytes, names: readonly string[]): boolean {
  return names.some((name) => equalsIgnoreCase(word, name));
}

function wordsFrom(first: number, request: Request): Set<number> {
  return new Set(Array.from({ length: request.count - first }, (_, index) => index + first));
}

/** User and password behind AUTH, wherever the word stands: too much is better than too little. */
function secretsOfHello(request: Request): Set<number> {
  const secrets = new Set<number>();
  for (let index = 1; index < request.count; index++) {
    if (!equalsIgnoreCase(request.bytes(index), "AUTH")) continue;
    if (secrets.has(index)) continue;
    secrets.add(index + 1).add(index + 2);
  }
  return secrets;
}

function secretsOfConfigSet(request: Request): Set<number> {
  const secrets = new Set<number>();
  for (let index = 3; index < request.count; index += 2) {
    if (isSecretOption(mapKey(request.bytes(index - 1)))) secrets.add(index);
  }
  return secrets;
}
