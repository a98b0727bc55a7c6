/** What can be wrong with bytes that claim to be in Redis's format. The messages are for people. */

/** The bytes are damaged, hostile, or of a kind that is not read here. */
export class RdbError extends Error {
  override readonly name: string = "RdbError";
}

/** The bytes end before what they hold does: wrong in a payload, a reason to read on in a file. */
export class RdbEndError extends RdbError {
  override readonly name: string = "RdbEndError";

  constructor() {
    super("it ends too early");
  }
}
