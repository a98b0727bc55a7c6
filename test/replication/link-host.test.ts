import { expect, test } from "bun:test";
import { Config } from "../../src/config/config.ts";
import type { Ledis } from "../../src/database/ledis.ts";
import { linkHost, type ReplicationHost } from "../../src/replication/link-host.ts";
import { certificate } from "../support/certificates.ts";
import { FakeKeyspace } from "../support/fake-log.ts";

function hostOf(config: Config, holdsKeys: boolean): ReplicationHost {
  const unused = () => {
    throw new Error("not used here");
  };
  return {
    config,
    runId: "r",
    tcpPort: 7000,
    keyspace: new FakeKeyspace(),
    get ledis(): Ledis {
      return unused();
    },
    get server() {
      return unused();
    },
    dataDirectory: "none",
    setFollowing: unused,
    translate: unused,
    afterTurn: unused,
    pauseWrites: unused,
    resumeWrites: unused,
    unblockClients: unused,
    holdsKeys: () => Promise.resolve(holdsKeys),
    createCopy: unused,
    replaceDatabase: unused,
  };
}

const owner = (isKnown: boolean) => ({
  isFollowedBy: (runId: string) => runId === "f",
  isKnownMaster: () => isKnown,
  grew() {},
  changed() {},
});

test("settings and the server are seen as they are at the moment", () => {
  const config = Config.load({ overrides: { "repl-timeout": "7" } });
  const host = linkHost(hostOf(config, true), owner(true));
  expect(host.settings).toEqual({ credentials: [], timeoutMs: 7000, tls: null });
  config.set([
    ["masterauth", "secret"],
    ["tls-replication", "yes"],
    ["tls-ca-cert-file", certificate("ca.crt")],
  ]);
  expect(host.settings.tls?.verify).toBe("chain");
  expect(host.settings.credentials).toEqual(["secret"]);
  config.set([["masteruser", "slave"]]);
  expect(host.settings.credentials).toEqual(["slave", "secret"]);
  expect([host.runId, host.listeningPort]).toEqual(["r", 7000]);
  expect([host.isFollowedBy("f"), host.isFollowedBy("g")]).toEqual([true, false]);
});

test("an empty copy of a known master is refused where keys would be lost", async () => {
  const config = Config.load({ overrides: {} });
  const copy = (keys: number) =>
    ({ keys, historyId: new Uint8Array(16) }) as Parameters<
      ReturnType<typeof linkHost>["refusalOf"]
    >[0];
  const refusal = (keys: number, isKnown: boolean, holdsKeys: boolean) =>
    linkHost(hostOf(config, holdsKeys), owner(isKnown)).refusalOf(copy(keys));
  expect(await refusal(0, true, true)).toContain("lost its data");
  expect(await refusal(1, true, true)).toBeNull();
  expect(await refusal(0, false, true)).toBeNull();
  expect(await refusal(0, true, false)).toBeNull();
});
