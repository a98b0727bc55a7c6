import { expect, test } from "bun:test";
import { typeEncoding, typeName, typeOfName } from "../../../src/database/key-table/type-names.ts";
import * as keyRow from "../../../src/keyspace/rows/key-row.ts";

const types = Object.entries(keyRow).flatMap(([name, value]) =>
  name.startsWith("TYPE_") ? [[name.slice(5).toLowerCase(), value as number] as const] : [],
);

test("every type that a row can have has a name, and the name leads back", () => {
  expect(types.length).toBeGreaterThan(4);
  for (const [name, type] of types) {
    expect(typeName(type)).toBe(name);
    expect(typeOfName(name)).toBe(type);
    expect(typeEncoding(type)).not.toBe("");
  }
});

test("other names are no types", () => {
  expect(typeOfName("module")).toBeNull();
});
