/** Every tool that talks to a server, over TLS. */

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { formatAddress } from "../../src/config/address.ts";
import { certificate, TLS_SERVER } from "../support/certificates.ts";
import { runLedis } from "../support/spawn-server.ts";
import { startServer, type TestServer } from "../support/start-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

// Processes, disks and clocks take their time on a busy machine.
setDefaultTimeout(60_000);

let server: TestServer;
let address: string;
let port: string;

beforeAll(async () => {
  server = await startServer({ ...TLS_SERVER, "tls-auth-clients": "yes" });
  const [tls] = server.app.tlsAddresses;
  address = formatAddress(tls!);
  port = `${tls!.port}`;
  await using client = await server.connect();
  await client.call("SET", "key", "value");
});

afterAll(() => server[Symbol.asyncDispose]());

const CLIENT = ["--cert", certificate("client.crt"), "--key", certificate("client.key")];
const TRUST = ["--tls", "--cacert", certificate("ca.crt")];
const DISTRUST = ["--tls", "--cacert", certificate("other-ca.crt")];

test("cli, by options and by URI", async () => {
  const get = (...args: string[]) => runLedis("cli", ...args, "GET", "key");
  const found = { status: 0, stdout: "value\n", stderr: "" };
  expect(await get("-p", port, ...TRUST, ...CLIENT)).toEqual(found);
  expect(await get("-p", port, "--tls", "--insecure", ...CLIENT)).toEqual(found);
  const uri = ["-u", `rediss://127.0.0.1:${port}`, ...TRUST.slice(1), ...CLIENT];
  expect(await get(...uri)).toEqual(found);
  const distrusted = await get("-p", port, ...DISTRUST, ...CLIENT);
  expect(distrusted.status).toBe(1);
  expect(distrusted.stderr).toStartWith(`Could not connect to ${address}: TLS handshake failed: `);
  const unknown = await get("-p", port, ...TRUST);
  expect(unknown.stderr).toBe("Error: TLS: tlsv1 alert certificate required\n");
  expect((await get("-p", `${server.port}`, ...TRUST)).stderr).toContain("wrong version number");
});

test("benchmark", async () => {
  const { status, stdout } = await runLedis(
    ...["benchmark", "-p", port, ...TRUST, ...CLIENT],
    ...["-q", "-n", "2000", "-c", "5", "-t", "set,get"],
  );
  expect(status).toBe(0);
  expect(stdout).toMatch(/SET: .* requests per second/);
  const distrusted = await runLedis("benchmark", "-p", port, ...DISTRUST, "-q", "-t", "get");
  expect(distrusted.status).toBe(1);
  expect(distrusted.stderr).toContain("TLS handshake failed");
});

test("health", async () => {
  const health = (...args: string[]) => runLedis("health", "--addr", address, ...args);
  expect((await health(...TRUST, ...CLIENT)).status).toBe(0);
  expect((await health("--tls", "--insecure", ...CLIENT)).status).toBe(0);
  for (const args of [TRUST, [...DISTRUST, ...CLIENT], []]) {
    const { status, stderr } = await health(...args);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^ledis: \S+: .+\n$/);
  }
  expect((await health("--cacert", "x")).stderr).toContain("no meaning without --tls");
});

test("dump and backup", async () => {
  using directory = temporaryDirectory();
  const dump = join(directory.path, "dump");
  expect((await runLedis("dump", "--addr", address, ...TRUST, ...CLIENT, "-o", dump)).status).toBe(
    0,
  );
  expect(existsSync(dump)).toBe(true);
  const to = join(directory.path, "backup");
  const backup = await runLedis("backup", "--addr", address, ...TRUST, ...CLIENT, "--to", to);
  expect(backup.stdout).toEndWith("Backup OK\n");
  const distrusted = await runLedis("dump", "--addr", address, ...DISTRUST, "-o", dump);
  expect(distrusted.status).toBe(1);
  expect(distrusted.stderr).toContain(`${address}: TLS handshake failed`);
  const both = await runLedis("dump", "--tls", "--data-dir", to);
  expect(both.stderr).toContain("either a server or --data-dir");
});
