import { describe, expect, test } from "bun:test";
import { mapKey } from "../../src/bytes/bytes.ts";
import { openPayload } from "../../src/rdb/dump-payload.ts";
import { RdbError } from "../../src/rdb/rdb-error.ts";
import { RdbReader } from "../../src/rdb/rdb-reader.ts";
import type { StreamVersion } from "../../src/rdb/skip-stream.ts";
import { streamGroups } from "../../src/rdb/stream-groups.ts";
import { listpackOf } from "./packed.ts";
import { redisStreams, streamContentOf } from "./redis-streams.ts";
import { type GroupParts, idOf, nodesOf, type StreamParts, streamBytes } from "./stream-bytes.ts";

const damaged = new RdbError("damaged group of a stream");

const nodes = nodesOf([idOf("2-0"), listpackOf(1, 0, 1, "f", 0, 2, 0, 0, "v", 4)]);

function read(version: StreamVersion, stream: StreamParts) {
  const bytes = streamBytes(version, stream);
  return [...streamGroups(() => new RdbReader(bytes, 1, bytes.length, 100), version)];
}

const readGroups = (...groups: GroupParts[]) =>
  read(2, { nodes, length: 1, lastId: "9-9", groups });

const group: GroupParts = {
  name: "g",
  lastId: "3-4",
  entriesRead: 7n,
  deliveries: [
    ["1-0", 1000, 1],
    ["2-0", 2000, 70_000],
    ["2-1", 3000, 0],
  ],
  consumers: [
    { name: "a", seenAtMs: 50, activeAtMs: 40n, ids: ["2-0"] },
    { name: "b", seenAtMs: 60, activeAtMs: -1n, ids: ["1-0", "2-1"] },
    { name: "c", seenAtMs: 70, activeAtMs: 0n, ids: [] },
  ],
};

describe("groups that Redis has written, or accepted and told of", () => {
  test.each(redisStreams)("$name", ({ payload, value }) => {
    expect(streamContentOf(openPayload(payload, 1 << 20)).groups).toEqual(value.groups);
  });
});

test("pending entries have their consumers", () => {
  const [found] = readGroups(group);
  expect([found!.lastId, found!.entriesRead]).toEqual([idOf("3-4"), 7n]);
  expect(
    found!.pending.map(({ id, consumer, deliveredAtMs, deliveries }) => [
      id,
      mapKey(consumer),
      deliveredAtMs,
      deliveries,
    ]),
  ).toEqual([
    [idOf("1-0"), "b", 1000, 1],
    [idOf("2-0"), "a", 2000, 70_000],
    [idOf("2-1"), "b", 3000, 0],
  ]);
});

test("when consumers were active stands there since version 3", () => {
  const activity = (version: StreamVersion) => {
    const [found] = read(version, { nodes, length: 1, lastId: "9-9", groups: [group] });
    return found!.consumers.map(({ activeAtMs }) => activeAtMs);
  };
  expect([activity(1), activity(2), activity(3)]).toEqual([
    [50, 60, 70],
    [50, 60, 70],
    [40, -1, 0],
  ]);
});

test("how much was read may be unknown", () => {
  expect(readGroups({ ...group, entriesRead: -1n })[0]!.entriesRead).toBe(-1n);
});

// What Redis makes of version 1 is among the recorded streams.
test("version 1 without the entries that it counts is damaged", () => {
  const stream = { nodes: nodesOf(), length: 1, lastId: "9-9", groups: [group] };
  expect(() => read(1, stream)).toThrow(new RdbError("a stream of another length than it says"));
  expect(read(2, stream)).toHaveLength(1);
});

describe("damaged", () => {
  const [a, b, c] = group.consumers as [GroupParts["consumers"][0], never, never];
  const cases: [string, Partial<GroupParts>][] = [
    ["a pending entry without a consumer", { consumers: [a, c] }],
    ["a pending entry of two consumers", { consumers: [a, b, a] }],
    ["a consumer that has the same twice", { consumers: [{ ...a, ids: ["2-0", "2-0"] }, b] }],
    ["an entry that is not pending", { consumers: [{ ...a, ids: ["2-0", "5-5"] }, b] }],
    ["pending entries out of order", { deliveries: [...group.deliveries].reverse() }],
    ["the same entry twice", { deliveries: [group.deliveries[0]!, ...group.deliveries] }],
  ];
  test.each(cases)("%s", (_, changes) => {
    expect(() => readGroups({ ...group, ...changes })).toThrow(damaged);
  });

  test("a time of activity below -1", () => {
    const consumers = [{ ...a, activeAtMs: -2n }, b];
    const stream = { nodes, length: 1, lastId: "9-9", groups: [{ ...group, consumers }] };
    expect(() => read(3, stream)).toThrow(damaged);
  });

  test("times and counts beyond what a number holds", () => {
    const bytes = streamBytes(2, { nodes, length: 1, lastId: "9-9", groups: [group] });
    const at = Buffer.from(bytes).indexOf(Buffer.from(BigUint64Array.of(1000n).buffer));
    bytes.fill(0xff, at, at + 8);
    const open = () => new RdbReader(bytes, 1, bytes.length, 100);
    expect(() => [...streamGroups(open, 2)]).toThrow(RdbError);
  });
});
