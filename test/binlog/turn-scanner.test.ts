import { expect, test } from "bun:test";
import fc from "fast-check";
import { encodeFileHeader, eventEnd, TURN_END_BYTES } from "../../src/binlog/event.ts";
import { forEachEvent, scanTurns, showsTurnEnd } from "../../src/binlog/turn-scanner.ts";
import { type Bytes, concatBytes, fromText } from "../../src/bytes/bytes.ts";
import { deleteEvent, putEvent, turnBytes } from "../support/turn-bytes.ts";

const turns = [
  turnBytes([putEvent(fromText("a"), fromText("1"))]),
  turnBytes([deleteEvent(fromText("b")), putEvent(fromText("c"), fromText("22"))]),
  turnBytes([putEvent(new Uint8Array(65536), new Uint8Array(3))]),
  turnBytes([]),
  turnBytes([putEvent(fromText("d"), new Uint8Array(0))]),
];
const log = concatBytes(...turns);
/** Where each turn ends. */
const ends = turns.map((_, i) => concatBytes(...turns.slice(0, i + 1)).length);

/** Bounds of the turns that a scan finds, checked for being a chain of whole turns of `bytes`. */
function scan(bytes: Bytes, start = 0) {
  const found: number[] = [];
  const result = scanTurns(bytes, start, (from, to) => {
    expect(from).toBe(found.at(-1) ?? start);
    found.push(to);
  });
  expect(result.turns).toBe(found.length);
  expect(result.end).toBe(found.at(-1) ?? start);
  return { found, stop: result.stop };
}

test("whole turns are found, from any turn's start", () => {
  expect(scan(log)).toEqual({ found: ends, stop: null });
  expect(scan(log, ends[1])).toEqual({ found: ends.slice(2), stop: null });
  expect(scan(log, log.length)).toEqual({ found: [], stop: null });
});

test("a log cut at any byte is its whole turns, and incomplete", () => {
  const short = concatBytes(turns[0]!, turns[1]!, turns[4]!);
  const shortEnds = [turns[0]!.length, turns[0]!.length + turns[1]!.length, short.length];
  for (let length = 0; length <= short.length; length++) {
    const { found, stop } = scan(short.subarray(0, length));
    expect(found).toEqual(shortEnds.filter((end) => end <= length));
    expect(stop).toBe(length === 0 || shortEnds.includes(length) ? null : "incomplete");
  }
});

test("no flipped bit lets a turn pass that was not written", () => {
  const short = concatBytes(turns[0]!, turns[1]!, turns[3]!, turns[4]!);
  const whole = scan(short).found;
  for (let bit = 0; bit < short.length * 8; bit++) {
    const flipped = short.slice();
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    const { found, stop } = scan(flipped);
    expect(found).toEqual(whole.filter((end) => end <= bit >> 3));
    expect(stop).not.toBeNull();
  }
});

test("bytes of any kind never pass as turns, and never throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
      const { found } = scan(concatBytes(turns[0]!, noise));
      expect(found).toEqual([turns[0]!.length]);
    }),
    { numRuns: 500 },
  );
});

test("zeros behind the log, as a power cut leaves them, are damage", () => {
  const { found, stop } = scan(concatBytes(turns[0]!, new Uint8Array(4096)));
  expect(found).toEqual([turns[0]!.length]);
  expect(stop).toBe("damaged");
});

test("a wrong event count, an unknown command and a file header within a turn are damage", () => {
  const event = putEvent(fromText("k"), fromText("v"));
  const wrongCount = turnBytes([concatBytes(event, event)]);
  const header = encodeFileHeader(
    { version: 1, fileNumber: 1, base: 0, historyId: new Uint8Array(16) },
    1,
  );
  const unknown = Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 2, 2, 9);
  for (const bytes of [wrongCount, turnBytes([header]), turnBytes([unknown])]) {
    expect(scan(bytes)).toEqual({ found: [], stop: "damaged" });
  }
});

test("a key length beyond its event is damage", () => {
  const put = putEvent(fromText("k"), fromText("v"));
  put[10] = 3;
  const longPut = putEvent(new Uint8Array(65536), fromText("v"));
  longPut[11] = 2;
  for (const event of [put, longPut]) expect(scan(turnBytes([event])).stop).toBe("damaged");
});

test("the events of a turn are visited in order, without its end", () => {
  const [from, to] = [ends[0]!, ends[1]!];
  const found: number[] = [];
  forEachEvent(log, from, to, (at) => found.push(at));
  expect(found).toEqual([from, eventEnd(log, from)]);
  expect(eventEnd(log, found[1]!)).toBe(to - TURN_END_BYTES);
});

test("a damaged length is told from an append cut short by the turn ends behind it", () => {
  const damaged = log.slice();
  damaged[4] = 0x7f;
  expect(scan(damaged).stop).toBe("incomplete");
  expect(showsTurnEnd(damaged, 0)).toBe(true);
  expect(showsTurnEnd(log, log.length)).toBe(false);
  expect(showsTurnEnd(turns[0]!.subarray(0, turns[0]!.length - 1), 0)).toBe(false);
});
