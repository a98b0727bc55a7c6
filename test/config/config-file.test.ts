import { expect, test } from "bun:test";
import {
  chmodSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { formatConfigFile, readConfigFile, replaceFile } from "../../src/config/config-file.ts";
import { ConfigError } from "../../src/errors.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** What reading a file with this text gives. */
function read(text: string): Record<string, unknown> {
  using directory = temporaryDirectory();
  const file = join(directory.path, "ledis.json");
  writeFileSync(file, text);
  return Object.fromEntries(readConfigFile(file));
}

function refusal(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.replace(/^.*ledis\.json/, "FILE");
  }
  throw new Error("the file was not refused");
}

test("the sample file of LedisDB is read", () => {
  const sample = {
    addr: "127.0.0.1:6380",
    data_dir: "/tmp/ledis_server",
    db: {
      compression: false,
      block_size: 32768,
      write_buffer_size: 67108864,
      cache_size: 524288000,
      max_open_files: 1024,
    },
    access_log: "access.log",
  };
  expect(read(JSON.stringify(sample))).toEqual({
    addr: [{ kind: "tcp", host: "127.0.0.1", port: 6380 }],
    data_dir: "/tmp/ledis_server",
    "db.compression": false,
    "db.block_size": 32768,
    "db.write_buffer_size": 67108864,
    "db.cache_size": 524288000,
    "db.max_open_files": 1024,
    access_log: "access.log",
  });
});

test("names match in any spelling, in groups and with dots", () => {
  expect(read('{"Data-Dir": "a", "DB": {"Cache_Size": "1mb"}, "binlog.use": true}')).toEqual({
    data_dir: "a",
    "db.cache_size": 1048576,
    "binlog.use": true,
  });
});

test("an empty object sets nothing", () => {
  expect(read("{}")).toEqual({});
});

test.each([
  ['{"data_dri": "a"}', 'FILE: unknown option "data_dri"; did you mean "data_dir"?'],
  [
    '{"db": {"cachesize": 1}}',
    'FILE: unknown option "db.cachesize"; did you mean "db.cache_size"?',
  ],
  ['{"frobnicate": 1}', 'FILE: unknown option "frobnicate"'],
  ['{"db": 5}', 'FILE: unknown option "db"'],
  ['{"timeout": "5"}', 'FILE: option "timeout": argument must be a whole number'],
  [
    '{"timeout": -1}',
    'FILE: option "timeout": argument must be between 0 and 2147483647 inclusive',
  ],
  ['{"timeout": {"a": 1}}', 'FILE: option "timeout": argument must be a whole number'],
  ['{"auth": "a", "requirepass": "b"}', 'FILE: option "requirepass" is given twice'],
  ['{"data_dir": ""}', 'FILE: option "data_dir": argument must not be empty'],
  ["[]", "FILE: the file must hold one JSON object"],
  ["null", "FILE: the file must hold one JSON object"],
])("%s is refused with one clear line", (text, message) => {
  expect(refusal(text)).toBe(message);
});

test("a syntax error and a missing file name the file", () => {
  expect(refusal('{"addr": }')).toStartWith("FILE: not valid JSON: ");
  expect(() => readConfigFile("/nonexistent/ledis.json")).toThrow(
    /^Cannot read the configuration file "\/nonexistent\/ledis\.json": ENOENT/,
  );
});

test("options are written in groups and read back", () => {
  const values = readBack({ data_dir: "a", db: { cache_size: "1mb", block_size: 512 } });
  expect(JSON.parse(formatConfigFile(values))).toEqual({
    data_dir: "a",
    db: { cache_size: 1048576, block_size: 512 },
  });
  expect(readBack(JSON.parse(formatConfigFile(values)))).toEqual(values);
});

function readBack(json: unknown): ReturnType<typeof readConfigFile> {
  using directory = temporaryDirectory();
  const file = join(directory.path, "ledis.json");
  writeFileSync(file, JSON.stringify(json));
  return readConfigFile(file);
}

test("replacing a file keeps its mode and leaves nothing beside it", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "ledis.json");
  writeFileSync(file, "old");
  chmodSync(file, 0o640);
  await replaceFile(file, "new");
  expect(readFileSync(file, "utf8")).toBe("new");
  expect(statSync(file).mode & 0o777).toBe(0o640);
  expect(readdirSync(directory.path)).toEqual(["ledis.json"]);
});

test("of two texts at once the one that came last stays, also behind one that cannot be written", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "ledis.json");
  writeFileSync(file, "old");
  const nowhere = replaceFile(join(directory.path, "none", "file"), "x");
  const texts = ["long".repeat(4 << 20), "short"];
  await Promise.all(texts.map((text) => replaceFile(file, text)));
  expect(readFileSync(file, "utf8")).toBe("short");
  await expect(nowhere).rejects.toThrow("ENOENT");
});

test("replacing through a symbolic link changes the file behind it", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "real.json");
  const link = join(directory.path, "link.json");
  writeFileSync(file, "old");
  symlinkSync(file, link);
  await replaceFile(link, "new");
  expect(readFileSync(file, "utf8")).toBe("new");
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
});
