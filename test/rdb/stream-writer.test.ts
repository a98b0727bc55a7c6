import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Bytes, compareBytes, equalBytes, fromText, mapKey } from "../../src/bytes/bytes.ts";
import { STREAM_ID_MIN, streamId } from "../../src/bytes/stream-id.ts";
import { checkValue } from "../../src/rdb/check-value.ts";
import { openPayload, sealPayload, VERSION_WITH_STREAMS } from "../../src/rdb/dump-payload.ts";
import { RdbReader } from "../../src/rdb/rdb-reader.ts";
import type { RdbGroup, RdbStreamEntry } from "../../src/rdb/rdb-stream.ts";
import { RDB_STREAM_LISTPACKS_2 } from "../../src/rdb/rdb-types.ts";
import { RdbFullError, RdbWriter } from "../../src/rdb/rdb-writer.ts";
import { type StreamParts, writeStream } from "../../src/rdb/stream-writer.ts";
import { redisStreams } from "./redis-streams.ts";
import { sealBytes } from "./seal-bytes.ts";
import { idOf } from "./stream-bytes.ts";

const MB = 1 << 20;
const FOOTER_BYTES = 10;

const seal = (stream: StreamParts, bytesMax = 4 * MB) =>
  sealPayload(
    (writer) => {
      writer.byte(RDB_STREAM_LISTPACKS_2);
      writeStream(writer, stream);
    },
    bytesMax,
    VERSION_WITH_STREAMS,
  );

/** The payload without compression. */
function expanded(payload: Bytes): Bytes {
  const reader = new RdbReader(payload, 1, payload.length - FOOTER_BYTES, MB);
  const writer = new RdbWriter(MB);
  writer.byte(payload[0]!);
  const nodes = reader.length();
  writer.length(nodes);
  for (let left = nodes * 2; left > 0; left--) writer.string(reader.string());
  writer.raw(reader.bytes(reader.left));
  return sealBytes(writer.bytes, VERSION_WITH_STREAMS);
}

function partsOf(payload: Bytes, firstId: string): StreamParts {
  const value = openPayload(payload, MB);
  if (value.type !== "stream") throw new Error(`a ${value.type}`);
  const { head } = value;
  return { head, firstId: idOf(firstId), entries: value.entries(), groups: value.groups() };
}

describe("streams to which was only added are Redis's to the byte, but for compression", () => {
  const appended = redisStreams.filter(({ isAppended }) => isAppended);
  test.each(appended)("$name", ({ payload, firstId }) => {
    expect(mapKey(seal(partsOf(payload, firstId)))).toBe(mapKey(expanded(payload)));
  });

  test("most of these are not compressed", () => {
    const same = appended.filter(({ payload }) => equalBytes(payload, expanded(payload)));
    expect(same.length).toBe(appended.length - 2);
  });
});

test("a stream with deleted entries is written as one without", () => {
  for (const { payload, firstId, isAppended } of redisStreams) {
    if (isAppended) continue;
    const { head, entries, groups } = partsOf(payload, firstId);
    const own = partsOf(seal({ ...partsOf(payload, firstId) }), firstId);
    expect(own.head).toEqual(head);
    expect([...own.entries]).toEqual([...entries]);
    expect([...own.groups]).toEqual([...groups]);
  }
});

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 20 }),
  fc.bigInt(-(2n ** 63n), 2n ** 63n).map((value) => fromText(String(value))),
);
const uint64 = fc.oneof(fc.bigInt(0n, 20n), fc.bigInt(0n, 2n ** 64n - 1n));
const id = fc.tuple(uint64, uint64).map(([ms, seq]) => streamId(ms, seq + (ms + seq ? 0n : 1n)));
const ids = fc
  .uniqueArray(id, { maxLength: 150, selector: mapKey })
  .map((ids) => ids.sort(compareBytes));
const time = fc.nat({ max: 2 ** 48 });
const someFields = [
  ["a", "1"],
  ["a", "2"],
  ["b", "1"],
  ["a", "1", "b", "2"],
].map((fields) => fields.map(fromText));
const ownFields = fc
  .array(fc.tuple(bytes, bytes), { minLength: 1, maxLength: 4 })
  .map((pairs) => pairs.flat());
const fields = fc.oneof(fc.constantFrom(...someFields), ownFields);

const entries: fc.Arbitrary<RdbStreamEntry[]> = ids.chain((ids) =>
  fc.tuple(...ids.map((id) => fields.map((fields) => ({ id, fields })))),
);

const group: fc.Arbitrary<RdbGroup> = fc
  .uniqueArray(bytes, { minLength: 1, maxLength: 4, selector: mapKey })
  .chain((names) =>
    fc.record({
      name: bytes,
      lastId: id,
      entriesRead: fc.bigInt(-1n, 2n ** 63n - 1n),
      consumers: fc.tuple(...names.map((name) => time.map((at) => consumerOf(name, at)))),
      pending: ids.chain((ids) =>
        fc.tuple(
          ...ids.map((id) =>
            fc.record({
              id: fc.constant(id),
              deliveredAtMs: time,
              deliveries: fc.nat(),
              consumer: fc.constantFrom(...names),
            }),
          ),
        ),
      ),
    }),
  );

/** Version 2 does not keep when it was active: it is read as seen. */
function consumerOf(name: Bytes, atMs: number) {
  return { name, seenAtMs: atMs, activeAtMs: atMs };
}

test("what is written is read", () => {
  const groups = fc.uniqueArray(group, { maxLength: 3, selector: ({ name }) => mapKey(name) });
  const numbers = fc.record({ maxDeletedId: id, entriesAdded: fc.bigInt(0n, 2n ** 63n - 1n) });
  fc.assert(
    fc.property(entries, groups, numbers, (entries, groups, numbers) => {
      const lastId = entries.at(-1)?.id ?? STREAM_ID_MIN;
      const head = { length: entries.length, lastId, ...numbers };
      const firstId = entries[0]?.id ?? STREAM_ID_MIN;
      const value = openPayload(seal({ head, firstId, entries, groups }), MB);
      checkValue(value);
      if (value.type !== "stream") throw new Error(`a ${value.type}`);
      expect(value.head).toEqual(head);
      expect([...value.entries()]).toEqual(entries);
      expect([...value.groups()]).toEqual(groups);
    }),
    { numRuns: 100 },
  );
});

test("a stream of which entries or groups are too long is not written", () => {
  const long = fromText("x".repeat(1000));
  const head = { length: 0, lastId: idOf("9-9"), maxDeletedId: STREAM_ID_MIN, entriesAdded: 0n };
  const some = Array.from({ length: 20 }, (_, i) => ({ id: idOf(`1-${i}`), fields: [long, long] }));
  const group = { name: long, lastId: idOf("0-0"), entriesRead: 0n, consumers: [], pending: [] };
  const groups = Array.from({ length: 20 }, () => group);
  const write = (entries: readonly RdbStreamEntry[], groups: readonly RdbGroup[]) => () =>
    seal({ head, firstId: STREAM_ID_MIN, entries, groups }, 12_000);
  expect(write(some.slice(0, 3), groups.slice(0, 3))).not.toThrow();
  expect(write(some, [])).toThrow(RdbFullError);
  expect(write([], groups)).toThrow(RdbFullError);
  expect(write([{ id: idOf("1-1"), fields: [fromText("f"), new Uint8Array(MB)] }], [])).toThrow(
    RdbFullError,
  );
});
