import { describe, expect, test } from "bun:test";
import { mapKey } from "../../src/bytes/bytes.ts";
import { streamIdText } from "../../src/bytes/stream-id.ts";
import { openPayload } from "../../src/rdb/dump-payload.ts";
import { RdbError } from "../../src/rdb/rdb-error.ts";
import { RdbReader } from "../../src/rdb/rdb-reader.ts";
import { streamEntries } from "../../src/rdb/stream-entries.ts";
import { listpackOf } from "./packed.ts";
import { redisStreams, streamContentOf } from "./redis-streams.ts";
import { idOf, nodesOf } from "./stream-bytes.ts";

type Element = string | number;

const damaged = new RdbError("damaged entries of a stream");

function read(nodes: Uint8Array, expandable = 1000) {
  const entries = streamEntries(new RdbReader(nodes, 0, nodes.length, expandable));
  return [...entries].map(({ id, fields }) => [mapKey(streamIdText(id)), ...fields.map(mapKey)]);
}

const readNode = (...elements: Element[]) => read(nodesOf([idOf("10-5"), listpackOf(...elements)]));

/** Three entries, the second one deleted and the third one with fields of its own. */
const FRONT: Element[] = [2, 1, 2, "a", "b", 0];
const SAME: Element[] = [2, 0, 0, "1", 2, 5];
const DELETED: Element[] = [3, 0, 1, "3", "4", 5];
const OTHER: Element[] = [0, 7, 1, 1, "c", "5", 6];

describe("entries that Redis has written", () => {
  test.each(redisStreams)("$name", ({ payload, value }) => {
    expect(streamContentOf(openPayload(payload, 1 << 20)).entries).toEqual(value.entries);
  });
});

test("entries have the fields in front, or their own; deleted ones are left out", () => {
  expect(readNode(...FRONT, ...SAME, ...DELETED, ...OTHER)).toEqual([
    ["10-5", "a", "1", "b", "2"],
    ["17-6", "c", "5"],
  ]);
});

test("no node, and nodes of which all is deleted, have no entries", () => {
  expect(read(nodesOf())).toEqual([]);
  expect(readNode(0, 1, 2, "a", "b", 0, ...DELETED)).toEqual([]);
});

test("ids behind the end of uint64 go on at its start", () => {
  const same = (ms: Element, seq: Element): Element[] => [1, 0, 1, "a", 0, 2, ms, seq, "v", 4];
  expect(readNode(...same("-11", "-5"))).toEqual([["18446744073709551615-0", "a", "v"]]);
  const node = listpackOf(...same(1, 1));
  expect(read(nodesOf([idOf("18446744073709551615-18446744073709551615"), node]))).toEqual([
    ["0-0", "a", "v"],
  ]);
});

test("names of fields in front come to no more than is allowed", () => {
  const entry: Element[] = [2, 0, 1, "v", 4];
  const node = listpackOf(3, 0, 1, "x".repeat(60), 0, ...entry, ...entry, ...entry);
  const nodes = nodesOf([idOf("1-0"), node]);
  expect(read(nodes, 180)).toHaveLength(3);
  expect(() => read(nodes, 179)).toThrow(new RdbError("compressed strings come to too much"));
});

describe("damaged", () => {
  const cases: [string, Element[]][] = [
    ["an empty listpack", []],
    ["a front that is cut off", [1, 0, 2, "a"]],
    ["a count that is none", ["x", ...FRONT.slice(1), ...SAME, ...DELETED, ...OTHER]],
    ["a negative count", ["-1", ...FRONT.slice(1), ...SAME, ...DELETED, ...OTHER]],
    ["no zero behind the front", [1, 0, 2, "a", "b", 1, ...SAME]],
    ["more fields than can be", [1, 0, "9007199254740991", "a", "b", 0, ...SAME]],
    ["more entries than are there", [...FRONT, ...SAME, ...DELETED]],
    ["fewer entries than are there", [1, 0, ...FRONT.slice(2), ...SAME, ...OTHER]],
    ["more deleted ones than there are", [1, 2, ...FRONT.slice(2), ...SAME, ...OTHER, ...DELETED]],
    ["fewer deleted ones than there are", [3, 0, ...FRONT.slice(2), ...SAME, ...OTHER, ...DELETED]],
    ["unknown flags", [1, 0, 2, "a", "b", 0, 6, 0, 0, "1", "2", 5]],
    ["a part of an id that is none", [1, 0, 2, "a", "b", 0, 2, "x", 0, "1", "2", 5]],
    ["a part of an id beyond int64", [1, 0, 0, 0, 0, 0, "9223372036854775808", 1, "c", "5", 6]],
    ["another number of elements", [1, 0, 2, "a", "b", 0, 2, 0, 0, "1", "2", 6]],
    ["a field without its value", [1, 0, 0, 0, 0, 0, 0, 1, "c"]],
    ["more fields in an entry than can be", [1, 0, 0, 0, 0, 0, 0, "4503599627370497", "c", "5", 6]],
  ];
  test.each(cases)("%s", (_, elements) => {
    expect(() => readNode(...elements)).toThrow(damaged);
  });

  test("an id of another length", () => {
    for (const length of [0, 15, 17]) {
      const nodes = nodesOf([new Uint8Array(length), listpackOf(...FRONT)]);
      expect(() => read(nodes)).toThrow(damaged);
    }
  });
});
