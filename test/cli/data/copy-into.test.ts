import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { copyInto, masterLine } from "../../../src/cli/data/copy-into.ts";
import { type CopySource, copyFromDirectory } from "../../../src/cli/data/copy-source.ts";
import { digestOf, setAllTypes, temporaryPaths, withLedis } from "../../support/offline-data.ts";

// Processes, disks and clocks take their time on a busy machine.
setDefaultTimeout(60_000);

/** The same copy, with blocks left out or repeated. */
function changed(source: CopySource, change: (block: Uint8Array, number: number) => Uint8Array[]) {
  let number = 0;
  const waiting: Uint8Array[] = [];
  return {
    head: source.head,
    position: source.position,
    async next() {
      const block = waiting.length > 0 ? null : await source.next();
      if (block !== null) waiting.push(...change(block, number++));
      return waiting.shift() ?? null;
    },
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
}

test("a copy is put in place by the next opening; a broken one leaves nothing", async () => {
  using paths = temporaryPaths();
  const [from, to] = [paths.of("from"), paths.of("to")];
  await withLedis(from, (ledis) => setAllTypes(ledis, 500));
  for (const change of [
    (_: Uint8Array, number: number) => (number === 0 ? [] : [_]),
    (block: Uint8Array) => [block, block],
    (block: Uint8Array, number: number) => (number === 1 ? [] : [block]),
    (block: Uint8Array) => [block.slice(0, -1)],
  ]) {
    await using source = changed(await copyFromDirectory(from), change);
    expect(await copyInto(to, source, () => {}).catch(String)).toMatch(/StorageError|SQLiteError/);
    expect(existsSync(join(to, "fullsync"))).toBe(false);
  }
  {
    await using source = await copyFromDirectory(from);
    expect(await copyInto(to, source, () => {})).toBe(7);
  }
  expect(await digestOf(to)).toBe(await digestOf(from));
});

test("the place is told as LedisDB told it", () => {
  expect(masterLine("ledis-bin.0000001", { file: 1, offset: 3152 })).toBe(
    "MASTER_LOG_FILE='ledis-bin.0000001', MASTER_LOG_POS=3152;\n",
  );
});
