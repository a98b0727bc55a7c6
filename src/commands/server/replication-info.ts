/** INFO replication: Redis's fields under its names, and some of this server's own behind them. */
import type { Context } from "../context.ts";
import type { MasterStatus, ReplicationStatus } from "../replication.ts";
import type { InfoField } from "./info-field.ts";

/** Hex digits of Redis's replication ids. */
const ID_DIGITS = 40;

const yesNo = (value: boolean): number => (value ? 1 : 0);

function masterFields(master: MasterStatus, offset: number): InfoField[] {
  const isUp = master.state === "connected";
  const isCopying = master.state === "sync";
  const fields: InfoField[] = [
    ["master_host", master.host],
    ["master_port", master.port],
    ["master_link_status", isUp ? "up" : "down"],
    ["master_last_io_seconds_ago", isUp ? master.lastIoSeconds : -1],
    ["master_sync_in_progress", yesNo(isCopying)],
    ["slave_read_repl_offset", offset],
    ["slave_repl_offset", offset],
  ];
  if (isCopying) {
    fields.push(
      ["master_sync_total_bytes", 0],
      ["master_sync_read_bytes", master.syncBytes],
      ["master_sync_left_bytes", 0],
      ["master_sync_perc", "0.00"],
      ["master_sync_last_io_seconds_ago", master.lastIoSeconds],
    );
  }
  if (!isUp) fields.push(["master_link_down_since_seconds", master.downSeconds]);
  fields.push(["slave_priority", 100], ["slave_read_only", 1], ["replica_announced", 1]);
  return fields;
}

/** What Redis has no name for. */
function ownMasterFields(master: MasterStatus): InfoField[] {
  return [
    ["master_link_state", master.state],
    ["master_link_error", (master.error ?? "").replaceAll(/[\r\n]+/g, " ")],
    ["slave_lag_bytes", master.lagBytes],
    ["slave_lag_seconds", master.lagSeconds],
    ["slave_skipped_changes", master.skipped],
  ];
}

function slaveFields({ slaves, goodSlaves }: ReplicationStatus): InfoField[] {
  const fields: InfoField[] = [["connected_slaves", slaves.length]];
  if (goodSlaves !== null) fields.push(["min_slaves_good_slaves", goodSlaves]);
  for (const [number, { ip, port, state, offset, lagSeconds }] of slaves.entries()) {
    const line = `ip=${ip},port=${port},state=${state},offset=${offset},lag=${lagSeconds}`;
    fields.push([`slave${number}`, line]);
  }
  return fields;
}

export function replicationFields({ server }: Context): InfoField[] {
  const status = server.replication.status();
  const { master, slaves, offset, firstOffset, historyId, previous } = status;
  return [
    ["role", master === null ? "master" : "slave"],
    ...(master === null ? [] : masterFields(master, offset)),
    ...slaveFields(status),
    ["master_failover_state", status.failover],
    ["master_replid", historyId.padEnd(ID_DIGITS, "0")],
    ["master_replid2", (previous?.historyId ?? "").padEnd(ID_DIGITS, "0")],
    ["master_repl_offset", offset],
    ["second_repl_offset", previous === null ? -1 : previous.offset + 1],
    ["repl_backlog_active", 1],
    ["repl_backlog_size", offset - firstOffset],
    ["repl_backlog_first_byte_offset", firstOffset + 1],
    ["repl_backlog_histlen", offset - firstOffset],
    ...(master === null ? [] : ownMasterFields(master)),
    ...slaves.map(({ lagBytes }, number): InfoField => [`slave${number}_lag_bytes`, lagBytes]),
  ];
}
