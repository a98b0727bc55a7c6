/** A slave of a slave, while the server between replaces its database. */
import { expect, test } from "bun:test";
import { keepLog } from "../support/keep-log.ts";
import { caughtUp, digestOf, eventually, follow, linkOf } from "../support/replicas.ts";
import { startServer, type TestServer } from "../support/start-server.ts";

keepLog();

const start = () => startServer({ "enable-debug-command": "yes", "repl-timeout": "2" });

/** Writes what takes the same bytes on every server, with a value that only this one has, until told to stop. */
function writeOn(server: TestServer, letter: string) {
  let stops = false;
  const run = async () => {
    await using client = await server.connect();
    for (let i = 0; !stops; i++) {
      const key = `k${i % 100}`.padEnd(4, "_");
      await client.pipeline([
        ["SET", key, letter.repeat(100)],
        ["HSET", `h${key}`, letter.repeat(3), letter.repeat(40)],
      ]);
      await Bun.sleep(1);
    }
  };
  const done = run();
  return {
    stop: () => {
      stops = true;
      return done;
    },
  };
}

test("a slave of a slave does not go on at the same place of another history", async () => {
  await using one = await start();
  await using other = await start();
  await using middle = await start();
  await using last = await start();
  const letters = new Map([
    [one, "a"],
    [other, "b"],
  ]);
  // Their logs have the same files and the same lengths, but not the same content.
  for (const [server, letter] of letters) {
    const client = await server.connect();
    for (let i = 0; i < 300; i++) await client.call("SET", `k${i}`, letter.repeat(100));
  }
  expect(one.app.ledis.keyspace.position).toEqual(other.app.ledis.keyspace.position);
  await follow(middle, one);
  await follow(last, middle);
  const [fromMiddle, fromLast] = [await middle.connect(), await last.connect()];
  for (const next of [other, one]) {
    // The last one polls at the place where the other history goes on.
    await follow(middle, next);
    await eventually("the last one follows", () => linkOf(last) === "connected");
    await caughtUp(last, middle);
    expect(await digestOf(fromLast)).toBe(await digestOf(fromMiddle));
    expect(await fromLast.call("GET", "k7")).toBe(letters.get(next)!.repeat(100));
  }
  const writers = [...letters].map(([server, letter]) => writeOn(server, letter));
  for (const next of [one, other]) {
    await follow(middle, next);
    await eventually("the last one follows", () => linkOf(last) === "connected");
  }
  for (const writer of writers) await writer.stop();
  await caughtUp(middle, other);
  await caughtUp(last, middle);
  const fromOther = await other.connect();
  expect(await digestOf(fromMiddle)).toBe(await digestOf(fromOther));
  expect(await digestOf(fromLast)).toBe(await digestOf(fromOther));
}, 60_000);

test("a slave that comes while the database is about to be replaced is sent away as well", async () => {
  await using one = await start();
  await using other = await start();
  await using middle = await start();
  await using last = await start();
  for (const [server, letter] of [
    [one, "a"],
    [other, "b"],
  ] as const) {
    const client = await server.connect();
    for (let i = 0; i < 50; i++) await client.call("SET", `k${i}`, letter.repeat(100));
  }
  await follow(middle, one);
  await follow(last, middle);
  // A copy that is read from the middle one takes long to end: others come back meanwhile.
  const { keyspace } = middle.app.ledis;
  const takeSnapshot = keyspace.snapshot.bind(keyspace);
  const ends = Promise.withResolvers<void>();
  keyspace.snapshot = async () => {
    const snapshot = await takeSnapshot();
    const close = snapshot.close.bind(snapshot);
    snapshot.close = () => ends.promise.then(close);
    return snapshot;
  };
  const copies = await middle.connect();
  await copies.call("REPLCONF", "HELLO", 1, "f".repeat(40), 1);
  await copies.reply("FULLSYNC");
  const client = await middle.connect();
  await client.call("SLAVEOF", "127.0.0.1", other.port);
  await copies.closed;
  await eventually("the last one is back", () => middle.app.replication.status().slaves.length > 0);
  await eventually("it follows", () => linkOf(last) === "connected");
  ends.resolve();
  await eventually("the middle one is copied", () => linkOf(middle) === "connected");
  await caughtUp(last, middle);
  const reader = await last.connect();
  await eventually(
    "the last one is copied",
    async () => (await reader.call("GET", "k7")) === "b".repeat(100),
  );
  expect(await digestOf(reader)).toBe(await digestOf(await other.connect()));
}, 60_000);
