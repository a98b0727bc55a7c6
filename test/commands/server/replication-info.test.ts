import { expect, test } from "bun:test";
import type { Context } from "../../../src/commands/context.ts";
import type { MasterStatus, ReplicationStatus } from "../../../src/commands/replication.ts";
import { replicationFields } from "../../../src/commands/server/replication-info.ts";

const plain: ReplicationStatus = {
  master: null,
  slaves: [],
  goodSlaves: null,
  offset: 1000,
  firstOffset: 400,
  historyId: "ab".repeat(16),
  previous: null,
  failover: "no-failover",
  counts: { full: 0, partial: 0, refused: 0 },
};
const master: MasterStatus = {
  ...{ host: "10.0.0.1", port: 6380, state: "connected", lastIoSeconds: 0, downSeconds: 0 },
  ...{ error: null, syncBytes: 0, lagBytes: 5, lagSeconds: 1, skipped: 0 },
} as const;

function linesOf(status: Partial<ReplicationStatus>): string[] {
  const replication = { status: () => ({ ...plain, ...status }) };
  const context = { server: { replication } } as unknown as Context;
  return replicationFields(context).map(([name, value]) => `${name}:${value}`);
}

test("a master has Redis's fields in its order", () => {
  expect(linesOf({})).toEqual([
    "role:master",
    "connected_slaves:0",
    "master_failover_state:no-failover",
    `master_replid:${"ab".repeat(16)}00000000`,
    `master_replid2:${"0".repeat(40)}`,
    "master_repl_offset:1000",
    "second_repl_offset:-1",
    "repl_backlog_active:1",
    "repl_backlog_size:600",
    "repl_backlog_first_byte_offset:401",
    "repl_backlog_histlen:600",
  ]);
});

test("slaves are lines, and the history before is the second id", () => {
  const lines = linesOf({
    goodSlaves: 1,
    slaves: [{ ip: "::1", port: 7000, state: "online", offset: 990, lagSeconds: 1, lagBytes: 10 }],
    previous: { historyId: "cd".repeat(16), offset: 700 },
  });
  expect(lines.slice(1, 4)).toEqual([
    "connected_slaves:1",
    "min_slaves_good_slaves:1",
    "slave0:ip=::1,port=7000,state=online,offset=990,lag=1",
  ]);
  expect(lines).toContain("slave0_lag_bytes:10");
  expect(lines).toContain(`master_replid2:${"cd".repeat(16)}00000000`);
  expect(lines).toContain("second_repl_offset:701");
});

test("a slave tells of its link, and what is wrong with it", () => {
  const up = linesOf({ master });
  expect(up.slice(0, 11)).toEqual([
    "role:slave",
    "master_host:10.0.0.1",
    "master_port:6380",
    "master_link_status:up",
    "master_last_io_seconds_ago:0",
    "master_sync_in_progress:0",
    "slave_read_repl_offset:1000",
    "slave_repl_offset:1000",
    "slave_priority:100",
    "slave_read_only:1",
    "replica_announced:1",
  ]);
  expect(up).toContain("slave_lag_bytes:5");
  const down = linesOf({
    master: { ...master, state: "connect", downSeconds: 7, error: "connection\r\nrefused" },
  });
  expect(down).toContain("master_link_status:down");
  expect(down).toContain("master_last_io_seconds_ago:-1");
  expect(down).toContain("master_link_down_since_seconds:7");
  expect(down).toContain("master_link_error:connection refused");
  const copying = linesOf({ master: { ...master, state: "sync", syncBytes: 77 } });
  expect(copying).toContain("master_sync_in_progress:1");
  expect(copying).toContain("master_sync_read_bytes:77");
});
