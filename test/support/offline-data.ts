/** Data directories for tests of the tools: written, closed, read again. */
import { join } from "node:path";
import { logFilePath } from "../../src/binlog/log-files.ts";
import { fromText, toText } from "../../src/bytes/bytes.ts";
import { STREAM_ID_MIN, streamId } from "../../src/bytes/stream-id.ts";
import { DatasetDigest } from "../../src/database/dataset-digest.ts";
import type { DB } from "../../src/database/db.ts";
import { Ledis } from "../../src/database/ledis.ts";
import { log } from "../../src/log.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const added = { condition: null, comparison: null, increments: false } as const;
/** Far away. */
const LATER_MS = 4_102_444_800_000;
const options = { sync: "no", writeBufferBytes: 8 << 20, cacheBytes: 8 << 20 } as const;

/** Opens a database, has it written to, and closes it. */
export async function withLedis<T>(
  directory: string,
  use: (ledis: Ledis) => T | Promise<T>,
): Promise<T> {
  const { level } = log;
  log.level = "error";
  const ledis = await Ledis.open({ ...options, directory });
  try {
    return await use(ledis);
  } finally {
    await ledis.close();
    log.level = level;
  }
}

/** One turn for each of these keys. */
export async function setKeys(ledis: Ledis, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    ledis.select(0).strings.set(fromText(key), fromText(`value of ${key}`));
    await ledis.committed();
  }
}

/** A key of every type. */
export async function setAllTypes(ledis: Ledis, members = 3): Promise<void> {
  const db = ledis.select(0);
  db.strings.set(fromText("kv"), fromText("v"));
  for (let i = 0; i < members; i++) {
    const name = fromText(`m${i}`);
    db.hashes.set(fromText("hash"), [name, fromText(`${i}`)]);
    db.sets.add(fromText("set"), [name]);
    db.lists.push(fromText("list"), "right", [name]);
    db.zsets.add(fromText("zset"), [{ member: name, score: i }], added);
    db.bitmaps.setBit(fromText("bitmap"), { offset: i * 5000, value: 1 });
    if (i % 500 === 499) await ledis.committed();
  }
  addStream(db, members);
  db.hashTtls.expire(fromText("hash"), [fromText("m0")], LATER_MS, null);
  await ledis.committed();
}

/** A stream whose group waits for half of its entries. */
function addStream({ streams, streamGroups }: DB, entries: number): void {
  const key = fromText("stream");
  for (let i = 1; i <= entries; i++) {
    const how = { create: true, trim: null, nowMs: 0 };
    streams.add(key, { form: "given", id: streamId(BigInt(i), 0n) }, [key, fromText(`${i}`)], how);
  }
  const stream = streams.findForWrite(key)!;
  const marks = { lastId: STREAM_ID_MIN, entriesRead: 0n };
  const group = streamGroups.create(key, stream, fromText("group"), marks)!;
  const consumer = group.addConsumer(fromText("consumer"), LATER_MS);
  const count = Math.ceil(entries / 2);
  streamGroups.deliver(stream, group, consumer, { keep: true, count, nowMs: LATER_MS });
}

/** All strings of database 0 among these keys that are there. */
export function keysIn(directory: string, ...keys: readonly string[]): Promise<string[]> {
  return withLedis(directory, (ledis) =>
    keys.filter((key) => {
      const value = ledis.select(0).strings.get(fromText(key));
      return value !== null && toText(value) === `value of ${key}`;
    }),
  );
}

/** One number for everything in the directory. */
export function digestOf(directory: string): Promise<string> {
  return withLedis(directory, (ledis) => {
    const digest = new DatasetDigest(ledis);
    for (;;) {
      const whole = digest.slice();
      if (whole !== null) return whole;
    }
  });
}

export function logPath(directory: string, file: number): string {
  return logFilePath(join(directory, "bin_log"), file);
}

/** Directories below a temporary one. */
export function temporaryPaths(): Disposable & { of(name: string): string } {
  const directory = temporaryDirectory();
  return {
    of: (name) => join(directory.path, name),
    [Symbol.dispose]: () => directory[Symbol.dispose](),
  };
}
