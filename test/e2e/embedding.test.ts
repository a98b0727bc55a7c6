/** What a program that embeds the database relies on, tried in programs of their own. */

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { type DB, fromText, Ledis, StorageError, toText } from "ledis";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const root = join(import.meta.dir, "../..");
const key = fromText("key");

const prelude = `
  import { fromText, Ledis, toText } from "ledis";
  const key = fromText("key");
  const [directory] = process.argv.slice(-1);
  const say = (line) => process.stdout.write(line + "\\n");
`;

interface Ended {
  readonly status: number | null;
  readonly signal: string | number | null;
  readonly output: string;
}

/** Runs a program with a directory as its argument until it ends by itself. */
async function run(program: string, directory: string, wrapper: string[] = []): Promise<Ended> {
  const command = [...wrapper, process.execPath, "-e", prelude + program, directory];
  const child = Bun.spawn(command, { cwd: root, stdout: "pipe", stderr: "pipe" });
  const [output, errors] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  await child.exited;
  const unexpected = errors.split("\n").filter((line) => /error:|Error/.test(line));
  return {
    status: child.exitCode,
    signal: child.signalCode,
    output: output + unexpected.filter((line) => !line.includes("writes are refused")).join("\n"),
  };
}

async function readKey(directory: string): Promise<string | null> {
  await using ledis = await Ledis.open({ directory });
  const value = ledis.select(0).strings.get(key);
  return value === null ? null : toText(value);
}

/** Resolves in the next iteration of the event loop. */
const nextIteration = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("a turn", () => {
  test("is committed when the iteration of the event loop ends, without being asked", async () => {
    using directory = temporaryDirectory();
    await using ledis = await Ledis.open({ directory: directory.path });
    const { keyspace } = ledis;
    await nextIteration();
    const before = keyspace.position.offset;
    ledis.select(0).strings.set(key, fromText("value"));
    expect(keyspace.position.offset).toBe(before);
    await nextIteration();
    expect(keyspace.position.offset).toBeGreaterThan(before);
  });

  test("may be under way when a flush is due: it goes ahead at the turn's end", async () => {
    using directory = temporaryDirectory();
    await using ledis = await Ledis.open({ directory: directory.path, flushIntervalMs: 5 });
    const { strings } = ledis.select(0);
    strings.set(key, fromText("old"));
    await ledis.committed();
    const written = Promise.withResolvers<void>();
    setTimeout(() => {
      strings.set(key, fromText("new"));
      written.resolve();
    }, 1);
    // Both timers are due when the event loop comes to them: the flush's runs within the other's turn.
    const dueMs = performance.now() + 10;
    while (performance.now() < dueMs);
    await written.promise;
    while (ledis.keyspace.flushCount === 0) await nextIteration();
    expect(toText(strings.get(key)!)).toBe("new");
  });

  test("survives a kill -9 from the next iteration on", async () => {
    using directory = temporaryDirectory();
    const ended = await run(
      `const ledis = await Ledis.open({ directory });
       ledis.select(0).strings.set(key, fromText("survivor"));
       setImmediate(() => setImmediate(() => process.kill(process.pid, "SIGKILL")));`,
      directory.path,
    );
    expect(ended.signal).toBe("SIGKILL");
    expect(await readKey(directory.path)).toBe("survivor");
  });

  test("is no more when the program is killed within it", async () => {
    using directory = temporaryDirectory();
    await run(
      `const ledis = await Ledis.open({ directory });
       ledis.select(0).strings.set(key, fromText("one"));
       await ledis.committed();
       ledis.select(0).strings.set(key, fromText("two"));
       process.kill(process.pid, "SIGKILL");`,
      directory.path,
    );
    expect(await readKey(directory.path)).toBe("one");
  });
});

describe("a program ends by itself", () => {
  const close = "await ledis.close();";
  test.each([
    ["after close, at once", `const ledis = await Ledis.open({ directory }); ${close}`],
    [
      "after close, with the last turn in it",
      `const ledis = await Ledis.open({ directory, sync: "always" });
       ledis.select(3).strings.set(key, fromText("v")); ${close}`,
    ],
    [
      "after close without save, twice",
      `const ledis = await Ledis.open({ directory });
       ledis.select(0).strings.set(key, fromText("v"));
       void ledis.close({ save: false }); ${close}`,
    ],
    [
      "at the end of await using",
      `await using ledis = await Ledis.open({ directory });
       ledis.select(0).bitStrings.set(key, 9, 1);
       await ledis.committed();`,
    ],
    [
      "with a key that is to expire, and flushes under way",
      `const ledis = await Ledis.open({ directory, flushIntervalMs: 1, writeBufferBytes: 1 << 20 });
       for (let i = 0; i < 50; i++) {
         const options = { expireAt: Date.now() + 50, condition: null, wantsOld: false };
         ledis.select(0).strings.setWith(fromText("k" + i), new Uint8Array(50_000), options);
         await ledis.committed();
       }
       ${close}`,
    ],
    [
      "when the directory is in use",
      `const ledis = await Ledis.open({ directory });
       await Ledis.open({ directory }).catch((error) => { if (error.name !== "StorageError") throw error; });
       ${close}`,
    ],
  ])("%s", async (_, program) => {
    using directory = temporaryDirectory();
    const ended = await run(`${program} say("end");`, directory.path);
    expect(ended).toEqual({ status: 0, signal: null, output: "end\n" });
  });
});

describe("after close", () => {
  test("nothing can be written, selected or lost", async () => {
    using directory = temporaryDirectory();
    const ledis = await Ledis.open({ directory: directory.path });
    const db: DB = ledis.select(0);
    db.strings.set(key, fromText("last"));
    const closing = ledis.close();
    expect(() => db.strings.set(key, fromText("too late"))).toThrow(StorageError);
    await closing;
    expect(() => db.strings.set(key, fromText("too late"))).toThrow("the database is closed");
    expect(() => ledis.select(0)).toThrow("the database is closed");
    await ledis.committed();
    await ledis.close();
    expect(await readKey(directory.path)).toBe("last");
  });
});

describe("a disk that is full", () => {
  /** No file may become larger than a megabyte, as on a full disk; the signal for it is ignored. */
  const small = ["bash", "-c", `trap "" XFSZ; ulimit -f 1024; exec "$@"`, "bash"];

  /** Fills the log until it refuses, and says what happened. */
  const fill = `
    const ledis = await Ledis.open({ directory });
    const { strings } = ledis.select(0);
    let stored = 0;
    const write = async () => {
      strings.set(key, fromText(String(stored + 1).padEnd(100_000)));
      await ledis.committed();
      stored++;
    };
    const refusal = (error) => say(error.name + ": " + error.message);
    try { for (;;) await write(); } catch (error) { refusal(error); }
    say("has " + (toText(strings.get(key)).trimEnd() === String(stored) ? "the last that was committed" : "another"));
    try { await write(); } catch (error) { refusal(error); }
  `;

  test("rejects committed, undoes the turn, and refuses writes from then on", async () => {
    using directory = temporaryDirectory();
    const ended = await run(`${fill} await ledis.close(); say("end");`, directory.path, small);
    expect(ended.output.split("\n")).toEqual([
      expect.stringMatching(/^StorageError: EFBIG/),
      "has the last that was committed",
      expect.stringMatching(/^StorageError: writes are refused: EFBIG/),
      "end",
      "",
    ]);
    expect(ended.status).toBe(0);
    expect(Number(await readKey(directory.path))).toBeGreaterThan(5);
  });

  test("makes close throw when the last turn could not be stored", async () => {
    using directory = temporaryDirectory();
    const ended = await run(
      `const ledis = await Ledis.open({ directory });
       for (let i = 0; i < 20; i++) ledis.select(0).strings.set(fromText("k" + i), new Uint8Array(100_000));
       await ledis.close().catch((error) => say(error.name));
       say("end");`,
      directory.path,
      small,
    );
    expect(ended).toEqual({ status: 0, signal: null, output: "StorageError\nend\n" });
    expect(await readKey(directory.path)).toBeNull();
  });
});
