import { expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { fromText, mapKey } from "../../../src/bytes/bytes.ts";
import { homeRowName, META_DEAD_SPACE, META_SERVER } from "../../../src/keyspace/rows/meta-rows.ts";
import { KIND_HASH, KIND_ZSCORE, RowKey } from "../../../src/keyspace/rows/row-key.ts";
import { keyRowValue, rawKey, stringKey, TestGeneration } from "../../support/test-rows.ts";
import { TestSqlite } from "../../support/test-sqlite.ts";

// Processes, disks and clocks take their time on a busy machine.
setDefaultTimeout(60_000);

function generation(write: (rows: TestGeneration) => void) {
  const rows = new TestGeneration();
  write(rows);
  return rows.generation;
}

const garbage = (sqlite: TestSqlite) => sqlite.all("SELECT what, number FROM garbage");
const counts = (sqlite: TestSqlite, space = 0) =>
  sqlite.all(`SELECT keys, expires FROM spaces WHERE space = ${space}`)[0];

test("each kind of row goes to its table, and only its newest event counts", () => {
  using sqlite = new TestSqlite();
  const id = 2 ** 47 + 3;
  sqlite.apply(
    generation((rows) => {
      rows.put(stringKey("k", 3), keyRowValue("old"));
      rows.put(stringKey("k", 3), keyRowValue("new", 2 ** 40));
      rows.put(stringKey("gone"), keyRowValue("v"));
      rows.delete(stringKey("gone"));
      rows.put(new RowKey().element(KIND_HASH, id, fromText("f")), "v");
      rows.put(new RowKey().element(KIND_ZSCORE, id, fromText("sm")), "");
      rows.put(new RowKey().meta(META_SERVER, fromText("name")), "m");
    }),
  );
  const hex = "SELECT hex(value) AS value";
  expect(sqlite.all("SELECT space, key, value, expire_at FROM keys")).toEqual([
    {
      space: 3,
      key: fromText("k"),
      value: new Uint8Array(Buffer.from(keyRowValue("new", 2 ** 40), "latin1")),
      expire_at: 2 ** 40,
    },
  ]);
  expect(sqlite.all(`${hex}, id FROM hash`)).toEqual([{ value: "76", id }]);
  expect(sqlite.all(`${hex}, id FROM zscore`)).toEqual([{ value: "", id }]);
  expect(sqlite.all(`${hex}, number FROM meta`)).toEqual([{ value: "6D", number: META_SERVER }]);
});

test("the position is committed with the rows", () => {
  using sqlite = new TestSqlite();
  sqlite.apply(generation((rows) => rows.put(stringKey("k"), keyRowValue("v"))));
  sqlite.apply(generation(() => {}));
  expect(sqlite.all("SELECT file, offset, hex(history_id) AS id FROM applied")).toEqual([
    { file: 1, offset: 101, id: "09".repeat(16) },
  ]);
});

test("keys are counted by what they replace, flush after flush", () => {
  using sqlite = new TestSqlite();
  sqlite.apply(
    generation((rows) => {
      rows.put(stringKey("a"), keyRowValue("1"));
      rows.put(stringKey("b"), keyRowValue("1", 99));
      rows.put(stringKey("c", 1), keyRowValue("1", 99));
      rows.delete(stringKey("missing"));
    }),
  );
  expect(counts(sqlite)).toEqual({ keys: 2, expires: 1 });
  sqlite.apply(
    generation((rows) => {
      rows.put(stringKey("a"), keyRowValue("2", 98));
      rows.put(stringKey("b"), keyRowValue("2"));
      rows.put(stringKey("d"), keyRowValue("2"));
      rows.delete(stringKey("c", 1));
    }),
  );
  expect(counts(sqlite)).toEqual({ keys: 3, expires: 1 });
  expect(counts(sqlite, 1)).toEqual({ keys: 0, expires: 0 });
});

test("a collection is garbage when its key row is replaced or deleted, in this generation or an earlier one", () => {
  using sqlite = new TestSqlite();
  sqlite.apply(
    generation((rows) => {
      rows.put(stringKey("a"), keyRowValue("", 0, 1), 1);
      rows.put(stringKey("b"), keyRowValue("", 0, 2), 2);
      rows.put(stringKey("c"), keyRowValue("", 99, 3), 3);
      rows.put(stringKey("d"), keyRowValue("", 0, 4), 4);
      rows.put(stringKey("d"), keyRowValue("string"), 0);
    }),
  );
  expect(garbage(sqlite)).toEqual([{ what: "collection", number: 4 }]);
  sqlite.apply(
    generation((rows) => {
      rows.put(stringKey("a"), keyRowValue("grown", 0, 1), 1);
      rows.put(stringKey("b"), keyRowValue("", 0, 5), 5);
      rows.delete(stringKey("c"));
    }),
  );
  expect(garbage(sqlite)).toEqual([2, 3, 4].map((number) => ({ what: "collection", number })));
});

test("a collection that was moved is garbage only when its new key row is gone, too", () => {
  using sqlite = new TestSqlite();
  const home = new RowKey().meta(META_SERVER, homeRowName(7));
  sqlite.apply(generation((rows) => rows.put(stringKey("from"), keyRowValue("", 0, 7), 7)));
  sqlite.apply(
    generation((rows) => {
      rows.delete(stringKey("from"));
      rows.put(stringKey("to", 2), keyRowValue("", 0, 7), 7);
      rows.put(home, mapKey(Uint8Array.of(0, 0, 0, 2, ...fromText("to"))));
    }),
  );
  expect(garbage(sqlite)).toEqual([]);
  sqlite.apply(generation((rows) => rows.put(stringKey("to", 2), keyRowValue("string"))));
  expect(garbage(sqlite)).toEqual([{ what: "collection", number: 7 }]);
});

interface Write {
  readonly name: string;
  readonly what: "string" | "collection" | "delete";
  readonly expireAt: number;
}

const writes = fc.array(
  fc.record<Write>({
    name: fc.constantFrom("a", "b", "c", "d"),
    what: fc.constantFrom("string", "collection", "delete"),
    expireAt: fc.constantFrom(0, 99),
  }),
  { maxLength: 12 },
);

test("generations applied together leave what they leave one by one", () => {
  fc.assert(
    fc.property(fc.array(writes, { maxLength: 5 }), (history) => {
      using apart = new TestSqlite();
      using together = new TestSqlite();
      let id = 0;
      const generations = history.map((some) =>
        generation((rows) => {
          for (const { name, what, expireAt } of some) {
            id++;
            if (what === "delete") rows.delete(stringKey(name));
            else if (what === "string") rows.put(stringKey(name), keyRowValue(`${id}`, expireAt));
            else rows.put(stringKey(name), keyRowValue("", expireAt, id), id);
          }
        }),
      );
      for (const one of generations) apart.apply(one);
      together.apply(...generations.slice(0, 2));
      together.apply(...generations.slice(2));
      expect(counts(together) ?? null).toEqual(counts(apart) ?? null);
      for (const table of ["keys", "garbage"]) {
        const select = `SELECT * FROM ${table}`;
        expect(together.all(select)).toEqual(apart.all(select));
      }
    }),
    { numRuns: 60 },
  );
});

test("a dead space is garbage, and no row of its own", () => {
  using sqlite = new TestSqlite();
  sqlite.apply(generation((rows) => rows.put(new RowKey().meta(70000, META_DEAD_SPACE), "")));
  expect(garbage(sqlite)).toEqual([{ what: "space", number: 70000 }]);
  expect(sqlite.all("SELECT * FROM meta")).toEqual([]);
});

test("a failure changes nothing, counters and position included", () => {
  using sqlite = new TestSqlite();
  sqlite.apply(generation((rows) => rows.put(stringKey("k"), keyRowValue("v"))));
  const before = ["keys", "spaces", "applied", "hash"].map((table) =>
    sqlite.all(`SELECT * FROM ${table}`),
  );
  const unknown = generation((rows) => {
    rows.put(stringKey("l"), keyRowValue("v"));
    rows.put(rawKey("\x63unknown"), "v");
  });
  expect(() => sqlite.apply(unknown)).toThrow("unknown kind 99");
  const after = ["keys", "spaces", "applied", "hash"].map((table) =>
    sqlite.all(`SELECT * FROM ${table}`),
  );
  expect(after).toEqual(before);
  sqlite.apply(generation((rows) => rows.put(stringKey("l"), keyRowValue("v"))));
  expect(counts(sqlite)).toEqual({ keys: 2, expires: 0 });
});
