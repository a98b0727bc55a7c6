import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { runLedis } from "../support/spawn-server.ts";
import { startServer } from "../support/start-server.ts";

// Processes, disks and clocks take their time on a busy machine.
setDefaultTimeout(60_000);

const health = (...args: string[]) => runLedis("health", ...args);

test("a server that answers is healthy, over TCP and over a unix socket", async () => {
  await using server = await startServer();
  const tcp = await health("--addr", `127.0.0.1:${server.port}`);
  expect(tcp).toEqual({ status: 0, stdout: "", stderr: "" });
  const path = join(server.directory, "x.sock");
  await using _ = await startServer({ addr: path });
  expect((await health("--addr", path)).status).toBe(0);
});

test("nobody there, or nobody who answers in time, is one line and status 1", async () => {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const address = `127.0.0.1:${listener.port}`;
  const silent = await health("--addr", address, "--timeout", "0.1");
  expect(silent).toEqual({
    status: 1,
    stdout: "",
    stderr: `ledis: ${address}: no answer in time\n`,
  });
  listener.stop(true);
  const gone = await health("--addr", address);
  expect(gone.status).toBe(1);
  expect(gone.stderr).toMatch(/^ledis: \S+: .+\n$/);
});

test("with a password: the right one and none are healthy, a wrong one is not", async () => {
  await using server = await startServer({ requirepass: "pw" });
  const address = ["--addr", `127.0.0.1:${server.port}`];
  expect((await health(...address, "--password", "pw")).status).toBe(0);
  expect((await health(...address)).status).toBe(0);
  const wrong = await health(...address, "--password", "bad");
  expect(wrong.status).toBe(1);
  expect(wrong.stderr).toContain("WRONGPASS");
});

test("bad arguments are one line, help is long", async () => {
  for (const args of [["--addr", "foo"], ["--nosuch"], ["--timeout", "x"]]) {
    const { status, stderr } = await health(...args);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^ledis: .+\n$/);
  }
  const help = await health("--help");
  expect(help.status).toBe(0);
  expect(help.stdout).toStartWith("Usage: ledis health ");
});
