import { expect, test } from "bun:test";
import { ClientConnection } from "../../../src/cli/client-connection.ts";
import { CommandCatalog } from "../../../src/cli/shell/command-catalog.ts";
import { startServer } from "../../support/start-server.ts";

const catalog = new CommandCatalog();

test("the first word becomes a command, in the case it is typed in", () => {
  expect(catalog.complete(["hgeta"])).toEqual(["hgetall"]);
  expect(catalog.complete(["HGETA"])).toEqual(["HGETALL"]);
  expect(catalog.complete([""])).toContain("GET");
  expect(catalog.complete(["nosuch"])).toEqual([]);
});

test("further words become subcommands and the fixed words of the arguments", () => {
  expect(catalog.complete(["client", "li"])).toEqual(["list"]);
  expect(catalog.complete(["set", "k", "v", "KEEP"])).toEqual(["KEEPTTL"]);
  expect(catalog.complete(["help", "hgeta"])).toEqual(["hgetall"]);
  expect(catalog.complete(["nosuch", ""])).toEqual([]);
});

test("hints are the arguments that are still to come", () => {
  expect(catalog.hint(["lrange"])).toBe("key start stop");
  expect(catalog.hint(["LRANGE", "l", "0"])).toBe("stop");
  expect(catalog.hint(["lrange", "l", "0", "1"])).toBe("");
  expect(catalog.hint(["del", "a", "b"])).toBe("key [key ...]");
  expect(catalog.hint(["set", "k", "v"])).toStartWith("[NX | XX]");
  expect(catalog.hint(["config"])).toBe("subcommand ...");
  expect(catalog.hint(["config", "get"])).toContain("parameter");
  expect(catalog.hint(["nosuch"])).toBe("");
});

test("the server's own documentation replaces the built-in one, in either protocol", async () => {
  await using server = await startServer();
  const address = { kind: "tcp", host: "127.0.0.1", port: server.port } as const;
  const connection = await ClientConnection.open(address);
  for (const protocol of [2, 3]) {
    await connection.call("HELLO", protocol);
    const adopted = new CommandCatalog([]);
    adopted.adopt(await connection.call("COMMAND", "DOCS", "nosuch"));
    expect(adopted.all()).toEqual([]);
    adopted.adopt(await connection.call("COMMAND", "DOCS"));
    expect(adopted.all().length).toBe(catalog.all().length);
    for (const words of [["set"], ["client", "kill"], ["zadd", "k"], ["bitfield"]]) {
      expect(adopted.hint(words)).toBe(catalog.hint(words));
    }
    expect(adopted.find(["get"])?.summary).toBe(catalog.find(["get"])!.summary);
  }
  connection.close();
});
