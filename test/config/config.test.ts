import { describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Config } from "../../src/config/config.ts";
import { CommandError, ConfigError } from "../../src/errors.ts";
import { log } from "../../src/log.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const matches = (pattern: string, name: string): boolean => new Bun.Glob(pattern).match(name);
const answer = (config: Config, ...patterns: string[]) => config.getMatching(patterns, matches);

function setError(config: Config, ...words: string[]): string {
  const pairs = words.flatMap((name, i) => (i % 2 ? [] : [[name, words[i + 1] ?? ""] as const]));
  try {
    config.set(pairs);
  } catch (error) {
    if (error instanceof CommandError) return error.message;
    throw error;
  }
  return "OK";
}

const failed = (name: string, reason: string): string =>
  `ERR CONFIG SET failed (possibly related to argument '${name}') - ${reason}`;

describe("loading", () => {
  test("without a file every option has its default, of its own type", () => {
    const config = Config.load();
    const cacheBytes: number = config.get("db.cache_size");
    const sync: "always" | "everysec" | "no" = config.get("sync");
    expect([cacheBytes, sync, config.get("slaveof"), config.get("binlog.use")]).toEqual([
      67_108_864,
      "everysec",
      null,
      true,
    ]);
  });

  test("an override wins over the file, and the file over the default", () => {
    using directory = temporaryDirectory();
    const file = join(directory.path, "ledis.json");
    writeFileSync(file, '{"timeout": 5, "maxclients": 7}');
    const config = Config.load({ file, overrides: { Timeout: "6" } });
    expect([config.get("timeout"), config.get("maxclients"), config.get("databases")]).toEqual([
      6, 7, 16,
    ]);
  });

  test("a bad override is refused with one clear line", () => {
    const load = (overrides: Record<string, string>) => () => Config.load({ overrides });
    expect(load({ timeout: "x" })).toThrow(
      new ConfigError(`option "timeout": argument couldn't be parsed into an integer`),
    );
    expect(load({ timeoot: "1" })).toThrow(
      new ConfigError('unknown option "timeoot"; did you mean "timeout"?'),
    );
  });
});

describe("CONFIG GET", () => {
  const config = Config.load({ overrides: { data_dir: "/data", addr: ":7000,/run/l.sock" } });

  test("a plain name is answered in the caller's spelling", () => {
    expect(answer(config, "TIMEOUT", "Data-Dir", "db.CACHE-size")).toEqual([
      ["TIMEOUT", "0"],
      ["Data-Dir", "/data"],
      ["db.CACHE-size", "67108864"],
    ]);
  });

  test("a pattern matches names and aliases in any case", () => {
    expect(answer(config, "MAXC*", "*laveof", "replica?f", "[st]imeout")).toEqual([
      ["maxclients", "10000"],
      ["slaveof", ""],
      ["replicaof", ""],
      ["timeout", "0"],
    ]);
  });

  test("each name is answered once, and an unknown one not at all", () => {
    expect(answer(config, "timeout", "timeou*", "TIMEOUT", "nosuch")).toEqual([["timeout", "0"]]);
  });

  test("parameters that clients look for have sane answers", () => {
    expect(
      Object.fromEntries(
        answer(config, "save", "appendonly", "appendfsync", "maxmemory*", "dir", "port", "bind"),
      ),
    ).toEqual({
      save: "",
      appendonly: "yes",
      appendfsync: "everysec",
      maxmemory: "0",
      "maxmemory-policy": "noeviction",
      "maxmemory-samples": "5",
      dir: "/data",
      port: "7000",
      bind: "*",
    });
  });

  test("everything has an answer", () => {
    expect(answer(config, "*").length).toBeGreaterThan(60);
  });
});

describe("CONFIG SET", () => {
  test("a change is seen at once, under each name", () => {
    const config = Config.load();
    expect(setError(config, "APPENDFSYNC", "Always", "maxclients", "20")).toBe("OK");
    expect([config.get("sync"), config.get("maxclients")]).toEqual(["always", 20]);
  });

  test.each([
    [["NoSuch", "1"], "ERR Unknown option or number of arguments for CONFIG SET - 'NoSuch'"],
    [["databases", "3"], failed("databases", "can't set immutable config")],
    [["databases", "3", "nosuch", "1"], failed("databases", "can't set immutable config")],
    [["timeout", "5", "timeout", "6"], failed("timeout", "duplicate parameter")],
    [["sync", "no", "appendfsync", "no"], failed("appendfsync", "duplicate parameter")],
    [["TIMEOUT", "x"], failed("timeout", "argument couldn't be parsed into an integer")],
    [
      ["maxclients", "99999999999"],
      failed("maxclients", "argument must be between 1 and 4294967295 inclusive"),
    ],
    [
      ["appendfsync", "foo"],
      failed("appendfsync", "argument(s) must be one of the following: everysec, always, no"),
    ],
    [
      ["proto-max-bulk-len", "1"],
      failed(
        "proto-max-bulk-len",
        "argument must be between 1048576 and 9223372036854775807 inclusive",
      ),
    ],
    [["maxmemory", "1gb"], failed("maxmemory", "can't set immutable config")],
  ])("%p is refused in Redis's words", (words, message) => {
    expect(setError(Config.load(), ...words)).toBe(message);
  });

  test("nothing changes when one pair is refused", () => {
    const config = Config.load();
    expect(setError(config, "timeout", "5", "hz", "20", "maxclients", "x")).not.toBe("OK");
    expect(answer(config, "timeout", "hz")).toEqual([
      ["timeout", "0"],
      ["hz", "10"],
    ]);
  });

  test("a compatibility parameter takes its own value, or any if nothing hangs on it", () => {
    const config = Config.load();
    expect(setError(config, "save", "900 1", "maxmemory", "0", "hz", "50")).toBe("OK");
    expect(answer(config, "save", "hz")).toEqual([
      ["save", "900 1"],
      ["hz", "50"],
    ]);
  });

  test("classes of clients that are not named keep their buffer limits", () => {
    const config = Config.load();
    expect(setError(config, "client-output-buffer-limit", "normal 1mb 2 3")).toBe("OK");
    expect(setError(config, "client-output-buffer-limit", "replica 4 5 6")).toBe("OK");
    expect(answer(config, "client-output-buffer-limit")[0]?.[1]).toBe(
      "normal 1048576 2 3 slave 4 5 6 pubsub 33554432 8388608 60",
    );
  });

  test("what CONFIG GET answers can be set again, where it can be set at all", () => {
    const config = Config.load();
    for (const [name, value] of answer(config, "*")) {
      expect(["OK", failed(name, "can't set immutable config")]).toContain(
        setError(config, name, value),
      );
    }
  });
});

describe("listeners", () => {
  test("they run after all values have changed", () => {
    const config = Config.load();
    const seen: unknown[] = [];
    config.onChange("timeout", (seconds) => seen.push([seconds, config.get("maxclients")]));
    config.set([
      ["timeout", "5"],
      ["maxclients", "9"],
    ]);
    expect(seen).toEqual([[5, 9]]);
  });

  test("one that throws brings back every old value", () => {
    const config = Config.load();
    const seen: number[] = [];
    config.onChange("timeout", (seconds) => seen.push(seconds));
    config.onChange("maxclients", (count) => {
      if (count > 100_000) throw new Error("too many for this system");
    });
    config.set([["maxclients", "5"]]);
    expect(setError(config, "timeout", "7", "maxclients", "200000")).toBe(
      failed("maxclients", "too many for this system"),
    );
    expect([config.get("timeout"), config.get("maxclients"), seen]).toEqual([0, 5, [7, 0]]);
  });

  test("one that cannot go back either does not hide why the new value was refused", () => {
    const config = Config.load();
    const { sink } = log;
    let line = "";
    log.sink = (text) => {
      line = text;
    };
    config.onChange("timeout", (seconds) => {
      throw new Error(`not ${seconds}`);
    });
    try {
      expect(setError(config, "timeout", "7")).toBe(failed("timeout", "not 7"));
    } finally {
      log.sink = sink;
    }
    expect(config.get("timeout")).toBe(0);
    expect(line).toContain('could not be set back name=timeout error="not 0"');
  });

  test("the server may assign what clients may not", () => {
    const config = Config.load();
    const seen: unknown[] = [];
    config.onChange("slaveof", (master) => seen.push(master));
    config.assign("slaveof", { kind: "tcp", host: "10.0.0.1", port: 6380 });
    expect(answer(config, "slaveof")).toEqual([["slaveof", "10.0.0.1 6380"]]);
    expect(seen).toEqual([{ kind: "tcp", host: "10.0.0.1", port: 6380 }]);
  });
});

describe("CONFIG REWRITE", () => {
  test("the file holds what it had and what differs from the default", async () => {
    using directory = temporaryDirectory();
    const file = join(directory.path, "ledis.json");
    writeFileSync(file, '{"TIMEOUT": 0, "db": {"cache_size": "1mb"}, "auth": "old"}');
    const config = Config.load({ file, overrides: { addr: ":1,:2" } });
    config.set([
      ["requirepass", "new"],
      ["hz", "50"],
    ]);
    await config.rewrite();
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({
      addr: [":1", ":2"],
      timeout: 0,
      requirepass: "new",
      db: { cache_size: 1048576 },
    });
    expect(answer(Config.load({ file }), "*")).toEqual(
      answer(config, "*").map(([name, value]) => [name, name === "hz" ? "10" : value]),
    );
  });

  test("without a file it is refused in Redis's words", async () => {
    await expect(Config.load().rewrite()).rejects.toThrow(
      new CommandError("ERR The server is running without a config file"),
    );
  });

  test("a file that cannot be written is an error, and nothing is left behind", async () => {
    using directory = temporaryDirectory();
    const inner = join(directory.path, "inner");
    mkdirSync(inner);
    const file = join(inner, "ledis.json");
    writeFileSync(file, "{}");
    const config = Config.load({ file });
    rmSync(inner, { recursive: true });
    await expect(config.rewrite()).rejects.toThrow(/^ERR Rewriting config file: ENOENT/);
  });
});
