import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { integerParameter } from "../../../src/keyspace/sqlite/integer-parameter.ts";

test("as many rows come as are asked for, each time another number", () => {
  using db = new Database(":memory:");
  db.run("CREATE TABLE t (n INTEGER PRIMARY KEY)");
  for (let n = 0; n < 10; n++) db.run("INSERT INTO t VALUES (?)", [n]);
  const statement = db.prepare(
    `SELECT n FROM t WHERE n >= ?1 ORDER BY n LIMIT ${integerParameter(2)}`,
  );
  for (const limit of [0, 1, 3, 20]) {
    expect(statement.values(4, limit).map(([n]) => n)).toEqual([4, 5, 6, 7, 8, 9].slice(0, limit));
  }
});
