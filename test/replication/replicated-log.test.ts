import { expect, test } from "bun:test";
import type { DirectoryBuilder } from "../../src/keyspace/snapshots/directory-builder.ts";
import type { CopyBuilder, ReplicatedKeyspace } from "../../src/replication/replicated-log.ts";
import { openLedis } from "../support/open-ledis.ts";

/** Checked by the compiler. */
const asCopyBuilder = (builder: DirectoryBuilder): CopyBuilder => builder;

test("the database is what replication takes it for", async () => {
  await using opened = await openLedis();
  const keyspace: ReplicatedKeyspace = opened.ledis.keyspace;
  const { position } = keyspace.history;
  expect(keyspace.history.offsetOf(position)).toBe(keyspace.history.offset);
  expect(await keyspace.history.read(position, null, 1000)).toEqual({ kind: "end" });
  expect(asCopyBuilder).toBeFunction();
});
