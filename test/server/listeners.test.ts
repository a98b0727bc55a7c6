import { expect, test } from "bun:test";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Config, type OptionTexts } from "../../src/config/config.ts";
import { Listeners } from "../../src/server/listeners.ts";
import { certificate, clientOf, TLS_SERVER } from "../support/certificates.ts";
import { keepLog } from "../support/keep-log.ts";
import { RespClient } from "../support/resp-client.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const lines = keepLog();

const events = {
  open: () => ({}),
  data() {},
  drain() {},
  close() {},
};

const PLAIN: OptionTexts = { addr: "127.0.0.1:0" };

async function open(overrides: OptionTexts) {
  const config = Config.load({ overrides });
  const listeners = new Listeners(config, events);
  try {
    await listeners.open();
  } catch (error) {
    listeners.stop();
    throw error;
  }
  return { config, listeners, [Symbol.dispose]: () => listeners.stop() };
}

/** Whether a server at the first TLS port is trusted by whom trusts the authority of the certificates. */
async function isTrusted({ listeners }: { listeners: Listeners<object> }): Promise<boolean> {
  return RespClient.connect(listeners.tlsAddresses[0]!, clientOf()).then(
    (client) => {
      client.close();
      return true;
    },
    () => false,
  );
}

test("plain and TLS addresses are told apart, and the port is the first plain one", async () => {
  using both = await open({ ...PLAIN, ...TLS_SERVER });
  const { addresses, tlsAddresses, tcpPort } = both.listeners;
  expect([addresses.length, tlsAddresses.length]).toEqual([1, 1]);
  expect(addresses[0]).toMatchObject({ kind: "tcp", port: tcpPort });
  using secure = await open({ addr: "", ...TLS_SERVER });
  expect(secure.listeners.addresses).toEqual([]);
  expect(secure.listeners.tcpPort).toBe(secure.listeners.tlsAddresses[0]!.port);
  expect(await isTrusted(secure)).toBe(true);
  using directory = temporaryDirectory();
  using unix = await open({ addr: join(directory.path, "x.sock") });
  expect(unix.listeners.tcpPort).toBe(0);
});

test.each([
  [{ addr: "" }, "addr and tls-addr are both empty"],
  [{ ...PLAIN, "tls-addr": "127.0.0.1:0" }, "tls-addr needs tls-cert-file and tls-key-file"],
  [{ ...PLAIN, ...TLS_SERVER, "tls-cert-file": "/nosuch" }, "tls-cert-file: ENOENT"],
  [{ ...PLAIN, "tls-replication": "yes" }, "tls-replication needs tls-ca-cert-file"],
] as [OptionTexts, string][])("%p is refused", async (options, reason) => {
  await expect(open(options)).rejects.toThrow(reason);
});

test("a certificate is renewed by setting its file again, and a bad one changes nothing", async () => {
  using directory = temporaryDirectory();
  const files = {
    "tls-cert-file": join(directory.path, "c"),
    "tls-key-file": join(directory.path, "k"),
  };
  const put = (name: string) => {
    copyFileSync(certificate(`${name}.crt`), files["tls-cert-file"]);
    copyFileSync(certificate(`${name}.key`), files["tls-key-file"]);
  };
  put("server");
  using server = await open({ addr: "", ...TLS_SERVER, ...files });
  const { config } = server;
  const [address] = server.listeners.tlsAddresses;
  const renew = () => config.set([["tls-cert-file", files["tls-cert-file"]]]);
  // The other authority's certificate is as good for the server, and not for its clients.
  put("stranger");
  renew();
  expect(await isTrusted(server)).toBe(false);
  put("renewed");
  renew();
  expect(await isTrusted(server)).toBe(true);
  expect(server.listeners.tlsAddresses[0]).toEqual(address!);
  writeFileSync(files["tls-cert-file"], "");
  expect(renew).toThrow("holds no certificate in PEM form");
  expect(lines.join("")).toContain("could not be set back name=tls-cert-file");
  expect(() => config.set([["tls-ciphers", "nosuch"]])).toThrow("argument 'tls-ciphers'");
  expect(config.get("tls-ciphers")).toBe("");
  expect(await isTrusted(server)).toBe(true);
});

test("certificate and key change together", async () => {
  using server = await open({ addr: "", ...TLS_SERVER });
  const { config } = server;
  const cert = ["tls-cert-file", certificate("renewed.crt")] as const;
  expect(() => config.set([cert])).toThrow("server.key is not the key of");
  config.set([cert, ["tls-key-file", certificate("renewed.key")]]);
  expect(config.get("tls-cert-file")).toEndWith("renewed.crt");
});

test("without TLS its options may be set to anything that is not used", async () => {
  using server = await open(PLAIN);
  server.config.set([["tls-cert-file", "/nosuch"]]);
  expect(() => server.config.set([["tls-replication", "yes"]])).toThrow("needs tls-ca-cert-file");
  expect(server.config.get("tls-replication")).toBe(false);
});
