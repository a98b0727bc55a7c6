import { expect, test } from "bun:test";
import { Config } from "../../src/config/config.ts";
import { options } from "../../src/config/options.ts";
import { LEDIS_OPTIONS, ledisOptions } from "../../src/server/ledis-options.ts";

test("the database gets what the configuration says", () => {
  const overrides = {
    data_dir: "/data",
    sync: "always",
    "db.write_buffer_size": "16mb",
    "binlog.max_file_num": "3",
    databases: "4",
    "proto-max-bulk-len": "2mb",
  };
  expect(ledisOptions(Config.load({ overrides }))).toMatchObject({
    directory: "/data",
    sync: "always",
    writeBufferBytes: 16 << 20,
    logFilesMax: 3,
    databases: 4,
    valueBytesMax: 2 << 20,
  });
});

test("without binlog.use no log file is kept", () => {
  expect(ledisOptions(Config.load({ overrides: { "binlog.use": "no" } })).logFilesMax).toBe(0);
});

test("what reaches an open database may change at run time", () => {
  const runtime = options.filter((option) => option.runtime).map(({ name }) => name);
  for (const name of LEDIS_OPTIONS) expect(runtime).toContain(name);
});
