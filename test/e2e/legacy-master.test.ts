import { expect, test } from "bun:test";
import { join } from "node:path";
import { log } from "../../src/log.ts";
import { FakeLedisDB } from "../support/fake-ledisdb.ts";
import { act } from "../support/legacy-history.ts";
import { caughtUpLegacy, differences } from "../support/legacy-replicas.ts";
import { ServerProcess } from "../support/server-process.ts";
import { startServer } from "../support/start-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { randomOf } from "./random.ts";

test("a slave of v0.1 that is killed again and again has exactly what its master has", async () => {
  const { sink } = log;
  log.sink = () => {};
  try {
    using directory = temporaryDirectory();
    const data = join(directory.path, "data");
    using master = new FakeLedisDB();
    master.fileBytesMax = 30_000;
    const random = randomOf(7);
    const slaveof = `127.0.0.1:${master.address.port}`;
    for (let round = 0; round < 8; round++) {
      for (let i = 0; i < 100; i++) act(master, random);
      const options = { directory: data, arguments: ["--slaveof", slaveof] };
      const slave = await ServerProcess.start(options);
      const writing = setInterval(() => act(master, random), 1);
      await Bun.sleep(random.below(400));
      await slave.kill();
      clearInterval(writing);
    }
    await using slave = await startServer({ data_dir: data, slaveof });
    await caughtUpLegacy(slave, master);
    expect(differences(slave, master)).toEqual([]);
    const copies = master.requests.filter((request) => request === "FULLSYNC");
    expect(copies.length).toBeLessThan(8);
  } finally {
    log.sink = sink;
  }
}, 60_000);
