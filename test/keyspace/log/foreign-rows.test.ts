import { expect, test } from "bun:test";
import { catchUp, TestServers, write } from "../../support/follow.ts";
import { Rows } from "../../support/test-keyspace.ts";

test("applyTurns tells which keys were written to who wants to know", async () => {
  await using servers = new TestServers();
  const master = await servers.start("m");
  write(master, "a");
  const slave = await servers.startSlave(master, "s");
  const told: string[] = [];
  let wants = false;
  slave.onForeignKeys({
    wantsKeys: () => wants,
    keyChanged: (space, key) => void told.push(`${space}:${Buffer.from(key)}`),
  });
  write(master, "b");
  await catchUp(master, slave);
  wants = true;
  write(master, "c");
  new Rows(master).delete("a");
  master.endTurn();
  await catchUp(master, slave);
  expect(told).toEqual(["0:c", "0:a"]);
});
