import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fromText } from "../../src/bytes/bytes.ts";
import { defaultLedisOptions } from "../../src/database/ledis.ts";
import { OK } from "../../src/resp/reply.ts";
import { ServedDatabase } from "../../src/server/served-database.ts";
import { keepLog } from "../support/keep-log.ts";
import { eventually } from "../support/replicas.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../support/temporary-directory.ts";

// Processes, disks and clocks take their time on a busy machine.
setDefaultTimeout(60_000);

const lines = keepLog();
let directory: TemporaryDirectory;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => {
  directory[Symbol.dispose]();
});

function make() {
  const heard = { grew: 0, synced: 0 };
  const path = join(directory.path, "data");
  const served = new ServedDatabase(
    () => ({ ...defaultLedisOptions, writeBufferBytes: 8 << 20, directory: path }),
    { grew: () => heard.grew++, synced: () => heard.synced++ },
  );
  return { served, heard, path };
}

const key = fromText("a");

test("turns that wrote something are told, and durability is", async () => {
  const { served, heard } = make();
  expect([served.isOpen, served.current]).toEqual([false, null]);
  await served.open();
  served.current!.select(0).strings.set(key, fromText("b"));
  await served.current!.committed();
  served.current!.select(0).strings.get(key);
  await served.current!.committed();
  expect(heard.grew).toBe(1);
  await eventually("the log is durable", () => heard.synced > 0);
  await served.current!.close();
});

test("work is done when the turn has ended, with a database and without", async () => {
  const { served } = make();
  await new Promise<void>((resolve) => served.afterTurn(resolve));
  await served.open();
  const { keyspace } = served.current!;
  const before = keyspace.position.offset;
  served.current!.select(0).strings.set(key, fromText("b"));
  await new Promise<void>((resolve) => {
    served.afterTurn(() => {
      expect(keyspace.position).not.toEqual({ file: 1, offset: before });
      resolve();
    });
  });
  await served.current!.close();
});

test("a database that is replaced is another one, with what its directory holds then", async () => {
  const { served } = make();
  await served.open();
  const old = served.current!;
  old.select(0).strings.set(key, fromText("b"));
  const replacing = served.replace();
  expect(served.isOpen).toBe(false);
  expect(served.current).toBe(old);
  // What was answered leaves all the same.
  let sent = "";
  const start = served.output.writer.length;
  served.output.writer.write(OK, 2);
  const send = (pieces: readonly Uint8Array[]) => {
    sent += Buffer.concat(pieces).toString();
  };
  served.output.add({ send, afterTurn() {} }, start, 1);
  served.scheduleTurn();
  await eventually("it has left", () => sent === "+OK\r\n");
  await replacing;
  expect(served.isOpen).toBe(true);
  expect(served.current).not.toBe(old);
  expect(served.current!.select(0).strings.get(key)).toEqual(fromText("b"));
  await served.current!.close();
});

test("a directory that cannot be opened is tried again, until given up", async () => {
  const { served, path } = make();
  await served.open();
  const old = served.current!;
  const close = old.close.bind(old);
  old.close = async (options) => {
    await close(options);
    rmSync(path, { recursive: true });
    writeFileSync(path, "a file, no directory");
  };
  const replacing = served.replace();
  await eventually("it is told", () => lines.join("").includes("cannot open the database"));
  rmSync(path);
  await replacing;
  expect(served.isOpen).toBe(true);
  await served.current!.close();
  served.giveUp();
  expect(await served.replace().catch(String)).toContain("the server stops");
});
