import { expect, test } from "bun:test";
import { fromText } from "../../../src/bytes/bytes.ts";
import { LinkError } from "../../../src/replication/link-error.ts";
import type { CommandApplier } from "../../../src/replication/redis/command-applier.ts";
import { StreamApplier } from "../../../src/replication/redis/stream-applier.ts";
import type { Request } from "../../../src/resp/request.ts";
import { encodeRequest } from "../../../src/resp/request-encoder.ts";

/** Notes what it takes; MULTI and EXEC as they are. */
class FakeApplier {
  readonly taken: string[] = [];
  isWhole = true;
  database = 0;
  skipped = 0;

  take(request: Request): void {
    const name = request.bytes(0);
    const text = String.fromCharCode(...name);
    if (text === "BAD") throw new LinkError("so bad");
    if (text === "MULTI") this.isWhole = false;
    if (text === "EXEC") this.isWhole = true;
    if (text === "SELECT") this.database = request.bytes(1)[0]! - 0x30;
    this.taken.push(text);
  }
}

const FROM = { replicationId: "d".repeat(40), offset: 100, database: 0, skipped: 0 };

function applier() {
  const fake = new FakeApplier();
  return { fake, stream: new StreamApplier(FROM, fake as unknown as CommandApplier) };
}

test("the place is behind the last whole command, wherever pieces end", () => {
  const { fake, stream } = applier();
  const bytes = Buffer.concat([encodeRequest(["SELECT", "4"]), encodeRequest(["SET", "k", "v"])]);
  const first = encodeRequest(["SELECT", "4"]).length;
  for (let at = 0; at < bytes.length; at++) {
    stream.push(bytes.subarray(at, at + 1));
    expect(stream.run(1000)).toBe(false);
    const expected = at + 1 === bytes.length ? bytes.length : at + 1 >= first ? first : 0;
    expect(stream.place.offset).toBe(100 + expected);
  }
  expect(fake.taken).toEqual(["SELECT", "SET"]);
  expect(stream.place).toEqual({ ...FROM, offset: 100 + bytes.length, database: 4 });
});

test("within a transaction the place stays before it", () => {
  const { stream } = applier();
  const [multi, set, exec] = [["MULTI"], ["SET", "k", "v"], ["EXEC"]].map(encodeRequest);
  stream.push(Buffer.concat([multi!, set!]));
  stream.run(1000);
  expect(stream.place).toBe(FROM);
  stream.push(exec!);
  stream.run(1000);
  expect(stream.place.offset).toBe(100 + multi!.length + set!.length + exec!.length);
});

test("it stops after about so many bytes, and goes on", () => {
  const { fake, stream } = applier();
  const set = encodeRequest(["SET", "k", "v"]);
  stream.push(Buffer.concat(Array.from({ length: 10 }, () => set)));
  expect(stream.run(3 * set.length)).toBe(true);
  expect(fake.taken).toHaveLength(3);
  expect(stream.run(1000)).toBe(false);
  expect(fake.taken).toHaveLength(10);
});

test("what cannot be followed ends it, behind what came before", () => {
  for (const [bad, reason] of [
    [fromText("*1\r\n+OK\r\n"), "expected '$'"],
    [encodeRequest(["BAD"]), "so bad"],
  ] as const) {
    const { fake, stream } = applier();
    const set = encodeRequest(["SET", "k", "v"]);
    stream.push(Buffer.concat([set, bad, set]));
    expect(stream.run(1000)).toBe(false);
    expect(stream.failure?.message).toContain(reason);
    expect(stream.place.offset).toBe(100 + set.length);
    expect(fake.taken).toEqual(["SET"]);
  }
});

test("what was left out is counted with the place", () => {
  const { fake, stream } = applier();
  stream.push(encodeRequest(["SET", "k", "v"]));
  fake.skipped = 4;
  stream.run(1000);
  expect(stream.place.skipped).toBe(4);
});
