/** Libraries of functions where nothing but the files is left: after kill -9, and through the tools. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { checkDirectory } from "../../src/cli/data/check-directory.ts";
import { ServerProcess } from "../support/server-process.ts";
import { runLedis } from "../support/spawn-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const library = (name: string, text: string) =>
  `#!lua name=${name}\nredis.register_function('${name}', function() return '${text}' end)`;

async function answers(directory: string, ...names: string[]): Promise<unknown[]> {
  const server = await ServerProcess.start({ directory });
  const client = await server.connect();
  const replies = await client.pipeline(names.map((name) => ["FCALL", name, "0"]));
  client.close();
  await server.kill();
  return replies;
}

test("they survive kill -9, a dump and a repair, and the log shows them", async () => {
  using directory = temporaryDirectory();
  const of = (name: string) => join(directory.path, name);
  const server = await ServerProcess.start({ directory: of("a") });
  const client = await server.connect();
  await client.call("FUNCTION", "LOAD", library("f", "old"));
  await client.call("FUNCTION", "LOAD", library("g", "gone"));
  await client.call("SAVE");
  await client.call("FUNCTION", "LOAD", "REPLACE", library("f", "new"));
  await client.call("FUNCTION", "DELETE", "g");
  expect(await client.call("FCALL", "f", "0")).toBe("new");
  await server.kill();
  const all = ["new", { error: "ERR Function not found" }];
  expect(await answers(of("a"), "f", "g")).toEqual(all);
  const run = async (...args: string[]) => {
    const { status, stderr } = await runLedis(...args);
    expect([args[0], status, status === 0 ? "" : stderr]).toEqual([args[0], 0, ""]);
  };
  await run("dump", "--data-dir", of("a"), "-o", of("dump"));
  await run("load", "--data-dir", of("b"), of("dump"));
  expect(checkDirectory(of("b")).problems).toEqual([]);
  await run("repair", "--data-dir", of("b"));
  expect(await answers(of("b"), "f", "g")).toEqual(all);
  const shown = await runLedis("binlog", join(of("a"), "bin_log", "ledis-bin.0000001"));
  expect(shown.stdout).toContain("library:f");
}, 60_000);
