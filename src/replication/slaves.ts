/**
 * The slaves of this server: what each has of the log, and when it was heard last. A slave's next position is its
 * acknowledgement: everything before it stands in its log.
 */
import type { LogPosition } from "../binlog/position.ts";
import { clock } from "../clock.ts";
import type { Greeting, SlaveStatus } from "../commands/replication.ts";
import type { ReadableLog } from "./replicated-log.ts";

/** The connection of a slave. */
export interface SlaveClient {
  /** `host:port`. */
  readonly address: string;
  kill(): void;
}

/** How long the log is kept for a slave that went away, in ms: it may come back, or be putting a copy in place. */
const GRACE_MS = 60_000;

/** One slave. */
export class Slave {
  readonly client: SlaveClient;
  runId = "";
  listeningPort = 0;
  protocol = 0;
  state: SlaveStatus["state"] = "wait_bgsave";
  /** What it asked for last, and how far that is in bytes; null before it did. */
  position: LogPosition | null = null;
  offset = 0;
  /** Everything before this is on its disk. */
  durableOffset = 0;
  lastHeardMs = clock.nowMs();
  /** The next SYNC names a file of this history. */
  expectedHistory: Uint8Array | null = null;

  constructor(client: SlaveClient) {
    this.client = client;
  }

  /** True when it has introduced itself, so that it may be kept waiting. */
  get isGreeted(): boolean {
    return this.protocol > 0;
  }
}

interface Departed {
  readonly position: LogPosition;
  readonly untilMs: number;
}

export class Slaves {
  readonly #all = new Map<SlaveClient, Slave>();
  readonly #departed = new Map<string, Departed>();
  readonly #changed: () => void;

  /** @param changed called when a slave came, went, or has more of the log */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Those who follow the log or copy the database. */
  *attached(): Iterable<Slave> {
    for (const slave of this.#all.values()) if (slave.isGreeted) yield slave;
  }

  /** The slave at a connection, if it is one. */
  find(client: SlaveClient): Slave | undefined {
    return this.#all.get(client);
  }

  /** The slave at a connection, made if there is none. */
  of(client: SlaveClient): Slave {
    let slave = this.#all.get(client);
    if (slave === undefined) {
      slave = new Slave(client);
      this.#all.set(client, slave);
    }
    return slave;
  }

  greeted(client: SlaveClient, greeting: Greeting): void {
    const slave = this.of(client);
    slave.protocol = greeting.protocol;
    slave.runId = greeting.runId;
    slave.listeningPort = greeting.listeningPort;
    slave.lastHeardMs = clock.nowMs();
    this.#departed.delete(greeting.runId);
    this.#changed();
  }

  /** It asks for the log from a place that is in it. */
  acknowledged(slave: Slave, position: LogPosition, offset: number): void {
    slave.position = position;
    slave.state = "online";
    slave.offset = offset;
    slave.lastHeardMs = clock.nowMs();
    this.#changed();
  }

  /** It copies the database as of a place, and will ask for the log from there on. */
  copies(slave: Slave, position: LogPosition): void {
    slave.position = position;
    slave.state = "send_bulk";
    slave.lastHeardMs = clock.nowMs();
  }

  durable(slave: Slave, offset: number): void {
    slave.durableOffset = Math.max(slave.durableOffset, offset);
    slave.lastHeardMs = clock.nowMs();
    this.#changed();
  }

  gone(client: SlaveClient): void {
    const slave = this.#all.get(client);
    if (slave === undefined) return;
    this.#all.delete(client);
    if (slave.position !== null && slave.runId !== "") {
      const untilMs = clock.nowMs() + GRACE_MS;
      this.#departed.set(slave.runId, { position: slave.position, untilMs });
    }
    this.#changed();
  }

  /** Closes their connections. */
  disconnect(): void {
    for (const client of [...this.#all.keys()]) client.kill();
    this.#all.clear();
    this.#departed.clear();
    this.#changed();
  }

  /** Whether a server of this run is among them. */
  has(runId: string): boolean {
    for (const slave of this.attached()) if (slave.runId === runId) return true;
    return false;
  }

  /** How many have everything before `offset`. */
  countAcknowledged(offset: number): number {
    return this.#count((slave) => slave.offset >= offset);
  }

  /** How many have it on their disks. */
  countDurable(offset: number): number {
    return this.#count((slave) => slave.durableOffset >= offset);
  }

  /** How many were heard within so many seconds. */
  countInTouch(secondsMax: number): number {
    const sinceMs = clock.nowMs() - 1000 * (secondsMax + 1);
    return this.#count((slave) => slave.lastHeardMs > sinceMs);
  }

  /** Closes the connections of those who were not heard for so long. */
  dropSilent(timeoutMs: number): void {
    const sinceMs = clock.nowMs() - timeoutMs;
    for (const slave of [...this.attached()]) {
      if (slave.lastHeardMs < sinceMs) slave.client.kill();
    }
  }

  /** The first log file that one of them needs, unless it is too far behind. */
  lowestNeededFile(log: ReadableLog, lagBytesMax: number): number | null {
    const nowMs = clock.nowMs();
    for (const [runId, { untilMs }] of this.#departed) {
      if (untilMs < nowMs) this.#departed.delete(runId);
    }
    let lowest: number | null = null;
    for (const { position } of [...this.attached(), ...this.#departed.values()]) {
      if (position === null) continue;
      const offset = log.offsetOf(position);
      if (offset === null || log.offset - offset > lagBytesMax) continue;
      lowest = Math.min(lowest ?? position.file, position.file);
    }
    return lowest;
  }

  status(endOffset: number): SlaveStatus[] {
    const nowMs = clock.nowMs();
    return [...this.attached()].map((slave) => ({
      ip: ipOf(slave.client.address),
      port: slave.listeningPort,
      state: slave.state,
      offset: slave.offset,
      lagSeconds: Math.max(0, Math.floor((nowMs - slave.lastHeardMs) / 1000)),
      lagBytes: Math.max(0, endOffset - slave.offset),
    }));
  }

  #count(holds: (slave: Slave) => boolean): number {
    let count = 0;
    for (const slave of this.attached()) if (slave.state === "online" && holds(slave)) count++;
    return count;
  }
}

/** Host of `host:port`, an IPv6 address without its brackets. */
function ipOf(address: string): string {
  return address.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
}
