import { expect, test } from "bun:test";
import { ProtocolError } from "../../src/resp/protocol-error.ts";

test("the message is the text that Redis answers behind -ERR", () => {
  const error = new ProtocolError("invalid bulk length");
  expect(error.message).toBe("Protocol error: invalid bulk length");
  expect(error.name).toBe("ProtocolError");
});
