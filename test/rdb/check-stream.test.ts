import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Bytes, concatBytes, fromText } from "../../src/bytes/bytes.ts";
import { checkingStream } from "../../src/rdb/check-stream.ts";
import { checkValue } from "../../src/rdb/check-value.ts";
import { openPayload } from "../../src/rdb/dump-payload.ts";
import { atOnce } from "../../src/rdb/in-slices.ts";
import { RdbError } from "../../src/rdb/rdb-error.ts";
import type { RdbGroup, RdbStreamEntry, RdbStreamHead } from "../../src/rdb/rdb-stream.ts";
import { listpackOf } from "./packed.ts";
import { redisStream, redisStreams, streamContentOf } from "./redis-streams.ts";
import { sealBytes } from "./seal-bytes.ts";
import { idOf, nodesOf, streamBytes } from "./stream-bytes.ts";

const MB = 1 << 20;
const FOOTER_BYTES = 10;
const [f, v] = [fromText("f"), fromText("v")];

const entry = (id: string): RdbStreamEntry => ({ id: idOf(id), fields: [f, v] });
const consumer = (name: string) => ({ name: fromText(name), seenAtMs: 1, activeAtMs: -1 });
const group = (name: string, changes: Partial<RdbGroup> = {}): RdbGroup => ({
  ...{ name: fromText(name), lastId: idOf("0-0"), entriesRead: -1n, consumers: [], pending: [] },
  ...changes,
});

function check(
  entries: readonly RdbStreamEntry[],
  groups: readonly RdbGroup[] = [],
  changes: Partial<RdbStreamHead> = {},
): void {
  const head = {
    ...{ length: entries.length, lastId: idOf("9-9"), maxDeletedId: idOf("0-0") },
    ...{ entriesAdded: 9n, ...changes },
  };
  const stream = { type: "stream", head, entries: () => entries, groups: () => groups } as const;
  atOnce(checkingStream(stream));
}

test("streams that Redis has written are right", () => {
  for (const { payload } of redisStreams) checkValue(openPayload(payload, MB));
});

test("a stream may be empty, end with its last id, and have groups with consumers of the same name", () => {
  check([]);
  check([entry("0-1"), entry("9-9")]);
  check(
    [],
    [group("a", { consumers: [consumer("c")] }), group("b", { consumers: [consumer("c")] })],
  );
  check([], [group("a", { entriesRead: 2n ** 63n - 1n })], { entriesAdded: 2n ** 63n - 1n });
});

describe("wrong", () => {
  const cases: [message: string, check: () => void][] = [
    ["a stream's entries are out of order", () => check([entry("0-0")])],
    ["a stream's entries are out of order", () => check([entry("2-0"), entry("2-0")])],
    ["a stream's entries are out of order", () => check([entry("2-0"), entry("1-9")])],
    ["a stream's entry without fields", () => check([{ id: idOf("1-1"), fields: [] }])],
    ["an entry behind the last id", () => check([entry("9-10")])],
    ["a stream of another length than it says", () => check([entry("1-1")], [], { length: 2 })],
    ["a stream of another length than it says", () => check([entry("1-1")], [], { length: 0 })],
    ["a stream's count is too large", () => check([], [], { entriesAdded: 2n ** 63n })],
    ["a group's count is negative", () => check([], [group("a", { entriesRead: -2n })])],
    ["the same group twice", () => check([], [group("a"), group("b"), group("a")])],
    [
      "the same consumer twice",
      () => check([], [group("a", { consumers: [consumer("c"), consumer("c")] })]),
    ],
  ];
  test.each(cases)("%s", (message, run) => {
    expect(run).toThrow(new RdbError(message));
  });
});

test("parts are checked as they stand in the bytes", () => {
  const nodes = nodesOf([idOf("2-0"), listpackOf(1, 0, 1, "f", 0, 2, 0, 0, "v", 4)]);
  const deliveries = [["2-0", 5, 1]] as const;
  const checkParts = (ids: readonly string[]) => {
    const consumers = [{ name: "c", seenAtMs: 5, ids }];
    const groups = [{ name: "g", lastId: "2-0", deliveries, consumers }];
    const body = streamBytes(2, { nodes, length: 1, lastId: "2-0", groups });
    checkValue(openPayload(sealBytes(body), MB));
  };
  checkParts(["2-0"]);
  expect(() => checkParts([])).toThrow(new RdbError("damaged group of a stream"));
});

/** Bytes to be overwritten, or cut out: where, by share of the whole, and with what. */
const damages = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    cut: fc.constantFrom(0, 0, 0, 1, 2, 16),
    bytes: fc.uint8Array({ minLength: 0, maxLength: 2 }),
  }),
  { minLength: 1, maxLength: 3 },
);

test("a damaged stream is refused with an RdbError, or is one that can be read", () => {
  const names = ["groups with consumers", "different fields", "entries deleted", "compressed"];
  const bodies = [...names, "form of Redis 5.0", "ids of all sizes"].map((name) =>
    redisStream(name).payload.slice(0, -FOOTER_BYTES),
  );
  let refused = 0;
  fc.assert(
    fc.property(fc.constantFrom(...bodies), damages, (body, changes) => {
      let bytes: Bytes = body;
      for (const { at, cut, bytes: put } of changes) {
        const start = 1 + Math.floor(at * (bytes.length - 1));
        const rest = bytes.subarray(start + cut + (cut === 0 ? put.length : 0));
        bytes = concatBytes(bytes.subarray(0, start), put, rest);
      }
      try {
        const value = openPayload(sealBytes(bytes), MB);
        checkValue(value);
        streamContentOf(value);
      } catch (error) {
        expect(error).toBeInstanceOf(RdbError);
        refused++;
      }
    }),
    { numRuns: 2000 },
  );
  expect(refused).toBeGreaterThan(1000);
});
