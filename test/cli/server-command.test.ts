import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseAddress } from "../../src/config/address.ts";
import { TLS_SERVER } from "../support/certificates.ts";
import { RespClient } from "../support/resp-client.ts";
import {
  MAIN,
  type Outcome,
  runLedis,
  type SpawnedServer,
  spawnServer,
} from "../support/spawn-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

// Processes, disks and clocks take their time on a busy machine.
setDefaultTimeout(60_000);

/** Lines of the process log without their times. */
function events({ stderr }: Outcome): string[] {
  return stderr
    .split("\n")
    .slice(0, -1)
    .map((line) => line.replace(/^\[.*?\] /, ""));
}

async function set(server: SpawnedServer, key: string): Promise<void> {
  await using client = await server.connect();
  expect(await client.call("SET", key, "v")).toBe("OK");
}

test.each(["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP"] as const)(
  "%s stops the server with status 0",
  async (signal) => {
    await using server = await spawnServer();
    await set(server, "a");
    server.process.kill(signal);
    const outcome = await server.outcome;
    expect(outcome.status).toBe(0);
    expect(outcome.stdout).toMatch(/^ledis \S+ ready on 127\.0\.0\.1:\d+\n$/);
    expect(events(outcome)).toEqual([
      `info server: stopping signal=${signal}`,
      "info server: stopped",
    ]);
  },
);

test("what was acknowledged is there after a stop and a start", async () => {
  using directory = temporaryDirectory();
  {
    await using server = await spawnServer([], directory.path);
    await set(server, "a");
    server.process.kill("SIGTERM");
    await server.outcome;
  }
  await using server = await spawnServer([], directory.path);
  await using client = await server.connect();
  expect(await client.call("GET", "a")).toBe("v");
});

test("a second signal ends it at once, with status 1", async () => {
  await using server = await spawnServer(["--enable-debug-command", "yes"]);
  const client = await server.connect();
  await client.call("SET", "big", "x".repeat(16 << 20));
  // A client that does not take its reply makes the stop last.
  client.stopReading();
  client.send("GET", "big");
  const other = await server.connect();
  while (!`${await other.call("CLIENT", "LIST")}`.includes("events=rw")) await Bun.sleep(1);
  server.process.kill("SIGTERM");
  const isListening = () =>
    server.connect().then(
      (one) => one[Symbol.asyncDispose]().then(() => true),
      () => false,
    );
  while (await isListening()) await Bun.sleep(1);
  server.process.kill("SIGTERM");
  const outcome = await server.outcome;
  expect(outcome.status).toBe(1);
  expect(events(outcome)).toEqual(["info server: stopping signal=SIGTERM"]);
});

test("SHUTDOWN stops it, with and without saving, and never answers", async () => {
  for (const mode of ["SAVE", "NOSAVE"]) {
    using directory = temporaryDirectory();
    {
      await using server = await spawnServer([], directory.path);
      await set(server, mode);
      const client = await server.connect();
      client.send("SHUTDOWN", mode);
      await client.closed;
      expect(client.unread).toBe(0);
      const outcome = await server.outcome;
      expect(outcome.status).toBe(0);
      expect(events(outcome).at(-1)).toBe("info server: stopped");
    }
    await using server = await spawnServer([], directory.path);
    await using client = await server.connect();
    expect(await client.call("GET", mode)).toBe("v");
  }
});

test("a unix socket's file is gone after a stop", async () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, "ledis.sock");
  await using server = await spawnServer(["--addr", path], directory.path);
  expect(existsSync(path)).toBe(true);
  await set(server, "a");
  server.process.kill("SIGTERM");
  expect((await server.outcome).status).toBe(0);
  expect(existsSync(path)).toBe(false);
});

test("after a kill, the next start takes the unix socket and the data over", async () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, "ledis.sock");
  {
    await using server = await spawnServer(["--addr", path], directory.path);
    await set(server, "a");
    server.process.kill("SIGKILL");
    await server.outcome;
  }
  expect(existsSync(path)).toBe(true);
  await using server = await spawnServer(["--addr", path], directory.path);
  await using client = await server.connect();
  expect(await client.call("GET", "a")).toBe("v");
});

test("a failed start is one line on stderr and status 1", async () => {
  await using server = await spawnServer();
  using directory = temporaryDirectory();
  const file = join(directory.path, "ledis.json");
  writeFileSync(file, '{ "addr": 5 }');
  const fresh = ["--data-dir", join(directory.path, "data")];
  for (const [args, message] of [
    [["--addr", `127.0.0.1:${server.port}`, ...fresh], "address already in use"],
    [["--addr", "/nosuch/ledis.sock", ...fresh], "no such directory"],
    [
      ["--addr", "127.0.0.1:0", "--data-dir", join(server.directory, "data")],
      "another ledis process",
    ],
    [["--addr", "127.0.0.1:0", "--data-dir", "/proc/nosuch"], "Cannot create /proc/nosuch"],
    [["--config", file], 'option "addr"'],
    [["--config", "/nosuch.json"], "Cannot read the configuration file"],
    [["--nosuch", "1"], 'unknown flag "--nosuch"'],
    [["--timeout", "x"], 'option "timeout"'],
    [["--addr", "127.0.0.1:0", ...fresh, "--access_log", "/proc/nosuch/x"], "access log"],
  ] as const) {
    const { status, stdout, stderr } = await runLedis("server", ...args);
    expect({ args, status, stdout }).toEqual({ args, status: 1, stdout: "" });
    expect(stderr).toMatch(/^ledis: [^\n]+\n$/);
    expect(stderr).toContain(message);
  }
});

test.each([
  ["standard input", 'cat "$1" | exec "$2" "$3" server --config /dev/stdin'],
  ["another descriptor", 'exec "$2" "$3" server --config /dev/fd/9 9<"$1"'],
])("a configuration is read from %s", async (_, script) => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "ledis.json");
  const config = { addr: "127.0.0.1:0", data_dir: join(directory.path, "data") };
  writeFileSync(file, JSON.stringify(config));
  const child = Bun.spawn(["sh", "-c", script, "sh", file, process.execPath, MAIN], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const reader = child.stdout.getReader();
  let line = "";
  while (!line.endsWith("\n")) line += new TextDecoder().decode((await reader.read()).value);
  const client = await RespClient.connect(parseAddress(/ ready on (\S+)/.exec(line)![1]!));
  expect(await client.call("PING")).toBe("PONG");
  client.send("SHUTDOWN", "NOSAVE");
  expect(await child.exited).toBe(0);
  client.close();
});

test("the ready line tells TLS from plain addresses", async () => {
  const options = Object.entries(TLS_SERVER).flatMap(([name, value]) => [`--${name}`, value]);
  await using server = await spawnServer(options);
  expect(server.readyLine).toMatch(/ ready on 127\.0\.0\.1:\d+ tls:\/\/127\.0\.0\.1:\d+$/);
  const alone = await runLedis("server", "--data-dir", server.directory, "--addr", "");
  expect(alone).toMatchObject({
    status: 1,
    stderr: "ledis: addr and tls-addr are both empty\n",
  });
});

test("help and version are answered without a start", async () => {
  expect((await runLedis("server", "--help")).stdout).toStartWith("Usage: ledis server ");
  expect((await runLedis("server", "--version")).stdout).toMatch(/^ledis \d+\.\d+\.\d+\n$/);
});
