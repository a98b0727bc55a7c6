/** Servers that follow each other, for tests. */
import type { RespClient } from "./resp-client.ts";
import type { TestServer } from "./start-server.ts";

/** Waits until a condition holds, looking often; throws when it does not within some seconds. */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  timeoutMs = 10_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await Bun.sleep(2);
  }
}

/** Has `slave` follow `master`, and waits until it does. */
export async function follow(slave: TestServer, master: TestServer): Promise<void> {
  await using client = await slave.connect();
  await client.call("SLAVEOF", "127.0.0.1", master.port);
  await eventually("the link is up", () => linkOf(slave) === "connected");
  await caughtUp(slave, master);
}

export function linkOf(slave: TestServer): string {
  return slave.app.replication.status().master?.state ?? "none";
}

/** Waits until `slave` has all of `master`'s log. */
export async function caughtUp(slave: TestServer, master: TestServer): Promise<void> {
  const place = ({ app }: TestServer) => {
    const { file, offset } = app.ledis.keyspace.position;
    return `${file}:${offset}`;
  };
  await eventually("the slave has caught up", () => place(slave) === place(master));
}

/** The fields of INFO replication. */
export async function replicationInfo(client: RespClient): Promise<Map<string, string>> {
  const text = (await client.call("INFO", "replication")) as string;
  const lines = text.trim().split("\r\n").slice(1);
  return new Map(
    lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)]),
  );
}

/** Writes of all types, over few keys; `round` decides which. */
export function writeAllTypes(client: RespClient, round: number): Promise<unknown> {
  const key = `k${round % 7}`;
  return client.pipeline([
    ["SET", `s${key}`, `v${round}`],
    ["APPEND", `s${key}`, "x".repeat(round % 300)],
    ["HSET", `h${key}`, `f${round % 30}`, round],
    ["RPUSH", `l${key}`, round],
    ["LTRIM", `l${key}`, -20, -1],
    ["SADD", `u${key}`, round % 50],
    ["ZADD", `z${key}`, round, `m${round % 40}`],
    ["BSETBIT", `b${key}`, round % 1000, 1],
    ["EXPIRE", `s${key}`, 10_000],
    ["RENAME", `h${key}`, `h${key}`],
    round % 40 === 39 ? ["DEL", `u${key}`] : ["SETRANGE", `r${key}`, round % 100, "abc"],
    round % 97 === 96 ? ["SWAPDB", 0, 1] : ["PING"],
  ]);
}

/** A digest of all rows; the server needs `enable-debug-command yes`. */
export async function digestOf(client: RespClient): Promise<string> {
  const hex = await client.call("DEBUG", "DIGEST");
  if (typeof hex !== "string") throw new Error(`no digest: ${JSON.stringify(hex)}`);
  return hex;
}
