/** What is wrong with a rule; Redis's texts, which go into the errors of ACL SETUSER and of files. */

export const ruleErrors = {
  unknown: "Unknown command or category name in ACL",
  syntax: "Syntax error",
  keysAfterAll:
    "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any effect. Try 'resetkeys' to start with an empty list of patterns",
  channelsAfterAll:
    "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not have any effect. Try 'resetchannels' to start with an empty list of channels",
  noSuchPassword: "The password you are trying to remove from the user does not exist",
  badHash:
    "The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters",
  subcommandWord: "Allowing first-arg of a subcommand is not supported",
} as const;

export class RuleError extends Error {
  override readonly name = "RuleError";
  /** True when a command or a category is not there: the rule holds no secret. */
  readonly isUnknown: boolean;

  constructor(kind: keyof typeof ruleErrors) {
    super(ruleErrors[kind]);
    this.isUnknown = kind === "unknown";
  }
}
