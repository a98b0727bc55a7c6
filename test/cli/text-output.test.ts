import { expect, test } from "bun:test";
import { runWithInput } from "../support/run-with-input.ts";

test("everything printed has left the process at its end, bytes unchanged", async () => {
  const { status, stdout } = await runWithInput("", ["cli", "--help"]);
  expect(status).toBe(0);
  expect(stdout).toEndWith("ledis cli --pipe < commands.resp\n");
});
