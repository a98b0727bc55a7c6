/** The master cannot be used: not there, silent, or not what it should be. The message is for the operator. */
export class LinkError extends Error {
  override readonly name = "LinkError";
}
