/** A client on one line, as CLIENT LIST and CLIENT INFO of Redis 7.0 show it. */
import { clock } from "../../clock.ts";
import type { Client } from "../client.ts";
import { redirectOf } from "./tracking.ts";

/** What a connection takes besides its buffers, in bytes: about that. */
const CONNECTION_BYTES = 2048;

function flagsOf(client: Client): string {
  const { tracking, transaction } = client;
  const flags = [
    client.isSlave ? "S" : "",
    client.isMonitor ? "O" : "",
    client.isSubscriber ? "P" : "",
    transaction.isOpen ? "x" : "",
    client.isBlocked ? "b" : "",
    tracking.mode !== null ? "t" : "",
    tracking.isBroken ? "R" : "",
    tracking.mode?.isBroadcast ? "B" : "",
    transaction.isDirty ? "d" : "",
    client.isClosing ? "c" : "",
    client.isUnix ? "U" : "",
    client.noEvict ? "e" : "",
    client.noTouch ? "T" : "",
  ].join("");
  return flags === "" ? "N" : flags;
}

function seconds(milliseconds: number): number {
  return Math.max(0, Math.floor(milliseconds / 1000));
}

/** Memory that the client's buffers and connection take, in bytes: about that. */
export function clientBytes(client: Client): number {
  return CONNECTION_BYTES + client.inputBytes + client.outputBytes + client.transaction.bytes;
}

/** The line, without its end. */
export function clientLine(client: Client): string {
  const nowMs = clock.nowMs();
  const { subscriptions, transaction } = client;
  const fields: readonly (readonly [name: string, value: string | number])[] = [
    ["id", client.id],
    ["addr", client.address],
    ["laddr", client.localAddress],
    ["fd", client.fd],
    ["name", client.name],
    ["age", seconds(nowMs - client.createdAtMs)],
    ["idle", seconds(nowMs - client.lastActiveAtMs)],
    ["flags", flagsOf(client)],
    ["db", client.database],
    ["sub", subscriptions.count("channel")],
    ["psub", subscriptions.count("pattern")],
    ["ssub", subscriptions.count("shard")],
    ["multi", transaction.isOpen ? transaction.count : -1],
    ["qbuf", client.inputBytes],
    ["qbuf-free", 0],
    ["argv-mem", 0],
    ["multi-mem", transaction.bytes],
    ["rbs", 0],
    ["rbp", 0],
    ["obl", 0],
    ["oll", client.outputBytes > 0 ? 1 : 0],
    ["omem", client.outputBytes],
    ["tot-mem", clientBytes(client)],
    ["events", client.outputBytes > 0 ? "rw" : "r"],
    ["cmd", client.lastCommand],
    ["user", client.user.shownName],
    ["redir", redirectOf(client)],
    ["resp", client.protocol],
  ];
  return fields.map(([name, value]) => `${name}=${value}`).join(" ");
}
