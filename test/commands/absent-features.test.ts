import { expect, test } from "bun:test";
import { replyError, startServer } from "../support/start-server.ts";

test("whatever is asked of a cluster is refused, as by a Redis without one", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const refusal = replyError("ERR This instance has cluster support disabled");
  for (const words of [
    ["CLUSTER", "INFO"],
    ["CLUSTER", "SLOTS"],
    ["cluster", "setslot", "1", "node", "x"],
    ["ASKING"],
    ["READONLY"],
    ["READWRITE"],
  ] as const) {
    const [name, ...rest] = words;
    expect(await client.call(name, ...rest)).toEqual(refusal);
  }
  for (const name of ["CLUSTER", "READONLY x", "ASKING x"]) {
    const [command, ...rest] = name.split(" ");
    expect(await client.call(command!, ...rest)).toEqual(
      replyError(`ERR wrong number of arguments for '${command!.toLowerCase()}' command`),
    );
  }
});

test("MODULE LIST is empty", async () => {
  await using server = await startServer();
  const client = await server.connect();
  expect(await client.wire("MODULE", "LIST")).toBe("*0\r\n");
  expect(await client.call("MODULE", "LOAD", "/x.so")).toEqual(
    replyError("ERR unknown subcommand 'LOAD'. Try MODULE HELP."),
  );
  expect(await client.call("MODULE", "HELP")).toContain("LIST");
});
