import { expect, test } from "bun:test";
import { CliSession, type SessionOptions } from "../../../src/cli/shell/cli-session.ts";
import { splitWords } from "../../../src/cli/shell/command-words.ts";
import { rawText, standardText } from "../../../src/cli/shell/reply-text.ts";
import { memoryOutput } from "../../support/memory-output.ts";
import { startServer } from "../../support/start-server.ts";
import { until } from "../../support/until.ts";

function open(port: number, more: Partial<SessionOptions> = {}) {
  const output = memoryOutput();
  const session = new CliSession(
    {
      address: { kind: "tcp", host: "127.0.0.1", port },
      tls: null,
      user: "",
      password: "",
      database: 0,
      protocol: 2,
      format: (reply, verbatim) => (verbatim ? rawText(reply) : standardText(reply)),
      streamNotice: "",
      showsPushes: true,
      errorsApart: false,
      ...more,
    },
    output,
  );
  const run = (line: string) => session.run(splitWords(Buffer.from(line))!);
  return { session, output, run };
}

test("the prompt follows the database and the transaction", async () => {
  await using server = await startServer();
  const { session, run } = open(server.port);
  const where = `127.0.0.1:${server.port}`;
  expect(session.prompt).toBe("not connected> ");
  await session.connect();
  const prompts: string[] = [];
  for (const line of [
    "select 2",
    "multi",
    "select 3",
    "discard",
    "select 99999",
    "multi",
    "exec",
  ]) {
    await run(line);
    prompts.push(session.prompt.slice(where.length));
  }
  expect(prompts).toEqual([
    "[2]> ",
    "[2](TX)> ",
    "[3](TX)> ",
    "[2]> ",
    "[2]> ",
    "[2](TX)> ",
    "[2]> ",
  ]);
  await run("reset");
  expect(session.prompt).toBe(`${where}> `);
  session.close();
});

test("a lost connection is made anew, with its password and database", async () => {
  await using server = await startServer({ requirepass: "pw" });
  const { session, output, run } = open(server.port, { password: "pw", database: 4, protocol: 3 });
  expect(await run("set k v")).toBe("ok");
  const other = await server.connect();
  await other.call("AUTH", "pw");
  await other.call("CLIENT", "KILL", "TYPE", "normal");
  await until(() => !session.isConnected);
  expect(await run("get k")).toBe("ok");
  expect(await run("hgetall k")).toBe("error");
  expect(output.text).toMatch(/^OK\n"v"\n\(error\) WRONGTYPE /);
  expect(output.errors).toBe("");
  session.close();
});

test("a reply that does not come is told, and the command not sent again", async () => {
  await using server = await startServer();
  const { output, run } = open(server.port);
  const waiting = run("blpop nolist 0");
  const other = await server.connect();
  await other.call("SET", "x", "1");
  while ((await other.call("CLIENT", "KILL", "TYPE", "normal")) === 0) await Bun.sleep(0);
  expect(await waiting).toBe("lost");
  expect(output.errors).toBe("Error: Server closed the connection\n");
});

test("messages are printed until the session is interrupted, in either protocol", async () => {
  await using server = await startServer();
  for (const protocol of [2, 3] as const) {
    const { session, output, run } = open(server.port, { protocol, streamNotice: "Reading\n" });
    const streaming = run("subscribe c");
    await until(() => output.text.includes("(integer) 1"));
    await (await server.connect()).call("PUBLISH", "c", "hello");
    await until(() => output.text.includes("hello"));
    session.interrupt();
    expect(await streaming).toBe("ok");
    expect(session.wasInterrupted).toBe(true);
    expect(output.text).toBe(
      'Reading\n1) "subscribe"\n2) "c"\n3) (integer) 1\n1) "message"\n2) "c"\n3) "hello"\n',
    );
    expect(await run("unsubscribe c")).toBe("ok");
    session.close();
  }
});

test("what the server refuses at the start is told, and errors may stand apart", async () => {
  await using server = await startServer();
  const { session, output, run } = open(server.port, {
    password: "x",
    database: 99999,
    errorsApart: true,
  });
  expect(await run("nosuch")).toBe("error");
  expect(output.text).toBe("");
  expect(output.errors).toMatch(
    /^AUTH failed: .+\nSELECT 99999 failed: .+\nERR unknown command .+\n$/,
  );
  session.close();
  const gone = open(1);
  expect(await gone.run("ping")).toBe("lost");
  expect(gone.output.errors).toBe("Could not connect to 127.0.0.1:1: Connection refused\n");
});
