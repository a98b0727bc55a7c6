import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { findLayerViolations } from "../../scripts/check-layers.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** What is wrong with a source tree of these files. */
function violations(files: Readonly<Record<string, string>>): string[] {
  using directory = temporaryDirectory();
  for (const [file, text] of Object.entries(files)) {
    const path = join(directory.path, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return findLayerViolations(directory.path);
}

test("this tree keeps the layers", () => {
  expect(findLayerViolations(join(import.meta.dir, "../../src"))).toEqual([]);
});

test("imports from lower layers, leaves and the own folder are fine", () => {
  expect(
    violations({
      "main.ts": 'import "./server/app.ts";',
      "server/app.ts":
        'import { log } from "../log.ts";\nimport "../bytes/x.ts";\nimport "./y.ts";',
      "config/a.ts": 'import "./b.ts";\nimport "../errors.ts";',
      "version.ts": 'import data from "../package.json" with { type: "json" };',
    }),
  ).toEqual([]);
});

test.each([
  ["binlog/a.ts", 'import { x } from "../keyspace/b.ts";', "keyspace"],
  ["binlog/a.ts", 'import type { X } from "../keyspace/b.ts";', "keyspace"],
  ["binlog/a.ts", 'export * from "../keyspace/b.ts";', "keyspace"],
  ["binlog/a.ts", 'const x = await import("../keyspace/b.ts");', "keyspace"],
  ["binlog/deep/a.ts", 'import "../../server/b.ts";', "server"],
  ["cli/a.ts", 'import "../main.ts";', "main.ts"],
  ["log.ts", 'import "./bytes/b.ts";', "bytes"],
  ["config/a.ts", 'import "../bytes/b.ts";', "bytes"],
])("%s may not hold: %s", (file, text, imported) => {
  expect(violations({ [file]: text })).toEqual([
    `${file}:1 imports ${imported}, which is above it`,
  ]);
});

test("folders within a layer import each other in one direction, over others too", () => {
  const database = {
    "database/db.ts": 'import "./keys/a.ts";',
    "database/keys/a.ts": 'import "../../bytes/b.ts";\nimport "../lists/b.ts";\nimport "../db.ts";',
    "database/lists/b.ts": 'import "../rows/c.ts";',
    "commands/lists/b.ts": 'import "../../database/keys/a.ts";',
  };
  expect(violations({ ...database, "database/rows/c.ts": 'import "./d.ts";' })).toEqual([]);
  expect(violations({ ...database, "database/rows/c.ts": 'import "../keys/a.ts";' })).toEqual([
    "database/keys/a.ts:2 imports database/lists, which imports database/keys in turn",
    "database/lists/b.ts:1 imports database/rows, which imports database/lists in turn",
    "database/rows/c.ts:1 imports database/keys, which imports database/rows in turn",
  ]);
});

test("an import over several lines counts, one in a comment does not", () => {
  expect(violations({ "bytes/a.ts": 'import {\n  x,\n} from "../resp/b.ts";' })).toHaveLength(1);
  expect(violations({ "bytes/a.ts": '/**\n * import "../resp/b.ts";\n */' })).toEqual([]);
});

test("a file or folder without a place is refused", () => {
  expect(violations({ "utils/a.ts": "", "stray.ts": "" })).toEqual([
    'stray.ts: "stray.ts" has no place in the layers',
    'utils/a.ts: "utils" has no place in the layers',
  ]);
});

test("SQLite and sockets are for certain layers only", () => {
  const sqlite = 'import { Database } from "bun:sqlite";';
  expect(violations({ "keyspace/a.ts": sqlite, "server/a.ts": "Bun.listen({});" })).toEqual([]);
  expect(
    violations({
      "database/a.ts": sqlite,
      "commands/a.ts": 'import { connect } from "node:net";',
      "resp/a.ts": "await Bun.connect({});",
    }),
  ).toEqual([
    "commands/a.ts:1 uses sockets, which is for net, server only",
    "database/a.ts:1 uses SQLite, which is for keyspace only",
    "resp/a.ts:1 uses sockets, which is for net, server only",
  ]);
});
