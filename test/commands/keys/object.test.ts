/** What the transcript test/transcripts/keys.txt does not show of OBJECT. */
import { expect, test } from "bun:test";
import { putCollection } from "../../support/hand-made-collections.ts";
import { startServer } from "../../support/start-server.ts";

test("OBJECT HELP names all that OBJECT can do", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const help = (await client.call("OBJECT", "help")) as string[];
  expect(help).toHaveLength(15);
  expect(help[0]).toBe("OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
});

test("small integers have the references that they have in Redis", async () => {
  await using server = await startServer();
  const client = await server.connect();
  for (const [value, references] of [
    ["0", 2147483647],
    ["9999", 2147483647],
    ["10000", 1],
    ["-1", 1],
    ["text", 1],
  ] as const) {
    await client.call("SET", "k", value);
    expect(await client.call("OBJECT", "REFCOUNT", "k")).toBe(references);
  }
  expect(await client.call("OBJECT", "REFCOUNT", "missing")).toBeNull();
});

test("a collection has Redis's encoding for a large one", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const { ledis } = server.app;
  putCollection(ledis, ledis.select(0), Buffer.from("h"));
  expect(await client.call("OBJECT", "ENCODING", "h")).toBe("hashtable");
  expect(await client.call("OBJECT", "REFCOUNT", "h")).toBe(1);
});
