import { expect, test } from "bun:test";
import { RuleError } from "../../../src/commands/acl/rule-error.ts";

test("only what names no secret may be repeated", () => {
  expect(new RuleError("unknown").isUnknown).toBe(true);
  expect(new RuleError("syntax")).toMatchObject({ isUnknown: false, message: "Syntax error" });
});
