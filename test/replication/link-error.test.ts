import { expect, test } from "bun:test";
import { LinkError } from "../../src/replication/link-error.ts";

test("it is told by its name, and says what the operator has to know", () => {
  const error = new LinkError("connection refused");
  expect(`${error}`).toBe("LinkError: connection refused");
  expect(error).toBeInstanceOf(Error);
});
