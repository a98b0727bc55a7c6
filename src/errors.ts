/**
 * Error texts that a client can see, and the classes that carry them.
 * A leaf: everything may import it.
 */

/** A client's mistake. Its message is protocol: code word first, as Redis spells it. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** Storage refused or failed: the turn is undone and writes stop until a probe succeeds. */
export class StorageError extends Error {
  override readonly name = "StorageError";
}

/** A mistake in configuration or on the command line; the message is one line for the operator. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Texts that several commands share; Redis 7's, to the byte. */
export const errors = {
  syntax: "ERR syntax error",
  notInteger: "ERR value is not an integer or out of range",
  notFloat: "ERR value is not a valid float",
  outOfRange: "ERR value is out of range",
  notPositive: "ERR value is out of range, must be positive",
  overflow: "ERR increment or decrement would overflow",
  decrementOverflow: "ERR decrement would overflow",
  infiniteIncrement: "ERR increment would produce NaN or Infinity",
  stringTooLong: "ERR string exceeds maximum allowed size (proto-max-bulk-len)",
  offsetOutOfRange: "ERR offset is out of range",
  noSuchKey: "ERR no such key",
  badStreamId: "ERR Invalid stream ID specified as stream command argument",
  idTooSmall: "ERR The ID specified in XADD is equal or smaller than the target stream top item",
  idZero: "ERR The ID specified in XADD must be greater than 0-0",
  idsExhausted: "ERR The stream has exhausted the last possible ID, unable to add more items",
  entryTooLarge: "ERR Elements are too large to be stored",
  belowTop: "ERR The ID specified in XSETID is smaller than the target stream top item",
  belowLength: "ERR The entries_added specified in XSETID is smaller than the target stream length",
  indexOutOfRange: "ERR index out of range",
  sortNotNumbers: "ERR One or more scores can't be converted into double",
  listFull: "ERR the list has no room at this end",
  rankZero:
    "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list",
  negativeCount: "ERR COUNT can't be negative",
  negativeMaxLength: "ERR MAXLEN can't be negative",
  noKeys: "ERR numkeys should be greater than 0",
  noCount: "ERR count should be greater than 0",
  timeoutNotFloat: "ERR timeout is not a float or out of range",
  negativeTimeout: "ERR timeout is negative",
  unblocked: "UNBLOCKED client unblocked via CLIENT UNBLOCK",
  sameObject: "ERR source and destination objects are the same",
  databaseOutOfRange: "ERR DB index is out of range",
  invalidDatabase: "ERR invalid DB index",
  invalidCursor: "ERR invalid cursor",
  invalidFirstDatabase: "ERR invalid first DB index",
  invalidSecondDatabase: "ERR invalid second DB index",
  notInt32: "ERR value is out of range, value must between -2147483648 and 2147483647",
  expireConditions: "ERR NX and XX, GT or LT options at the same time are not compatible",
  expireBounds: "ERR GT and LT options at the same time are not compatible",
  noFrequency:
    "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.",
  lcsTypes: "ERR The specified keys must contain string values",
  lcsBoth: "ERR If you want both the length and indexes, please just use IDX.",
  lcsTooLarge: "ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len",
  bitOffset: "ERR bit offset is not an integer or out of range",
  bitValue: "ERR bit is not an integer or out of range",
  bitSought: "ERR The bit argument must be 1 or 0.",
  bitNotOneSource: "ERR BITOP NOT must be called with a single source key.",
  bitFieldType:
    "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.",
  bitFieldOverflow: "ERR Invalid OVERFLOW type specified",
  bitFieldReadOnly: "ERR BITFIELD_RO only supports the GET subcommand",
  notSymmetricInt64:
    "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807",
  keyCount: "ERR numkeys should be greater than 0",
  keyCountTooLarge: "ERR Number of keys can't be greater than number of args",
  negativeLimit: "ERR LIMIT can't be negative",
  noFieldsWord: "ERR Mandatory argument FIELDS is missing or not at the right position",
  fieldCountTooSmall: "ERR Parameter `numFields` should be greater than 0",
  fieldCountNotPositive: "ERR Number of fields must be a positive integer",
  fieldCountMismatch: "ERR The `numfields` parameter must match the number of arguments",
  fieldCountInvalid: "ERR invalid number of fields",
  negativeExpire: "ERR invalid expire time, must be >= 0",
  missingExpire: "ERR missing expire time",
  setConditions: "ERR Only one of FXX or FNX arguments can be specified",
  setTtls: "ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified",
  hashNotInteger: "ERR hash value is not an integer",
  hashNotFloat: "ERR hash value is not a float",
  infiniteOperand: "ERR value is NaN or Infinity",
  ledisParameters: "ERR invalid command param",
  bitmapOffset: "ERR invalid offset",
  bitmapDuplicate: "ERR duplicate bit pos",
  scoreNotNumber: "ERR resulting score is not a number (NaN)",
  scoreRange: "ERR min or max is not a float",
  lexRange: "ERR min or max not valid string range item",
  rankRangeLimit:
    "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX",
  lexRangeScores: "ERR syntax error, WITHSCORES not supported in combination with BYLEX",
  addConditions: "ERR XX and NX options at the same time are not compatible",
  addComparisons: "ERR GT, LT, and/or NX options at the same time are not compatible",
  addIncrement: "ERR INCR option supports a single increment-element pair",
  weightNotFloat: "ERR weight value is not a float",
  notHyperLogLog: "WRONGTYPE Key is not a valid HyperLogLog string value.",
  corruptHyperLogLog: "INVALIDOBJ Corrupted HLL object detected",
  noHyperLogLog: "ERR The specified key does not exist",
  hyperLogLogNotSparse: "ERR HLL encoding is not sparse",
  geoUnit: "ERR unsupported unit provided. please use M, KM, FT, MI",
  geoMember: "ERR could not decode requested zset member",
  radiusNotFloat: "ERR need numeric radius",
  widthNotFloat: "ERR need numeric width",
  heightNotFloat: "ERR need numeric height",
  negativeRadius: "ERR radius cannot be negative",
  negativeBox: "ERR height or width cannot be negative",
  geoCount: "ERR COUNT must be > 0",
  anyWithoutCount: "ERR the ANY argument requires COUNT argument",
  wrongType: "WRONGTYPE Operation against a key holding the wrong kind of value",
  wrongPassword: "WRONGPASS invalid username-password pair or user is disabled.",
  noPasswordConfigured:
    "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?",
  helloNeedsAuth:
    "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time",
  protocolNotInteger: "ERR Protocol version is not an integer or out of range",
  noProtocol: "NOPROTO unsupported protocol version",
  clientName: "ERR Client names cannot contain spaces, newlines or special characters.",
  cachingWithoutTracking:
    "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled",
  cachingYes: "ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.",
  cachingNo: "ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.",
  trackingTwoRedirects: "ERR A client can only redirect to a single other client",
  trackingNoSuchClient: "ERR The client ID you want redirect to does not exist",
  trackingPrefixAlone: "ERR PREFIX option requires BCAST mode to be enabled",
  trackingOtherMode:
    "ERR You can't switch BCAST mode on/off before disabling tracking for this client, and then re-enabling it with a different mode.",
  trackingBroadcastOption: "ERR OPTIN and OPTOUT are not compatible with BCAST",
  trackingTwoOptions: "ERR You can't specify both OPTIN mode and OPTOUT mode",
  trackingOtherOption:
    "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then re-enabling it with a different mode.",
  noSuchClient: "ERR No such client",
  dumpFooter: "ERR DUMP payload version or checksum are wrong",
  dumpFormat: "ERR Bad data format",
  busyKey: "BUSYKEY Target key name already exists.",
  negativeTtl: "ERR Invalid TTL value, must be >= 0",
  negativeIdleTime: "ERR Invalid IDLETIME value, must be >= 0",
  frequencyRange: "ERR Invalid FREQ value, must be >= 0 and <= 255",
  noScript: "NOSCRIPT No matching script. Please use EVAL.",
  negativeKeys: "ERR Number of keys can't be negative",
  scriptMayWrite: "ERR Can not execute a script with write flag using *_ro command.",
  scriptUnknownCommand: "ERR Unknown Redis command called from script",
  scriptArity: "ERR Wrong number of args calling Redis command from script",
  scriptStale: "ERR Can not execute the command on a stale replica",
  notFromScript: "ERR This Redis command is not allowed from script",
  scriptReadOnly: "ERR Write commands are not allowed from read-only scripts.",
  noScriptRuns: "NOTBUSY No scripts in execution right now.",
  scriptFlushMode: "ERR SCRIPT FLUSH only support SYNC|ASYNC option",
  scriptDebugMode: "ERR Use SCRIPT DEBUG YES/SYNC/NO",
  noScriptDebugger: "ERR the script debugger is not supported",
  noFunction: "ERR Function not found",
  functionKeys: "ERR Bad number of keys provided",
  noLibraryPattern: "ERR library name argument was not given",
  functionFlushMode: "ERR FUNCTION FLUSH only supports SYNC|ASYNC option",
  functionRestorePolicy:
    "ERR Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE.",
  saveInProgress: "ERR Background save already in progress",
  noAuth: "NOAUTH Authentication required.",
  nestedMulti: "ERR MULTI calls can not be nested",
  watchInMulti: "ERR WATCH inside MULTI is not allowed",
  execWithoutMulti: "ERR EXEC without MULTI",
  discardWithoutMulti: "ERR DISCARD without MULTI",
  execAborted: "EXECABORT Transaction discarded because of previous errors.",
  notInMulti: "ERR Command not allowed inside a transaction",
  monitorInMulti: "ERR MONITOR isn't allowed for DENY BLOCKING client",
  monitorAsSlave: "ERR Replica can't interact with the keyspace",
  clientMemory: "ERR client-query-buffer-limit does not allow this client to hold more",
  readOnly: "READONLY You can't write against a read only replica.",
  masterDown: "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
  noReplicas: "NOREPLICAS Not enough good replicas to write.",
  roleChanged:
    "UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)",
  replaced: "ERR the database was replaced by a copy of the master's meanwhile",
  masterPort: "ERR Invalid master port",
  timeoutNotInteger: "ERR timeout is not an integer or out of range",
  waitOnSlave:
    "ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 if a replica is configured to be writable (which is not the default) writes to replicas are just local and are not propagated.",
  waitAofOnSlave:
    "ERR WAITAOF cannot be used with replica instances. Please also note that writes to replicas are just local and are not propagated.",
} as const;

/** INVALID expire time of a SET, GETEX, EXPIRE ...: `command` in lower case. */
export function invalidExpire(command: string): string {
  return `ERR invalid expire time in '${command}' command`;
}

/** A count of keys below 1: `command` in lower case. */
export function noInputKeys(command: string): string {
  return `ERR at least 1 input key is needed for '${command}' command`;
}

/** There is no such place on earth. */
export function invalidPosition(longitude: string, latitude: string): string {
  return `ERR invalid longitude,latitude pair ${longitude},${latitude}`;
}

/** @param storing what stores, as Redis calls it */
export function shownAndStored(storing: string): string {
  return `ERR ${storing} is not compatible with WITHDIST, WITHHASH and WITHCOORD options`;
}

/** @param choice two words, and how they are joined. @param command its name as the client has written it */
export function notExactlyOne(choice: string, command: string): string {
  return `ERR exactly one of ${choice} can be specified for ${command}`;
}

export function wrongArity(command: string): string {
  return `ERR wrong number of arguments for '${command}' command`;
}

/** A client that is subscribed in RESP2 may do little else: `command` in lower case. */
export function notWhileSubscribed(command: string): string {
  return `ERR Can't execute '${command}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`;
}

/** EXEC itself was refused, for the reason that `error` tells. */
export function execRefused(error: string): string {
  return `EXECABORT Transaction discarded because of: ${error.replace(/^ERR /, "")}`;
}

/** Right subcommand, wrong words behind it. `name` is the container's, both in upper case. */
export function wrongSubcommand(name: string, subcommand: string): string {
  return `ERR unknown subcommand or wrong number of arguments for '${subcommand}'. Try ${name} HELP.`;
}

/** A script broke a limit. `title` names it, `reason` says which limit, in the past tense. */
export function scriptStopped(title: string, reason: string): string {
  return `ERR ${title} was stopped and its writes were undone: ${reason}`;
}

/** What went wrong, as one text, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
