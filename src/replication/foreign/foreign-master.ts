/**
 * Masters of another kind: what they are known by, and what a session with one works on: the link that it belongs to,
 * and the server around that.
 */
import type { LogPosition } from "../../binlog/position.ts";
import type { Server } from "../../commands/context.ts";
import type { TcpAddress } from "../../config/address.ts";
import type { Ledis } from "../../database/ledis.ts";
import type { ClientTls } from "../../net/connect.ts";
import { LinkError } from "../link-error.ts";
import type { MasterConnection } from "../master-connection.ts";

/** Masters whose log is not ours, and is translated. */
export type ForeignKind = "LedisDB v0.1" | "Redis";

/** How LedisDB v0.1 answers commands that it does not know. */
const UNKNOWN_TO_LEGACY = "ERR command not found";
/** How Redis, and servers made from it, begin their answer to what they do not know of REPLCONF. */
const UNKNOWN_TO_REDIS = "ERR Unrecognized REPLCONF option";

/** The other one is a server of another kind, which knows nothing of this conversation. */
export class ForeignMaster extends LinkError {
  readonly foreignKind: ForeignKind;

  constructor(foreignKind: ForeignKind) {
    super(`the master is a ${foreignKind}`);
    this.foreignKind = foreignKind;
  }
}

/** The kind of a master that answers a greeting with this error; null: of none that is known. */
export function foreignKindOf(text: string): ForeignKind | null {
  if (text === UNKNOWN_TO_LEGACY) return "LedisDB v0.1";
  return text.startsWith(UNKNOWN_TO_REDIS) ? "Redis" : null;
}

export interface ForeignLink {
  readonly address: TcpAddress;
  /** On which the master has told what it is. */
  readonly connection: MasterConnection;
  /** What AUTH is sent with, on a connection of the session's own; empty: it is not sent. */
  readonly credentials: readonly string[];
  /** Where this server listens. */
  readonly listeningPort: number;
  /** Longest silence of the master, in ms. */
  readonly timeoutMs: number;
  /** For a connection of the session's own; null: without TLS. */
  readonly tls: ClientTls | null;
  /** Aborted when the link is given up. */
  readonly signal: AbortSignal;
  pause(ms: number): Promise<void>;
  /** A full copy begins. */
  copying(): void;
  /** So many bytes have come, on a connection of the session's own. */
  received(bytes: number): void;
  /** Everything up to here is stored. @param isAll nothing is known to be behind it */
  reached(place: LogPosition, isAll: boolean): void;
  /** So many changes of the master were left out, as they cannot be made here. */
  skipped(count: number): void;
}

/** The server around it. */
export interface ForeignServer {
  readonly ledis: Ledis;
  /** What commands run on. */
  readonly server: Server;
  readonly dataDirectory: string;
  /** The database takes turns of its own from now on, although it follows. */
  translate(): void;
}

/** @returns why a copy with so many records must not take the place of the database; null when it may */
export type RefuseCopy = (records: number) => Promise<string | null>;
