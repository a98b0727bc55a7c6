import { expect, test } from "bun:test";
import { runLedis } from "./support/spawn-server.ts";

test("without a command, or with --help, the commands are listed", async () => {
  const none = await runLedis();
  expect(none.status).toBe(1);
  expect(none.stdout).toStartWith("Usage: ledis <command> [options]\n");
  const help = await runLedis("--help");
  expect(help.status).toBe(0);
  expect(help.stdout).toBe(none.stdout);
});

test("--version answers the version", async () => {
  expect((await runLedis("--version")).stdout).toMatch(/^ledis \d+\.\d+\.\d+\n$/);
});

test("an unknown command is one line and status 1", async () => {
  expect(await runLedis("nosuch")).toEqual({
    status: 1,
    stdout: "",
    stderr: "ledis: unknown command 'nosuch', see ledis --help\n",
  });
});
