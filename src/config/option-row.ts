/** The shape of one row of the option table (options.ts). */

import type { Address, TcpAddress } from "./address.ts";
import type { BufferLimits } from "./buffer-limits.ts";

/** What a value of each option type is inside the program. */
export interface OptionValues {
  string: string;
  boolean: boolean;
  /** Safe integer, in the row's unit. */
  integer: number;
  /** Safe integer, bytes. */
  bytes: number;
  /** File mode bits; 0 where none is set. */
  mode: number;
  enum: string;
  addresses: readonly Address[];
  "tcp-addresses": readonly TcpAddress[];
  /** null where no master is set. */
  master: TcpAddress | null;
  limits: BufferLimits;
}

export type OptionTypeName = keyof OptionValues;
export type AnyOptionValue = OptionValues[OptionTypeName];

export interface OptionRow {
  /** As in the file: LedisDB's own spelling, or Redis's for what Redis has. */
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly section:
    | "Network"
    | "TLS"
    | "Clients"
    | "Scripts"
    | "Storage"
    | "Binlog"
    | "Replication"
    | "Logs";
  readonly type: OptionTypeName;
  /** In the form of the command line. */
  readonly default: string;
  /** Of an integer. */
  readonly unit?: "seconds" | "milliseconds" | "microseconds";
  /** Smallest and largest number; without them int64 is the range, 0 its start for bytes. */
  readonly min?: number;
  readonly max?: number;
  /** Of an enum. */
  readonly choices?: readonly string[];
  readonly powerOfTwo?: true;
  /** 0 and below mean the default, as in LedisDB. */
  readonly nonPositiveIsDefault?: true;
  /** The empty string is refused. */
  readonly required?: true;
  /** CONFIG SET may change it while the server runs. */
  readonly runtime: boolean;
  /** And only where `enable-protected-configs` lets the client: the server writes where the value points. */
  readonly protected?: true;
  /** Not to be shown in logs. */
  readonly secret?: true;
  /** One or two sentences for docs/config.md and --help. */
  readonly doc: string;
}
