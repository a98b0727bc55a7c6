/**
 * Bad and random input at the socket: whatever one client sends, the server stays up, its memory stays bounded
 * and other clients are served. Failing input is repeated with the seed that the failure shows: `FUZZ_SEED=7`.
 */

import { describe, expect, test } from "bun:test";
import type { Socket } from "bun";
import { type Bytes, concatBytes, copyBytes, mapKey } from "../../src/bytes/bytes.ts";
import { encodeRequest } from "../../src/resp/request-encoder.ts";
import { type RespClient, startServer, type TestServer } from "../support/start-server.ts";
import { until } from "../support/until.ts";
import { type Random, randomOf } from "./random.ts";
import { splitAtRandom, streamOf } from "./random-requests.ts";

const MB = 1 << 20;
const { FUZZ_SEED = "1" } = process.env;
const firstSeed = Number(FUZZ_SEED);
const STREAMS = 800;

/** Small strings: a mutated offset must not make half a gigabyte. */
const limits = { "proto-max-bulk-len": "1mb", "client-query-buffer-limit": "1mb" };

const WITNESS_KEY = "\0 only the witness uses this";

/** Another client, who always gets what is right. */
class Witness {
  readonly #client: RespClient;
  #count = 0;

  constructor(client: RespClient) {
    this.#client = client;
  }

  async check(): Promise<void> {
    const value = `value ${this.#count++}`;
    const replies = await this.#client.pipeline([
      ["SET", WITNESS_KEY, value],
      ["GET", WITNESS_KEY],
    ]);
    expect(replies).toEqual(["OK", value]);
  }
}

/** Sends bytes in these pieces, each when the server has taken the one before; answers all that came back. */
async function exchange({ app, port }: TestServer, pieces: readonly Bytes[]): Promise<string> {
  const received: Bytes[] = [];
  const ended = Promise.withResolvers<void>();
  const known = new Set(app.clients());
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: {
      data: (_: Socket, bytes: Bytes) => void received.push(copyBytes(bytes)),
      close: () => ended.resolve(),
    },
  });
  const find = () => [...app.clients()].find((connection) => !known.has(connection));
  await until(() => find() !== undefined);
  const connection = find()!;
  for (const piece of pieces) {
    const before = app.stats.inputBytes;
    if (socket.write(piece) !== piece.length) throw new Error("the socket took a part only");
    await until(() => connection.isClosed || app.stats.inputBytes >= before + piece.length);
    await app.ledis.committed();
    if (connection.isClosed) break;
  }
  connection.endNow();
  await ended.promise;
  return mapKey(concatBytes(...received));
}

/** Bytes of memory that the process has more than before, at worst, while `work` ran. */
async function memoryGrowth(work: () => Promise<void>): Promise<number> {
  Bun.gc(true);
  const before = process.memoryUsage.rss();
  await work();
  return process.memoryUsage.rss() - before;
}

describe("random input", () => {
  test("is answered alike whole and in pieces, and leaves everybody else alone", async () => {
    await using whole = await startServer(limits);
    await using split = await startServer(limits);
    const witness = new Witness(await whole.connect());
    let answered = 0;
    const growth = await memoryGrowth(async () => {
      for (let seed = firstSeed; seed < firstSeed + STREAMS; seed++) {
        const random: Random = randomOf(seed);
        const stream = streamOf(random);
        const expected = await exchange(whole, [stream]);
        const replies = await exchange(split, splitAtRandom(random, stream));
        const input = mapKey(stream);
        expect({ seed, input, replies }).toEqual({ seed, input, replies: expected });
        answered += expected.length;
        await witness.check();
      }
    });
    expect(answered).toBeGreaterThan(50 * STREAMS);
    expect(growth).toBeLessThan(200 * MB);
    expect([...whole.app.clients()]).toHaveLength(1);
    expect([...split.app.clients()]).toHaveLength(0);
  }, 60_000);

  test("of many clients at once is served", async () => {
    await using server = await startServer(limits);
    const witness = new Witness(await server.connect());
    const clients = await Promise.all(Array.from({ length: 50 }, () => server.connect()));
    for (let round = 0; round < 20; round++) {
      for (const [number, client] of clients.entries()) {
        const random = randomOf(firstSeed + 1000 + round * clients.length + number);
        if (client.isClosed) clients[number] = await server.connect();
        else client.sendBytes(streamOf(random));
      }
      await witness.check();
    }
    for (const client of clients) client.close();
    await until(() => [...server.app.clients()].length === 1);
    await witness.check();
  }, 60_000);
});

describe("memory is not taken on a client's word", () => {
  test("a hundred announced gigabytes cost nothing before they come", async () => {
    await using server = await startServer();
    const witness = new Witness(await server.connect());
    const growth = await memoryGrowth(async () => {
      for (let i = 0; i < 200; i++) {
        const client = await server.connect();
        client.sendBytes("*1000000000\r\n$3\r\nSET\r\n$536870912\r\nx");
      }
      await witness.check();
      await witness.check();
    });
    expect(growth).toBeLessThan(64 * MB);
  });

  test("a request that never ends is refused at the limit", async () => {
    await using server = await startServer({ ...limits, "proto-max-bulk-len": "1mb" });
    const witness = new Witness(await server.connect());
    const growth = await memoryGrowth(async () => {
      for (let i = 0; i < 20; i++) {
        const client = await server.connect();
        const words =
          i % 2 === 0 ? `*10000000\r\n${"$1\r\nx\r\n".repeat(500_000)}` : "x".repeat(3 * MB);
        client.sendBytes(words);
        await client.closed;
      }
    });
    expect(growth).toBeLessThan(128 * MB);
    await witness.check();
  });

  test("replies that nobody reads hold their client back, and all come when it reads", async () => {
    await using server = await startServer();
    const witness = new Witness(await server.connect());
    const value = "v".repeat(MB);
    const client = await server.connect();
    await client.call("SET", "large", value);
    const count = 300;
    client.stopReading();
    const growth = await memoryGrowth(async () => {
      client.sendBytes(
        concatBytes(...Array.from({ length: count }, () => encodeRequest(["GET", "large"]))),
      );
      for (let i = 0; i < 50; i++) await witness.check();
    });
    expect(growth).toBeLessThan(128 * MB);
    client.goOnReading();
    for (let i = 0; i < count; i++) {
      const reply = await client.read();
      expect(reply.kind === "bulk" && reply.bytes.length).toBe(MB);
    }
    await witness.check();
  }, 60_000);
});
