import { expect, test } from "bun:test";
import { join } from "node:path";
import { fromText, toText } from "../../../src/bytes/bytes.ts";
import { StoredNames } from "../../../src/keyspace/sqlite/stored-names.ts";
import { setAllTypes, temporaryPaths, withLedis } from "../../support/offline-data.ts";

test("spaces and collections are named by what SQLite holds, while a server has it open too", async () => {
  using paths = temporaryPaths();
  await withLedis(paths.of("data"), async (ledis) => {
    ledis.select(2).strings.set(fromText("gone"), fromText("x"));
    ledis.select(2).clear();
    await setAllTypes(ledis, 1);
    await ledis.checkpoint();
    using names = new StoredNames(join(paths.of("data"), "ledis.db"));
    const spaces: number[][] = [];
    names.spaces((space, database) => spaces.push([space, database]));
    expect(spaces).toEqual([[65536, 2]]);
    const keys: string[] = [];
    names.collections((_, { key }) => keys.push(toText(key)) < 4);
    expect(keys).toEqual(["bitmap", "hash", "list", "set"]);
  });
});
