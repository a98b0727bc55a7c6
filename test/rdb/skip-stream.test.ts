import { expect, test } from "bun:test";
import { RdbEndError } from "../../src/rdb/rdb-error.ts";
import { RdbReader } from "../../src/rdb/rdb-reader.ts";
import { skipStream } from "../../src/rdb/skip-stream.ts";

const id = (): number[] => Array<number>(16).fill(9);
const time = (): number[] => Array<number>(8).fill(7);

/** A stream of two listpacks with one group, that has one pending entry of one consumer. */
function stream(version: 1 | 2 | 3): number[] {
  return [
    ...[2, 1, 65, 1, 66, 1, 67, 1, 68],
    ...[5, 1, 2],
    ...(version === 1 ? [] : [1, 1, 0, 0, 0x81, ...Array<number>(8).fill(255)]),
    ...[1, 1, 71, 3, 4],
    ...(version === 1 ? [] : [0x81, ...Array<number>(8).fill(255)]),
    ...[1, ...id(), ...time(), 2],
    ...[1, 1, 72, ...time(), ...(version === 3 ? time() : [])],
    ...[1, ...id()],
  ];
}

// Streams that Redis has written are passed in value-shape.test.ts.
test.each([1, 2, 3] as const)("a stream of version %d is passed as a whole", (version) => {
  const bytes = Uint8Array.from(stream(version));
  const reader = new RdbReader(bytes, 0, bytes.length, 0);
  skipStream(reader, version);
  expect(reader.left).toBe(0);
  for (let end = 0; end < bytes.length; end++) {
    expect(() => skipStream(new RdbReader(bytes, 0, end, 0), version)).toThrow(RdbEndError);
  }
});
