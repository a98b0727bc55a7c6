import { expect, test } from "bun:test";
import type { LogPosition } from "../../src/binlog/position.ts";
import { mapKey } from "../../src/bytes/bytes.ts";
import { StorageError } from "../../src/errors.ts";
import { OK, type Reply } from "../../src/resp/reply.ts";
import { type ReplySink, TurnOutput } from "../../src/server/turn-output.ts";

/** Shows what a client would get, and when it is told that a turn, or everything, is over. */
class Sink implements ReplySink {
  got = "";
  send(pieces: readonly Uint8Array[]): void {
    this.got += pieces.map(mapKey).join("");
  }
  afterTurn(isLast: boolean): void {
    this.got += isLast ? "<end>" : "|";
  }
}

const at = (offset: number): LogPosition => ({ file: 1, offset });

function start(waits = false) {
  const durability = { position: at(0), syncedPosition: at(0) };
  const state = { waits };
  const output = new TurnOutput(durability, () => state.waits);
  const reply = (sink: Sink, value: Reply): void => {
    const { length } = output.writer;
    output.writer.write(value, 2);
    output.add(sink, length, 1);
  };
  return { durability, state, output, reply };
}

const refused = "-MISCONF Errors writing to the binlog: disk full\r\n";

test("replies leave at the turn's end, each client's in order", () => {
  const { output, reply } = start();
  const [a, b] = [new Sink(), new Sink()];
  reply(a, OK);
  reply(b, 1);
  reply(a, 2);
  expect(a.got + b.got).toBe("");
  output.committed();
  expect(a.got).toBe("+OK\r\n:2\r\n||");
  expect(b.got).toBe(":1\r\n|");
  output.committed();
  expect(b.got).toBe(":1\r\n|");
});

test("a failed turn answers each of its requests with the reason", () => {
  const { output, reply } = start();
  const [a, b] = [new Sink(), new Sink()];
  reply(a, OK);
  reply(a, OK);
  reply(b, OK);
  output.failed(new StorageError("disk full"));
  expect(a.got).toBe(`${refused}${refused}|`);
  expect(b.got).toBe(`${refused}|`);
  reply(a, 7);
  output.committed();
  expect(a.got).toEndWith(":7\r\n|");
});

test("replies that have to be durable wait for it, and arrive in order", () => {
  const { durability, output, reply } = start(true);
  const a = new Sink();
  reply(a, 1);
  durability.position = at(10);
  output.committed();
  reply(a, 2);
  durability.position = at(20);
  output.committed();
  expect(a.got).toBe("");
  durability.syncedPosition = at(10);
  output.synced(null);
  expect(a.got).toBe(":1\r\n|");
  durability.syncedPosition = at(20);
  output.synced(null);
  expect(a.got).toBe(":1\r\n|:2\r\n|");
});

test("what cannot be made durable is answered with the reason", () => {
  const { durability, output, reply } = start(true);
  const a = new Sink();
  reply(a, 1);
  durability.position = at(10);
  output.committed();
  output.synced("disk full");
  expect(a.got).toBe(`${refused}|`);
});

test("a failed turn's errors do not overtake replies that wait", () => {
  const { durability, output, reply } = start(true);
  const a = new Sink();
  reply(a, 1);
  durability.position = at(10);
  output.committed();
  reply(a, 2);
  output.failed(new StorageError("disk full"));
  expect(a.got).toBe("");
  durability.syncedPosition = at(10);
  output.synced(null);
  expect(a.got).toBe(`:1\r\n|${refused}|`);
});

test("when durability is not asked for any more, what waits leaves", () => {
  const { durability, state, output, reply } = start(true);
  const a = new Sink();
  reply(a, 1);
  durability.position = at(10);
  output.committed();
  state.waits = false;
  output.synced(null);
  expect(a.got).toBe(":1\r\n|");
});

test("the end of a client comes behind its last reply, not behind an earlier one that waited", () => {
  const { durability, output, reply } = start(true);
  const a = new Sink();
  reply(a, 1);
  durability.position = at(10);
  output.committed();
  reply(a, OK);
  output.addEnd(a);
  durability.position = at(20);
  output.committed();
  durability.syncedPosition = at(10);
  output.synced(null);
  expect(a.got).toBe(":1\r\n|");
  durability.syncedPosition = at(20);
  output.synced(null);
  expect(a.got).toBe(":1\r\n|+OK\r\n|<end>");
});

test("a client that gets no reply is told of its end as well, also when the turn fails", () => {
  const { output } = start();
  const [a, b] = [new Sink(), new Sink()];
  output.addEnd(a);
  output.committed();
  expect(a.got).toBe("<end>");
  output.addEnd(b);
  output.failed(new StorageError("disk full"));
  expect(b.got).toBe("<end>");
});

test("what says nothing of the data holds when the turn fails, at its place among the refusals", () => {
  const { output } = start();
  const a = new Sink();
  output.begin(a);
  output.answer(1, 2);
  output.answer(OK, 2, true);
  output.answer(2, 2);
  expect(output.end()).toBe(3);
  output.failed(new StorageError("disk full"));
  expect(a.got).toBe(`${refused}+OK\r\n${refused}|||`);
});

test("one text for several goes in front of what is written behind it, and is lost with the turn", () => {
  const { output } = start();
  const [a, b, c] = [new Sink(), new Sink(), new Sink()];
  const tell = (): void => {
    output.begin(a);
    output.answer(1, 2);
    output.tell([a, b, c], (writer) => writer.write("hello", 2));
    output.answer(2, 2);
    expect(output.end()).toBe(2);
  };
  tell();
  output.committed();
  expect(a.got).toBe(":1\r\n$5\r\nhello\r\n:2\r\n|");
  expect(b.got + c.got).toBe("$5\r\nhello\r\n|$5\r\nhello\r\n|");
  tell();
  output.failed(new StorageError("disk full"));
  expect(a.got).toEndWith(`|${refused}${refused}|`);
  expect(b.got).toBe("$5\r\nhello\r\n||");
});

test("a reply in several parts is one reply", () => {
  const { output } = start();
  const [a, b] = [new Sink(), new Sink()];
  output.begin(a);
  output.writer.arrayHeader(1);
  output.tell([b], (writer) => writer.write("hello", 2));
  output.writer.write(1, 2);
  output.countReply();
  expect(output.end()).toBe(1);
  output.failed(new StorageError("disk full"));
  expect(a.got).toBe(`${refused}|`);
});

test("messages to many make a turn crowded", () => {
  const { output } = start();
  const sinks = Array.from({ length: 1000 }, () => new Sink());
  for (let i = 0; i < 20; i++) {
    expect(output.isCrowded).toBe(false);
    output.tell(sinks, (writer) => writer.write("hello", 2));
  }
  expect(output.isCrowded).toBe(true);
  output.committed();
  expect(output.isCrowded).toBe(false);
});

test("many bytes make a turn crowded, until they were handed over", () => {
  const { output } = start();
  output.begin(new Sink());
  output.answer("x".repeat(100_000), 2);
  expect(output.isCrowded).toBe(false);
  for (let i = 0; i < 5; i++) output.answer("x".repeat(100_000), 2);
  expect(output.isCrowded).toBe(true);
  output.end();
  output.committed();
  expect(output.isCrowded).toBe(false);
});

test("many messages for one client are few pieces, in order; large ones are not copied", () => {
  const { output } = start();
  const pieces: Uint8Array[] = [];
  const sink = {
    send: (more: readonly Uint8Array[]) => void pieces.push(...more),
    afterTurn() {},
  };
  const large = new Uint8Array(300_000);
  for (let i = 0; i < 1000; i++) {
    output.tell([sink], (writer) => writer.write(i === 500 ? large : i, 2));
  }
  output.addEnd(sink);
  output.committed();
  expect(pieces.length).toBe(3);
  expect(pieces[1]!.buffer === large.buffer).toBe(true);
});

test("a sink that postpones messages gets a copy for later, others at the turn's end", () => {
  const { output } = start();
  const kept: string[] = [];
  class Busy extends Sink {
    postponed: { add(message: Uint8Array): void } | null = {
      add: (message) => void kept.push(mapKey(message)),
    };
  }
  const [busy, idle] = [new Busy(), new Sink()];
  output.tell([busy, idle], (writer) => writer.write("news", 2));
  expect(kept).toEqual(["$4\r\nnews\r\n"]);
  busy.postponed = null;
  output.tell([busy], (writer) => writer.write(1, 2));
  output.committed();
  expect(busy.got).toBe(":1\r\n|");
  expect(idle.got).toBe("$4\r\nnews\r\n|");
});
