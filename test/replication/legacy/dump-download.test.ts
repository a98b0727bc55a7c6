import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TcpAddress } from "../../../src/config/address.ts";
import { downloadDump } from "../../../src/replication/legacy/dump-download.ts";
import { clientOf, identity } from "../../support/certificates.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

/** A server that sends some pieces to whoever connects, slowly, and then perhaps closes. */
function playServer(
  pieces: readonly (Uint8Array | string)[],
  closes = false,
  tls: Bun.TLSOptions | null = null,
) {
  const listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    ...(tls === null ? {} : { tls }),
    socket: {
      async data(socket) {
        for (const piece of pieces) {
          let rest = typeof piece === "string" ? Buffer.from(piece, "latin1") : piece;
          while (rest.length > 0) {
            rest = rest.subarray(Math.max(0, socket.write(rest)));
            await Bun.sleep(1);
          }
        }
        if (closes) socket.end();
      },
    },
  });
  const address: TcpAddress = { kind: "tcp", host: "127.0.0.1", port: listener.port };
  return { address, [Symbol.dispose]: () => listener.stop(true) };
}

async function download(pieces: readonly (Uint8Array | string)[], closes = false) {
  using directory = temporaryDirectory();
  using server = playServer(pieces, closes);
  const path = join(directory.path, "dump");
  let received = 0;
  const outcome = await downloadDump(server.address, path, {
    timeoutMs: 500,
    tls: null,
    isStopped: () => false,
    received: (bytes) => {
      received += bytes;
    },
  }).catch(String);
  return { outcome, received, content: readFileSync(path) };
}

test("a dump comes into the file as it is, however it is cut into pieces", async () => {
  const { outcome, content } = await download(["$", "5\r", "\nab", "cde\r\n"]);
  expect(outcome).toBe(5);
  expect(content.toString()).toBe("abcde");
  const large = crypto.getRandomValues(new Uint8Array(65_536));
  const whole = Buffer.concat(Array.from({ length: 200 }, () => large));
  const second = await download([`$${whole.length}\r\n`, whole, "\r\n"]);
  expect(second.outcome).toBe(whole.length);
  expect(second.received).toBeGreaterThanOrEqual(whole.length);
  expect(Bun.hash(second.content)).toBe(Bun.hash(whole));
});

test("an empty dump is one", async () => {
  expect((await download(["$0\r\n\r\n"])).outcome).toBe(0);
});

test("refusals, nonsense, silence and lost connections are told", async () => {
  expect((await download(["-ERR no\r\n"])).outcome).toBe(
    "LinkError: FULLSYNC was refused: -ERR no",
  );
  expect((await download(["$-1\r\n"])).outcome).toContain("FULLSYNC was refused: $-1");
  expect((await download(["x".repeat(70_000)])).outcome).toContain("answered by nonsense");
  expect((await download(["$9\r\nabc"], true)).outcome).toContain("closed the connection");
  expect((await download(["$9\r\nabc"])).outcome).toContain("sent nothing for");
});

test("a dump comes over TLS, as from a master behind a tunnel", async () => {
  using directory = temporaryDirectory();
  using server = playServer(["$5\r\nab", "cde"], false, identity("server"));
  const path = join(directory.path, "dump");
  const options = { timeoutMs: 500, tls: clientOf(), isStopped: () => false, received() {} };
  expect(await downloadDump(server.address, path, options)).toBe(5);
  expect(readFileSync(path, "utf8")).toBe("abcde");
});

test("nobody there, or nobody who wants it, ends it", async () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, "dump");
  const closed = playServer([]);
  closed[Symbol.dispose]();
  const options = { timeoutMs: 500, tls: null, isStopped: () => false, received() {} };
  expect(`${await downloadDump(closed.address, path, options).catch(String)}`).toContain(
    "LinkError",
  );
  using silent = playServer([]);
  const stopped = { ...options, isStopped: () => true };
  expect(`${await downloadDump(silent.address, path, stopped).catch(String)}`).toBe(
    "LinkError: stopped",
  );
});
