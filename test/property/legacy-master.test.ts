import { expect, test } from "bun:test";
import { log } from "../../src/log.ts";
import { randomOf } from "../e2e/random.ts";
import { FakeLedisDB } from "../support/fake-ledisdb.ts";
import { act } from "../support/legacy-history.ts";
import { caughtUpLegacy, differences, followLegacy } from "../support/legacy-replicas.ts";
import { startServer } from "../support/start-server.ts";

test.each([1, 2, 3])(
  "whatever a v0.1 master does, its slave has the same (seed %i)",
  async (seed) => {
    const random = randomOf(seed);
    const { below } = random;
    const { sink } = log;
    log.sink = () => {};
    try {
      using master = new FakeLedisDB();
      master.fileBytesMax = 20_000;
      for (let i = 0; i < 300; i++) act(master, random);
      await using slave = await startServer();
      await followLegacy(slave, master);
      expect(differences(slave, master)).toEqual([]);
      const slaveof = `127.0.0.1:${master.address.port}`;
      for (let round = 0; round < 40; round++) {
        const steps = 1 + below(30);
        for (let i = 0; i < steps; i++) act(master, random);
        const incident = below(24);
        if (incident < 3) master.restart();
        else if (incident < 6) master.cut();
        else if (incident < 9) await slave.restart({ slaveof });
        await caughtUpLegacy(slave, master);
        expect(differences(slave, master)).toEqual([]);
      }
    } finally {
      log.sink = sink;
    }
  },
  60_000,
);
