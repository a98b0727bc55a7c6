import { expect, setDefaultTimeout, test } from "bun:test";
import { runWithInput } from "../../support/run-with-input.ts";
import { startServer } from "../../support/start-server.ts";

// Processes, disks and clocks take their time on a busy machine.
setDefaultTimeout(60_000);

test("one command is sent, its reply printed bare, or with types", async () => {
  await using server = await startServer();
  const cli = (...args: string[]) => runWithInput("", ["cli", "-p", String(server.port), ...args]);
  expect(await cli("set", "k", "é")).toEqual({ status: 0, stdout: "OK\n", stderr: "" });
  expect((await cli("get", "k")).stdout).toBe("é\n");
  expect((await cli("--no-raw", "get", "k")).stdout).toBe('"\\xc3\\xa9"\n');
  expect((await cli("--json", "get", "k")).stdout).toBe('"é"\n');
  expect((await cli("-r", "3", "incr", "n")).stdout).toBe("1\n2\n3\n");
  expect((await cli("--no-raw", "info", "cluster")).stdout).toStartWith("# Cluster\r\n");
  expect((await cli("nosuch")).status).toBe(0);
  expect((await cli("-e", "nosuch")).status).toBe(1);
});

test("stdin is an argument, requests, or a script", async () => {
  await using server = await startServer();
  const cli = (input: string, ...args: string[]) =>
    runWithInput(input, ["cli", "-p", String(server.port), ...args]);
  expect((await cli("line\n", "-x", "set", "k")).stdout).toBe("OK\n");
  expect((await cli("", "get", "k")).stdout).toBe("line\n\n");
  expect((await cli("v", "-X", "tag", "set", "tag", "tag")).stdout).toBe("OK\n");
  expect((await cli("v", "-X", "tag", "set", "a", "b")).status).toBe(1);
  const piped = await cli("SET a 1\r\nINCR a\r\n", "--pipe");
  expect(piped.stdout).toEndWith("errors: 0, replies: 2\n");
  expect(piped.status).toBe(0);
  expect((await cli("FOO\r\n", "--pipe")).status).toBe(1);
  expect((await cli("get a\nget v\n")).stdout).toBe("2\nv\n");
  expect((await cli("", "--scan", "--pattern", "a")).stdout).toBe("a\n");
});

test("the password comes from the environment or, with a warning, from an option", async () => {
  await using server = await startServer({ requirepass: "pw" });
  const port = ["cli", "-p", String(server.port)];
  const quiet = await runWithInput("", [...port, "ping"], { LEDIS_PASSWORD: "pw" });
  expect(quiet).toEqual({ status: 0, stdout: "PONG\n", stderr: "" });
  const warned = await runWithInput("", [...port, "-a", "pw", "ping"]);
  expect(warned.stdout).toBe("PONG\n");
  expect(warned.stderr).toStartWith("Warning: Using a password");
});

test("a server that is not there is one line and status 1", async () => {
  for (const args of [["ping"], ["--scan"], ["--pipe"], []]) {
    const { status, stderr } = await runWithInput("ping\n", ["cli", "-p", "1", ...args]);
    expect([args, status]).toEqual([args, 1]);
    expect(stderr).toBe("Could not connect to 127.0.0.1:1: Connection refused\n");
  }
  const wrong = await runWithInput("", ["cli", "--nosuch"]);
  expect(wrong).toEqual({
    status: 1,
    stdout: "",
    stderr: "ledis: cli: unknown option '--nosuch'\n",
  });
});
