import { expect, test } from "bun:test";
import { RdbEndError, RdbError } from "../../src/rdb/rdb-error.ts";

test("an early end is one of the things that can be wrong", () => {
  expect(new RdbEndError()).toBeInstanceOf(RdbError);
  expect(String(new RdbEndError())).toBe("RdbEndError: it ends too early");
  expect(String(new RdbError("damaged"))).toBe("RdbError: damaged");
});
