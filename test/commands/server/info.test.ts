import { expect, test } from "bun:test";
import { type RespClient, startServer } from "../../support/start-server.ts";

async function sections(client: RespClient, ...names: string[]): Promise<string[]> {
  const text = `${await client.call("INFO", ...names)}`;
  return [...text.matchAll(/^# (.*)\r$/gm)].map(([, name]) => name!);
}

test("INFO has Redis's sections in its order, and one of our own", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const usual = [
    ...["Server", "Clients", "Memory", "Persistence", "Stats", "Replication", "CPU", "Modules"],
    ...["Errorstats", "Cluster", "Keyspace", "Ledis"],
  ];
  expect(await sections(client)).toEqual(usual);
  expect(await sections(client, "default")).toEqual(usual);
  const all = [...usual.slice(0, 8), "Commandstats", ...usual.slice(8)];
  expect(await sections(client, "all")).toEqual(all);
  expect(await sections(client, "EVERYTHING")).toEqual(all);
});

test("sections are chosen by name, in any case and number; unknown names are ignored", async () => {
  await using server = await startServer();
  const client = await server.connect();
  expect(await sections(client, "cpu", "Server", "nosuch")).toEqual(["Server", "CPU"]);
  expect(await sections(client, "commandstats", "default")).toContain("Commandstats");
  expect(await client.wire("INFO", "nosuch")).toBe("$0\r\n\r\n");
  expect(await client.wire("INFO", "cluster")).toBe(
    "$30\r\n# Cluster\r\ncluster_enabled:0\r\n\r\n",
  );
  expect(await client.wire("INFO", "cluster", "modules")).toBe(
    "$43\r\n# Modules\r\n\r\n# Cluster\r\ncluster_enabled:0\r\n\r\n",
  );
  await client.call("HELLO", 3);
  expect((await client.reply("INFO", "cluster")).kind).toBe("verbatim");
});

test("our own section tells of memory, log and flushes", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SET", "a", "b");
  const text = `${await client.call("INFO", "ledis")}`;
  for (const line of [
    /^memtable_rows:1\r$/m,
    /^memtable_bytes:[1-9]\d*\r$/m,
    /^log_position:1:[1-9]\d*\r$/m,
    /^write_failure:\r$/m,
    /^flush_failure:\r$/m,
    /^flushes:\d+\r$/m,
    /^access_log_dropped_lines:0\r$/m,
  ]) {
    expect(text).toMatch(line);
  }
});
