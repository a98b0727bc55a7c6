import { expect, test } from "bun:test";
import { fromText, mapKey } from "../../src/bytes/bytes.ts";
import { allCommands } from "../../src/commands/all.ts";
import { CommandTable } from "../../src/commands/table.ts";
import { Request } from "../../src/resp/request.ts";
import { Monitors, monitorLine } from "../../src/server/monitors.ts";
import { TurnOutput } from "../../src/server/turn-output.ts";

const table = new CommandTable(allCommands);
const client = { address: "127.0.0.1:60866", isUnix: false, database: 3 };
const line = (...words: string[]) =>
  mapKey(
    monitorLine(
      1339518083107412n,
      client,
      table.byName(words[0]!)!,
      Request.of(words.map((word) => Buffer.from(word, "latin1"))),
    ),
  );

test("a line has Redis's form", () => {
  expect(line("keys", '*"\n\xff')).toBe(
    '+1339518083.107412 [3 127.0.0.1:60866] "keys" "*\\"\\n\\xff"\r\n',
  );
  const unix = { ...client, address: "/tmp/a:b:0", isUnix: true };
  expect(mapKey(monitorLine(1_000_005n, unix, null, Request.of([fromText("PING")])))).toBe(
    '+1.000005 [3 unix:/tmp/a:b] "PING"\r\n',
  );
});

test("passwords are not shown", () => {
  expect(line("AUTH", "secret")).toEndWith('"AUTH" "(redacted)"\r\n');
});

test("long words and lines are cut", () => {
  expect(line("SET", "a", "x".repeat(200_000)).length).toBeLessThan(140_000);
  const words = Array.from({ length: 100 }, () => "x".repeat(100_000));
  expect(line("MSET", ...words)).toEndWith('more arguments)"\r\n');
});

test("a line goes to all monitors, also when the turn fails; commands for the operator are kept back", () => {
  const at = { file: 1, offset: 0 };
  const output = new TurnOutput({ position: at, syncedPosition: at }, () => false);
  const monitors = new Monitors();
  const got = ["", ""];
  const sinks = got.map((_, index) => ({
    send(pieces: readonly Uint8Array[]) {
      got[index] += pieces.map(mapKey).join("");
    },
    afterTurn() {},
  }));
  for (const sink of sinks) monitors.add(sink);
  const request = Request.of([fromText("PING")]);
  monitors.tell(output, client, table.byName("PING")!, request);
  monitors.tell(output, client, table.byName("CONFIG|GET")!, request);
  output.failed(new Error("disk full") as never);
  expect(got[0]).toMatch(/^\+\d+\.\d{6} \[3 127\.0\.0\.1:60866\] "PING"\r\n$/);
  expect(got[1]).toBe(got[0]!);
  monitors.remove(sinks[0]!);
  expect([monitors.isEmpty, monitors.has(sinks[0]!), monitors.has(sinks[1]!)]).toEqual([
    ...[false, false, true],
  ]);
});
