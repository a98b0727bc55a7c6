/** What a value of an option can be refused with, before it is known where the value came from. */

/** The message is the tail of Redis's `CONFIG SET failed ... - ` text: "argument must be ...". */
export class OptionValueError extends Error {
  override readonly name = "OptionValueError";
}
