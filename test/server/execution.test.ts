import { expect, test } from "bun:test";
import { mapKey } from "../../src/bytes/bytes.ts";
import { StorageError } from "../../src/errors.ts";
import { ErrorReply, WRITTEN } from "../../src/resp/reply.ts";
import { ReplyWriter } from "../../src/resp/reply-writer.ts";
import { Execution } from "../../src/server/execution.ts";
import { TurnOutput } from "../../src/server/turn-output.ts";

function start({ hardBytes = 0, isSilent = false, failure = null as Error | null } = {}) {
  const at = { file: 1, offset: 0 };
  const output = new TurnOutput({ position: at, syncedPosition: at }, () => false);
  const client = {
    protocol: 2 as const,
    isSilent,
    outputLimit: { hardBytes },
    kills: 0,
    kill() {
      this.kills++;
    },
  };
  const ledis = {
    committed: async () => {
      if (failure !== null) throw failure;
    },
  };
  const sink = {
    got: "",
    send(pieces: readonly Uint8Array[]) {
      this.got += pieces.map(mapKey).join("");
    },
    afterTurn() {},
  };
  output.begin(sink);
  return { output, client, sink, host: { output, ledis } };
}

test("replies stand in the output as they come, as one reply", () => {
  const { output, client, sink, host } = start();
  const execution = new Execution(host, client, 2);
  const view = Buffer.from("before");
  execution.add(view);
  view.write("after!");
  execution.add(1);
  expect(execution.end()).toBe(WRITTEN);
  expect(output.end()).toBe(1);
  output.committed();
  expect(sink.got).toBe("*2\r\n$6\r\nbefore\r\n:1\r\n");
});

test("what comes later is waited for, and what stands behind it waits as well", async () => {
  const { output, client, sink, host } = start();
  const execution = new Execution(host, client, 5);
  const [first, second] = [Promise.withResolvers<number>(), Promise.withResolvers<string>()];
  execution.add(1);
  execution.add(first.promise);
  const view = Buffer.from("before");
  execution.add(view);
  view.write("after!");
  execution.add(second.promise);
  execution.add(5);
  const end = execution.end();
  expect(output.end()).toBe(0);
  output.committed();
  expect(sink.got).toBe("*5\r\n:1\r\n");
  second.resolve("4");
  first.resolve(2);
  const writer = new ReplyWriter();
  writer.write(await end, 2);
  expect(writer.slices(0, writer.length).map(mapKey).join("")).toBe(
    ":2\r\n$6\r\nbefore\r\n$1\r\n4\r\n:5\r\n",
  );
});

test("a turn that fails fails all of it", async () => {
  const { client, host } = start({ failure: new StorageError("disk full") });
  const execution = new Execution(host, client, 2);
  execution.add(Promise.resolve(1));
  execution.add(2);
  const end = await Promise.resolve(execution.end()).catch(String);
  expect(end).toContain("MISCONF Errors writing to the binlog: disk full");
});

test("a client that wants no replies gets none", () => {
  const { output, client, sink, host } = start({ isSilent: true });
  const execution = new Execution(host, client, 1);
  execution.add(new ErrorReply("ERR x"));
  expect(execution.end()).toBe(WRITTEN);
  expect(output.end()).toBe(0);
  output.committed();
  expect(sink.got).toBe("");
});

test("one that would get more than it may leave unread is closed, and the rest not written", () => {
  const { output, client, host } = start({ hardBytes: 1000 });
  const execution = new Execution(host, client, 100);
  for (let i = 0; i < 100; i++) execution.add("x".repeat(100));
  expect(execution.end()).toBe(WRITTEN);
  expect(client.kills).toBe(1);
  expect(output.writer.size).toBeLessThan(1300);
});
