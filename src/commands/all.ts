/** Every command the server knows. */

import { absentFeatureCommands } from "./absent-features.ts";
import { aclCommand } from "./acl/acl.ts";
import type { Command } from "./command.ts";
import { clientCommand } from "./connection/client.ts";
import { connectionCommands } from "./connection/connection.ts";
import { monitorCommand } from "./connection/monitor.ts";
import { pubSubCommands } from "./connection/pub-sub.ts";
import { transactionCommands } from "./connection/transactions.ts";
import { geoCommands } from "./geo/geo.ts";
import { geoSearchCommands } from "./geo/geo-searches.ts";
import { hashTtlCommands } from "./hashes/hash-ttls.ts";
import { hashCommands } from "./hashes/hashes.ts";
import { hyperLogLogCommands } from "./hyperloglog/hyperloglog.ts";
import { databaseCommands } from "./keys/databases.ts";
import { dumpCommands } from "./keys/dump.ts";
import { expiryCommands } from "./keys/expiry.ts";
import { keyCommands } from "./keys/keys.ts";
import { objectCommands } from "./keys/object.ts";
import { orderedScanCommands } from "./keys/ordered-scans.ts";
import { sortCommands } from "./keys/sort.ts";
import { blockingListCommands } from "./lists/blocking-lists.ts";
import { listCommands } from "./lists/lists.ts";
import { functionCommand } from "./scripting/function-libraries.ts";
import { functionCommands } from "./scripting/functions.ts";
import { scriptingCommands } from "./scripting/scripting.ts";
import { binlogCommand } from "./server/binlog.ts";
import { configCommand } from "./server/config.ts";
import { debugCommand } from "./server/debug.ts";
import { latencyCommand, slowLogCommand } from "./server/diagnostics.ts";
import { infoCommand } from "./server/info.ts";
import { commandCommand } from "./server/introspection.ts";
import { memoryCommand } from "./server/memory.ts";
import { replicationCommands } from "./server/replication.ts";
import { serverCommands } from "./server/server.ts";
import { setCommands } from "./sets/sets.ts";
import { streamGroupCommands } from "./streams/stream-groups.ts";
import { streamInfoCommand } from "./streams/stream-info.ts";
import { streamReadCommands } from "./streams/stream-reads.ts";
import { streamCommands } from "./streams/streams.ts";
import { bitmapCommands } from "./strings/bitmaps.ts";
import { bitCommands } from "./strings/bits.ts";
import { stringCommands } from "./strings/strings.ts";
import { blockingZSetCommands } from "./zsets/blocking-zsets.ts";
import { zsetAlgebraCommands } from "./zsets/zset-algebra.ts";
import { zsetRangeCommands } from "./zsets/zset-ranges.ts";
import { zsetCommands } from "./zsets/zsets.ts";

export const allCommands: readonly Command[] = [
  ...absentFeatureCommands,
  aclCommand,
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
  functionCommand,
  ...functionCommands,
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
