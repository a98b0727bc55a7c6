/** Names that clients give themselves. */
import { type Bytes, mapKey } from "../../bytes/bytes.ts";
import { CommandError, errors } from "../../errors.ts";

/** Whether the bytes are printable ASCII without blanks, so that they do not break CLIENT LIST. */
export function isPlainWord(bytes: Bytes): boolean {
  return bytes.every((byte) => byte >= 0x21 && byte <= 0x7e);
}

/** A client's name; "" means none. @throws {CommandError} blanks or special characters */
export function clientNameOf(bytes: Bytes): string {
  if (!isPlainWord(bytes)) throw new CommandError(errors.clientName);
  return mapKey(bytes);
}
