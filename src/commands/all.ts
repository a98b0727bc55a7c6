/** Every command the server knows. */

import { absentFeatureCommands } from "./absent-features.ts";
import { binlogCommand } from "./binlog.ts";
import { bitmapCommands } from "./bitmaps.ts";
import { bitCommands } from "./bits.ts";
import { blockingListCommands } from "./blocking-lists.ts";
import { blockingZSetCommands } from "./blocking-zsets.ts";
import { clientCommand } from "./client.ts";
import type { Command } from "./command.ts";
import { configCommand } from "./config.ts";
import { connectionCommands } from "./connection.ts";
import { databaseCommands } from "./databases.ts";
import { debugCommand } from "./debug.ts";
import { latencyCommand, slowLogCommand } from "./diagnostics.ts";
import { dumpCommands } from "./dump.ts";
import { expiryCommands } from "./expiry.ts";
import { geoCommands } from "./geo.ts";
import { geoSearchCommands } from "./geo-searches.ts";
import { hashTtlCommands } from "./hash-ttls.ts";
import { hashCommands } from "./hashes.ts";
import { hyperLogLogCommands } from "./hyperloglog.ts";
import { infoCommand } from "./info.ts";
import { commandCommand } from "./introspection.ts";
import { keyCommands } from "./keys.ts";
import { listCommands } from "./lists.ts";
import { memoryCommand } from "./memory.ts";
import { monitorCommand } from "./monitor.ts";
import { objectCommands } from "./object.ts";
import { orderedScanCommands } from "./ordered-scans.ts";
import { pubSubCommands } from "./pub-sub.ts";
import { replicationCommands } from "./replication.ts";
import { scriptingCommands } from "./scripting.ts";
import { serverCommands } from "./server.ts";
import { setCommands } from "./sets.ts";
import { sortCommands } from "./sort.ts";
import { streamGroupCommands } from "./stream-groups.ts";
import { streamInfoCommand } from "./stream-info.ts";
import { streamReadCommands } from "./stream-reads.ts";
import { streamCommands } from "./streams.ts";
import { stringCommands } from "./strings.ts";
import { transactionCommands } from "./transactions.ts";
import { zsetAlgebraCommands } from "./zset-algebra.ts";
import { zsetRangeCommands } from "./zset-ranges.ts";
import { zsetCommands } from "./zsets.ts";

export const allCommands: readonly Command[] = [
  ...absentFeatureCommands,
  binlogCommand,
  ...bitmapCommands,
  ...bitCommands,
  ...blockingListCommands,
  ...blockingZSetCommands,
  ...databaseCommands,
  ...expiryCommands,
  clientCommand,
  commandCommand,
  configCommand,
  ...connectionCommands,
  debugCommand,
  ...dumpCommands,
  ...geoCommands,
  ...geoSearchCommands,
  ...hashCommands,
  ...hashTtlCommands,
  ...hyperLogLogCommands,
  infoCommand,
  ...keyCommands,
  latencyCommand,
  ...listCommands,
  memoryCommand,
  ...replicationCommands,
  monitorCommand,
  ...pubSubCommands,
  ...orderedScanCommands,
  ...scriptingCommands,
  ...serverCommands,
  slowLogCommand,
  ...objectCommands,
  ...setCommands,
  ...sortCommands,
  ...streamCommands,
  ...streamGroupCommands,
  streamInfoCommand,
  ...streamReadCommands,
  ...stringCommands,
  ...transactionCommands,
  ...zsetAlgebraCommands,
  ...zsetCommands,
  ...zsetRangeCommands,
];
