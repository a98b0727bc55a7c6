import { expect, test } from "bun:test";
import { replyError, startServer } from "../../support/start-server.ts";

test("XINFO CONSUMERS tells how long a consumer was silent", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("XGROUP", "CREATE", "s", "g", "$", "MKSTREAM");
  await client.call("XGROUP", "CREATECONSUMER", "s", "g", "c");
  await Bun.sleep(20);
  const [consumer] = (await client.call("XINFO", "CONSUMERS", "s", "g")) as [unknown[]];
  expect(consumer.slice(0, 5)).toEqual(["name", "c", "pending", 0, "idle"]);
  expect(consumer[5]).toBeWithin(19, 10_000);
});

test("XINFO STREAM FULL shows as many entries as are asked for; in RESP3 it is a map", async () => {
  await using server = await startServer();
  const client = await server.connect();
  for (let i = 1; i <= 15; i++) await client.call("XADD", "s", i, "f", "v");
  await client.call("XGROUP", "CREATE", "s", "g", 0);
  await client.call("XREADGROUP", "GROUP", "g", "c", "STREAMS", "s", ">");
  const shown = async (...words: (string | number)[]) => {
    const reply = (await client.call("XINFO", "STREAM", "s", "FULL", ...words)) as unknown[];
    const at = (items: unknown[], name: string) => items[items.indexOf(name) + 1] as unknown[];
    const [group] = at(reply, "groups") as [unknown[]];
    const [consumer] = at(group, "consumers") as [unknown[]];
    return [at(reply, "entries"), at(group, "pending"), at(consumer, "pending")].map(
      ({ length }) => length,
    );
  };
  expect(await shown()).toEqual([10, 10, 10]);
  expect(await shown("COUNT", 3)).toEqual([3, 3, 3]);
  expect(await shown("COUNT", 0)).toEqual([15, 15, 15]);
  expect(await shown("COUNT", -1)).toEqual([10, 10, 10]);
  await client.call("HELLO", 3);
  expect((await client.wire("XINFO", "STREAM", "s")).slice(0, 4)).toBe("%10\r");
});

test("other words than FULL and COUNT are refused, but for missing keys those first", async () => {
  await using server = await startServer();
  const client = await server.connect();
  expect(await client.call("XINFO", "STREAM", "no", "FOO")).toEqual(replyError("ERR no such key"));
  await client.call("XADD", "s", 1, "f", "v");
  for (const words of [
    ["FOO"],
    ["FULL", "COUNT"],
    ["FULL", "FOO", "1"],
    ["FULL", "COUNT", "1", "2"],
  ]) {
    expect(await client.call("XINFO", "STREAM", "s", ...words)).toEqual(
      replyError(
        "ERR unknown subcommand or wrong number of arguments for 'STREAM'. Try XINFO HELP.",
      ),
    );
  }
});
