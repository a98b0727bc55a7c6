/** What INFO, ROLE and tools are told of replication. */
import type { MasterStatus, ReplicationStatus } from "../commands/replication.ts";
import type { ReadableLog } from "./replicated-log.ts";
import type { Slaves } from "./slaves.ts";

export interface ReplicationState {
  readonly master: MasterStatus | null;
  readonly slaves: Slaves;
  readonly goodSlaves: number | null;
  readonly failover: ReplicationStatus["failover"];
  readonly counts: ReplicationStatus["counts"];
}

/** The state, with what the log says of itself. */
export function replicationStatus(
  history: ReadableLog,
  { master, slaves, goodSlaves, failover, counts }: ReplicationState,
): ReplicationStatus {
  const files = history.files();
  const historyId = history.id.toHex();
  const older = files.findLast((file) => file.historyId.toHex() !== historyId);
  const { offset } = history;
  return {
    master,
    slaves: slaves.status(offset),
    goodSlaves,
    failover,
    offset,
    firstOffset: files[0]?.base ?? offset,
    historyId,
    previous:
      older === undefined
        ? null
        : { historyId: older.historyId.toHex(), offset: older.base + older.bytes },
    counts: { ...counts },
  };
}
