import { expect, test } from "bun:test";
import { type RespClient, startServer } from "../../support/start-server.ts";

/** Fields of some sections. */
async function info(client: RespClient, ...names: string[]): Promise<Record<string, string>> {
  const lines = `${await client.call("INFO", ...names)}`.split("\r\n");
  return Object.fromEntries(
    lines
      .filter((line) => line.includes(":"))
      .map((line) => line.split(/:(.*)/, 2) as [string, string]),
  );
}

test("the server says who it is", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const fields = await info(client, "server");
  expect(fields).toMatchObject({
    redis_version: "7.0.15",
    redis_mode: "standalone",
    tcp_port: `${server.port}`,
    process_id: `${process.pid}`,
    uptime_in_days: "0",
    config_file: "",
  });
  expect(fields["run_id"]).toMatch(/^[0-9a-f]{40}$/);
  expect(Number(fields["server_time_usec"])).toBeGreaterThan(1e15);
});

test("clients are counted, blocked ones too", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await (await server.connect()).call("PING");
  expect(await info(client, "clients")).toMatchObject({
    connected_clients: "2",
    maxclients: "10000",
    tracking_clients: "0",
  });
});

test("memory is told in bytes and for people", async () => {
  await using server = await startServer();
  const fields = await info(await server.connect(), "memory");
  expect(Number(fields["used_memory"])).toBeGreaterThan(1e6);
  expect(fields["used_memory_human"]).toMatch(/^\d+\.\d\d[MG]$/);
  expect(Number(fields["used_memory_peak"])).toBeGreaterThanOrEqual(
    Number(fields["used_memory_rss"]),
  );
  expect(fields).toMatchObject({
    maxmemory: "0",
    maxmemory_human: "0B",
    maxmemory_policy: "noeviction",
  });
});

test("persistence tells of saves and of the log", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SET", "a", "b");
  const before = {
    loading: "0",
    aof_enabled: "1",
    rdb_changes_since_last_save: "1",
    rdb_saves: "0",
  };
  expect(await info(client, "persistence")).toMatchObject(before);
  await client.call("SAVE");
  expect(await info(client, "persistence")).toMatchObject({
    rdb_changes_since_last_save: "0",
    rdb_saves: "1",
    rdb_last_bgsave_status: "ok",
    rdb_bgsave_in_progress: "0",
    aof_last_write_status: "ok",
  });
});

test("hits, misses, commands, errors and connections are counted", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SET", "a", "b");
  await client.call("GET", "a");
  await client.call("GET", "nosuch");
  await client.call("NOSUCH");
  await client.call("GET");
  await client.call("LPUSH", "a", "x");
  const fields = await info(client, "stats", "errorstats", "commandstats");
  expect(fields).toMatchObject({
    keyspace_hits: "1",
    keyspace_misses: "1",
    total_connections_received: "1",
    rejected_connections: "0",
    evicted_keys: "0",
    errorstat_WRONGTYPE: "count=1",
    errorstat_ERR: "count=2",
    total_error_replies: "3",
  });
  expect(Number(fields["total_net_output_bytes"])).toBeGreaterThan(0);
  expect(Number(fields["total_net_input_bytes"])).toBeGreaterThan(0);
  expect(fields["cmdstat_get"]).toMatch(
    /^calls=2,usec=\d+,usec_per_call=\d+\.\d\d,rejected_calls=1,failed_calls=0$/,
  );
  expect(fields["cmdstat_lpush"]).toMatch(/^calls=1,.*,failed_calls=1$/);
});

test("statistics of subcommands have both names", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("CLIENT", "ID");
  await client.call("CLIENT", "LIST", "FOO");
  const fields = await info(client, "commandstats");
  expect(fields["cmdstat_client|id"]).toStartWith("calls=1,");
  expect(fields["cmdstat_client|list"]).toEndWith("failed_calls=1");
});

test("a master without slaves, in a history of its own", async () => {
  await using server = await startServer();
  const fields = await info(await server.connect(), "replication");
  expect(fields).toMatchObject({ role: "master", connected_slaves: "0" });
  expect(fields["master_replid"]).toMatch(/^[0-9a-f]{40}$/);
  await server.restart();
  const again = await info(await server.connect(), "replication");
  expect(again["master_replid"]).toBe(fields["master_replid"]!);
});

test("keys are counted exactly, by database, also those just written over", async () => {
  await using server = await startServer();
  const client = await server.connect();
  expect(await client.call("INFO", "keyspace")).toBe("# Keyspace\r\n");
  await client.call("MSET", "a", "1", "b", "2", "a", "3");
  await client.call("SET", "c", "4", "EX", 100);
  await client.call("DEL", "b");
  await client.call("SELECT", 3);
  await client.call("SET", "x", "y");
  const counts =
    "# Keyspace\r\ndb0:keys=2,expires=1,avg_ttl=0\r\ndb3:keys=1,expires=0,avg_ttl=0\r\n";
  expect(await client.call("INFO", "keyspace")).toBe(counts);
  await client.call("SAVE");
  expect(await client.call("INFO", "keyspace")).toBe(counts);
});

test("keys are counted exactly after very many writes", async () => {
  await using server = await startServer();
  const client = await server.connect();
  for (let batch = 0; batch < 10; batch++) {
    const pairs = Array.from({ length: 1000 }, (_, i) => [`${batch}-${i}`, "v"]).flat();
    client.send("MSET", ...pairs);
  }
  client.send("INFO", "keyspace");
  for (let batch = 0; batch < 10; batch++) await client.read();
  expect(await client.readPlain()).toBe("# Keyspace\r\ndb0:keys=10000,expires=0,avg_ttl=0\r\n");
});

test("the CPU time used is told in seconds", async () => {
  await using server = await startServer();
  const fields = await info(await server.connect(), "cpu");
  expect(fields["used_cpu_user"]).toMatch(/^\d+\.\d{6}$/);
});

test("the access log's losses are told", async () => {
  await using server = await startServer({ access_log: "/dev/full" });
  const client = await server.connect();
  await client.call("PING");
  while (server.app.accessLog?.droppedLines === 0) await Bun.sleep(1);
  const fields = await info(client, "ledis");
  expect(fields["access_log_failure"]).toContain("ENOSPC");
});
