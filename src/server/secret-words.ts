/** Words of a request that no log may show: passwords. */
import { equalsIgnoreCase, mapKey } from "../bytes/bytes.ts";
import type { Command } from "../commands/command.ts";
import { isSecretOption } from "../config/option-names.ts";
import type { Request } from "../resp/request.ts";

/** What logs show instead, as in Redis. */
export const REDACTED = "(redacted)";

const NONE: ReadonlySet<number> = new Set();

/** Indexes of the secret words of a request of this command. */
export function secretWords(command: Command | null, request: Request): ReadonlySet<number> {
  switch (command?.name) {
    case "AUTH":
      return new Set(Array.from({ length: request.count - 1 }, (_, index) => index + 1));
    case "HELLO":
      return secretsOfHello(request);
    case "CONFIG|SET":
      return secretsOfConfigSet(request);
    default:
      return NONE;
  }
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
