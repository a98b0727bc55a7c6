/** Options that open something dangerous to nobody, to everybody, or to clients on this machine. */
import type { Client } from "../client.ts";

function isLocal(address: string): boolean {
  return /^(127\.|\[::1\]|\[::ffff:127\.)/.test(address);
}

/** @param openTo value of the option: `no`, `yes` or `local` */
export function isOpenTo(
  { isUnix, address }: Pick<Client, "isUnix" | "address">,
  openTo: string,
): boolean {
  return openTo === "yes" || (openTo === "local" && (isUnix || isLocal(address)));
}
