import { expect, test } from "bun:test";
import {
  type CopySource,
  copyFromDirectory,
  copyFromServer,
} from "../../../src/cli/data/copy-source.ts";
import { ServerConnection } from "../../../src/cli/server-connection.ts";
import { decodeBlock } from "../../../src/keyspace/snapshots/snapshot-format.ts";
import { serveCopy } from "../../support/copy-server.ts";
import { setAllTypes, temporaryPaths, withLedis } from "../../support/offline-data.ts";
import { startServer } from "../../support/start-server.ts";

async function blocksOf(source: CopySource): Promise<Uint8Array[]> {
  const blocks: Uint8Array[] = [];
  for (;;) {
    const block = await source.next();
    if (block === null) return blocks;
    blocks.push(block);
  }
}

test("a server and its directory give the same copy", async () => {
  using paths = temporaryPaths();
  let copied: Uint8Array[] = [];
  let head = new Uint8Array(0);
  await withLedis(paths.of("data"), async (ledis) => {
    await setAllTypes(ledis, 3000);
    using server = await serveCopy(ledis.keyspace);
    const address = { kind: "tcp", host: "127.0.0.1", port: server.port } as const;
    await using source = await copyFromServer(await ServerConnection.open(address, ""));
    copied = await blocksOf(source);
    head = new Uint8Array(source.head);
  });
  expect(decodeBlock(copied.at(-1)!).kind).toBe("end");
  await using source = await copyFromDirectory(paths.of("data"));
  expect(new Uint8Array(source.head)).toEqual(head);
  expect(await blocksOf(source)).toEqual(copied);
});

test("who cannot be copied from is told", async () => {
  await using server = await startServer({ requirepass: "pw" });
  const address = { kind: "tcp", host: "127.0.0.1", port: server.port } as const;
  const connection = await ServerConnection.open(address, "");
  expect(await copyFromServer(connection).catch(String)).toMatch(/NOAUTH|no ledis server/);
  connection.close();
  expect(await copyFromDirectory("/nosuch").catch(String)).toContain("does not exist");
});
