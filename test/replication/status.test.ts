import { expect, test } from "bun:test";
import { Slaves } from "../../src/replication/slaves.ts";
import { replicationStatus } from "../../src/replication/status.ts";
import { FakeLog } from "../support/fake-log.ts";

const state = {
  master: null,
  slaves: new Slaves(() => {}),
  goodSlaves: null,
  failover: "no-failover" as const,
  counts: { full: 1, partial: 2, refused: 3 },
};

test("a log of one history has no other before it", () => {
  const log = new FakeLog();
  log.rotate();
  expect(replicationStatus(log, state)).toEqual({
    ...state,
    slaves: [],
    offset: 80,
    firstOffset: 0,
    historyId: "01".repeat(16),
    previous: null,
  });
});

test("the history before the present one ended where its last file does", () => {
  const log = new FakeLog();
  log.append(new Uint8Array(60));
  log.rotate();
  const files = log.files.bind(log);
  log.files = () =>
    files().map((file) => (file.file === 1 ? { ...file, historyId: new Uint8Array(16) } : file));
  expect(replicationStatus(log, state).previous).toEqual({
    historyId: "00".repeat(16),
    offset: 100,
  });
});
