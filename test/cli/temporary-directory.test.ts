import { expect, test } from "bun:test";
import { existsSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { inTemporaryDirectory } from "../../src/cli/temporary-directory.ts";
import { temporaryPaths } from "../support/offline-data.ts";

const MODULE = join(import.meta.dir, "../../src/cli/temporary-directory.ts");

test("the directory is there while it is worked in, and gone afterwards", async () => {
  using paths = temporaryPaths();
  const prefix = paths.of("copy-");
  const listeners = process.listenerCount("SIGINT");
  const used = await inTemporaryDirectory(prefix, async (directory) => {
    expect(existsSync(directory)).toBe(true);
    return directory;
  });
  expect(used.startsWith(prefix)).toBe(true);
  const failing = inTemporaryDirectory(prefix, () => Promise.reject(new Error("no")));
  expect(failing).rejects.toThrow("no");
  await failing.catch(() => {});
  expect(readdirSync(paths.of(""))).toEqual([]);
  expect(process.listenerCount("SIGINT")).toBe(listeners);
});

test("what has another name by then stays", async () => {
  using paths = temporaryPaths();
  await inTemporaryDirectory(paths.of("copy-"), async (directory) => {
    renameSync(directory, paths.of("whole"));
  });
  expect(readdirSync(paths.of(""))).toEqual(["whole"]);
});

test.each(["SIGINT", "SIGTERM", "SIGHUP"])("it is removed when %s ends the program", (signal) => {
  using paths = temporaryPaths();
  const script = `
    const { inTemporaryDirectory } = await import(${JSON.stringify(MODULE)});
    await inTemporaryDirectory(${JSON.stringify(paths.of("copy-"))}, async (directory) => {
      await Bun.write(directory + "/file", "content");
      process.kill(process.pid, "${signal}");
      await Bun.sleep(60_000);
    });`;
  const { signalCode } = Bun.spawnSync([process.execPath, "-e", script]);
  expect(signalCode).toBe(signal as NodeJS.Signals);
  expect(readdirSync(paths.of(""))).toEqual([]);
});
