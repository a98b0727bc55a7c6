import { expect, test } from "bun:test";
import { compatibilityParameters } from "../../src/config/compatibility.ts";
import { canonicalName } from "../../src/config/option-names.ts";
import type { OptionRow } from "../../src/config/option-row.ts";
import {
  formatOption,
  optionToJson,
  parseJsonOption,
  parseOption,
} from "../../src/config/option-types.ts";
import { options } from "../../src/config/options.ts";

const rows: readonly OptionRow[] = options;

test.each(rows.map((row) => [row.name, row] as const))(
  "the default of %s is a value of it, and reads back from both of its forms",
  (_name, row) => {
    const value = parseOption(row, row.default);
    expect(parseOption(row, formatOption(row, value))).toEqual(value);
    expect(parseJsonOption(row, optionToJson(row, value))).toEqual(value);
  },
);

test("no name stands for two things", () => {
  const names = [
    ...rows.flatMap((row) => [row.name, ...(row.aliases ?? [])]),
    ...compatibilityParameters.map(({ name }) => name),
  ].map(canonicalName);
  expect(names).toEqual([...new Set(names)]);
});

test("every key of LedisDB's configuration is an option", () => {
  const names: readonly string[] = rows.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining([
      "addr",
      "data_dir",
      "db.compression",
      "db.block_size",
      "db.write_buffer_size",
      "db.cache_size",
      "db.max_open_files",
      "binlog.use",
      "binlog.max_file_size",
      "binlog.max_file_num",
      "slaveof",
      "access_log",
    ]),
  );
});

test("an option is explained in whole sentences", () => {
  expect(rows.filter(({ doc }) => !/^[A-Z`].*\.$/.test(doc)).map(({ name }) => name)).toEqual([]);
});
