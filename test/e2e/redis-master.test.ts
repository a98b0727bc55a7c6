import { expect, test } from "bun:test";
import { join } from "node:path";
import { log } from "../../src/log.ts";
import { FakeRedis } from "../support/fake-redis.ts";
import { rdbOf } from "../support/rdb-file.ts";
import { eventually, linkOf } from "../support/replicas.ts";
import { ServerProcess } from "../support/server-process.ts";
import { startServer } from "../support/start-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { randomOf } from "./random.ts";

test("a slave of Redis that is killed again and again has done everything once", async () => {
  const { sink } = log;
  log.sink = () => {};
  try {
    using directory = temporaryDirectory();
    const data = join(directory.path, "data");
    using master = new FakeRedis();
    const counters = new Map<string, number>();
    const items: string[] = [];
    master.copy = () => {
      // What the list holds would be another kind of value: it begins behind the first copy.
      const strings = [...counters].map(([key, value]) => ({ key, value: `${value}` }));
      return rdbOf([...strings, { key: "seed", value: "0" }]);
    };
    const random = randomOf(11);
    const act = () => {
      const key = `c${random.below(50)}`;
      counters.set(key, (counters.get(key) ?? 0) + 1);
      master.write("INCR", key);
      if (random.below(4) > 0) return;
      items.push(`${items.length}`);
      master.write("MULTI");
      master.write("RPUSH", "list", items.length - 1);
      master.write("INCR", "length");
      master.write("EXEC");
    };
    const slaveof = `127.0.0.1:${master.address.port}`;
    const options = { directory: data, arguments: ["--slaveof", slaveof] };
    const first = await ServerProcess.start(options);
    await eventually("it follows", () => master.acknowledged === master.offset);
    await first.kill();
    for (let round = 0; round < 8; round++) {
      for (let i = 0; i < 200; i++) act();
      const slave = await ServerProcess.start(options);
      const writing = setInterval(act, 1);
      await Bun.sleep(random.below(400));
      await slave.kill();
      clearInterval(writing);
    }
    await using slave = await startServer({ data_dir: data, slaveof });
    await using client = await slave.connect();
    await eventually("it has caught up", async () => {
      const there = await client.call("LLEN", "list");
      return linkOf(slave) === "connected" && there === items.length;
    });
    expect(await client.call("LRANGE", "list", 0, -1)).toEqual(items);
    expect(await client.call("GET", "length")).toBe(`${items.length}`);
    const names = [...counters.keys()];
    expect(await client.call("MGET", ...names)).toEqual(
      names.map((name) => `${counters.get(name)}`),
    );
    expect(master.copies).toBe(1);
  } finally {
    log.sink = sink;
  }
}, 60_000);
