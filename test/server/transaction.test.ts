import { expect, test } from "bun:test";
import { fromText } from "../../src/bytes/bytes.ts";
import { allCommands } from "../../src/commands/all.ts";
import { CommandTable } from "../../src/commands/table.ts";
import { NULL_ARRAY } from "../../src/resp/reply.ts";
import { Request } from "../../src/resp/request.ts";
import { ClientTransaction } from "../../src/server/transaction.ts";
import { openLedis, type TestLedis } from "../support/open-ledis.ts";

const table = new CommandTable(allCommands);
const KEY = fromText("k");

function start({ ledis }: TestLedis, queryBytesMax = 10_000) {
  const ran: string[] = [];
  const transaction: ClientTransaction = new ClientTransaction({
    ledis,
    limits: { queryBytesMax },
    runQueued(queue) {
      expect(transaction.isRunning).toBe(true);
      for (const { command, request } of queue) ran.push(`${command.name} ${request.count}`);
      return ran.length;
    },
  });
  const queue = (...words: string[]) =>
    transaction.queue(table.byName(words[0]!)!, Request.of(words.map(fromText)));
  return { transaction, queue, ran };
}

test("the queue runs at EXEC, and is empty behind it", async () => {
  await using test = await openLedis();
  const { transaction, queue, ran } = start(test);
  transaction.begin();
  expect(() => transaction.begin()).toThrow("ERR MULTI calls can not be nested");
  queue("GET", "k");
  expect([transaction.hasWrites, transaction.hasMessages]).toEqual([false, false]);
  queue("SET", "k", "v");
  queue("PUBLISH", "c", "m");
  expect([transaction.hasWrites, transaction.hasMessages, transaction.count]).toEqual([
    ...[true, true],
    3,
  ]);
  expect(transaction.bytes).toBeGreaterThan(600);
  expect(transaction.execute()).toBe(3);
  expect(ran).toEqual(["GET 2", "SET 3", "PUBLISH 3"]);
  expect([transaction.isOpen, transaction.isRunning, transaction.hasWrites]).toEqual([
    ...[false, false, false],
  ]);
  expect([transaction.count, transaction.bytes]).toEqual([0, 0]);
  expect(() => transaction.execute()).toThrow("ERR EXEC without MULTI");
});

test("a refused command aborts it: nothing more is kept", async () => {
  await using test = await openLedis();
  const { transaction, queue, ran } = start(test);
  transaction.abort();
  transaction.begin();
  queue("GET", "k");
  transaction.abort();
  queue("GET", "k");
  expect(transaction.count).toBe(0);
  expect(() => transaction.execute()).toThrow("EXECABORT");
  transaction.begin();
  expect(transaction.execute()).toBe(0);
  expect(ran).toEqual([]);
});

test("a changed key makes it dirty: nothing is kept, and EXEC answers null", async () => {
  await using test = await openLedis();
  const { transaction, queue } = start(test);
  transaction.watch(test.db.table, [KEY]);
  transaction.begin();
  test.db.strings.set(KEY, KEY);
  expect(transaction.isDirty).toBe(true);
  queue("GET", "k");
  expect(transaction.count).toBe(0);
  expect(transaction.execute()).toBe(NULL_ARRAY);
  expect(transaction.isDirty).toBe(false);
});

test("queue and watched keys are bounded", async () => {
  await using test = await openLedis();
  const { transaction, queue } = start(test, 500);
  transaction.begin();
  queue("GET", "k");
  queue("GET", "k");
  expect(() => queue("GET", "k")).toThrow("client-query-buffer-limit");
  transaction.discard();
  transaction.watch(test.db.table, [KEY]);
  const more = ["a", "b", "c"].map((name) => fromText(name));
  expect(() => transaction.watch(test.db.table, more)).toThrow("client-query-buffer-limit");
});
