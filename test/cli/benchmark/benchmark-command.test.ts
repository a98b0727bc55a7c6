import { expect, setDefaultTimeout, test } from "bun:test";
import { runWithInput } from "../../support/run-with-input.ts";
import { startServer } from "../../support/start-server.ts";

// Processes, disks and clocks take their time on a busy machine.
setDefaultTimeout(60_000);

test("all tests run, one line each, or CSV", async () => {
  await using server = await startServer();
  const benchmark = (...args: string[]) =>
    runWithInput("", ["benchmark", "-p", String(server.port), "-n", "100", ...args]);
  const quiet = await benchmark("-q", "-P", "4");
  expect([quiet.status, quiet.stderr]).toEqual([0, ""]);
  const lines = quiet.stdout.trimEnd().split("\n");
  expect(lines.length).toBe(20);
  for (const line of lines) {
    expect(line).toMatch(/^[A-Z].+: \d+\.\d\d requests per second, p50=\d+\.\d{3} msec$/);
  }
  const csv = await benchmark("--csv", "-t", "set,get", "-r", "100", "-3", "--dbnum", "1");
  expect(csv.stdout.split("\n").map((line) => line.split(",")[0])).toEqual([
    ...['"test"', '"SET"', '"GET"', ""],
  ]);
});

test("a command of one's own, its last argument from stdin", async () => {
  await using server = await startServer();
  const args = ["-p", String(server.port), "-n", "10", "-x", "SET", "k"];
  const { status, stdout } = await runWithInput("value", ["benchmark", ...args]);
  expect(status).toBe(0);
  expect(stdout).toStartWith("====== SET k ======\n  10 requests completed in ");
  expect(stdout).toContain('  host configuration "appendonly": ');
  const client = await server.connect();
  expect(await client.call("GET", "k")).toBe("value");
});

test("errors are one line and status 1", async () => {
  await using server = await startServer();
  const refused = await runWithInput("", ["benchmark", "-p", String(server.port), "-q", "nosuch"]);
  expect([refused.status, refused.stdout]).toEqual([1, ""]);
  expect(refused.stderr).toStartWith("Error from server: ERR unknown command 'nosuch'");
  const gone = await runWithInput("", ["benchmark", "-p", "1"]);
  expect([gone.status, gone.stderr]).toEqual([
    1,
    "Could not talk to 127.0.0.1:1: Connection refused\n",
  ]);
  const wrong = await runWithInput("", ["benchmark", "-t", "nosuch"]);
  expect(wrong.status).toBe(1);
  expect(wrong.stderr).toStartWith("ledis: benchmark: no test 'nosuch'; ");
  const help = await runWithInput("", ["benchmark", "--help"]);
  expect(help.stdout).toStartWith("NAME\n  ledis benchmark");
});
