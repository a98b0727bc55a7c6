import { expect, test } from "bun:test";
import { fromText, mapKey } from "../../src/bytes/bytes.ts";
import { Outgoing } from "../../src/server/outgoing.ts";

/** A socket that takes so many bytes and no more, until it is given more room. */
class Narrow {
  got = "";
  room: number;
  constructor(room: number) {
    this.room = room;
  }
  write(bytes: Uint8Array): number {
    const taken = Math.min(this.room, bytes.length);
    this.got += mapKey(bytes.subarray(0, taken));
    this.room -= taken;
    return taken;
  }
}

test("what the socket does not take is kept, in order, until it drains", () => {
  const socket = new Narrow(4);
  const outgoing = new Outgoing(socket);
  outgoing.send([fromText("abc"), fromText("def")]);
  outgoing.send([fromText("ghi")]);
  expect(socket.got).toBe("abcd");
  expect(outgoing.bytes).toBe(5);
  socket.room = 2;
  outgoing.drain();
  expect(socket.got).toBe("abcdef");
  socket.room = 100;
  outgoing.drain();
  expect(socket.got).toBe("abcdefghi");
  expect(outgoing.bytes).toBe(0);
});

test("what is kept is a copy: the writer's memory may be used again", () => {
  const socket = new Narrow(0);
  const outgoing = new Outgoing(socket);
  const bytes = fromText("abc");
  outgoing.send([bytes]);
  bytes.fill(0);
  socket.room = 3;
  outgoing.drain();
  expect(socket.got).toBe("abc");
});

test("a closed socket takes nothing", () => {
  const outgoing = new Outgoing({ write: () => -1 });
  outgoing.send([fromText("abc")]);
  outgoing.drain();
  expect(outgoing.bytes).toBe(3);
  outgoing.clear();
  expect(outgoing.bytes).toBe(0);
});

test("thousands of pieces go out one by one, in order", () => {
  const socket = new Narrow(0);
  const outgoing = new Outgoing(socket);
  const pieces = Array.from({ length: 5000 }, (_, i) => fromText(`${i},`));
  outgoing.send(pieces);
  for (let i = 0; i < 6000 && outgoing.bytes > 0; i++) {
    socket.room = 7;
    outgoing.drain();
  }
  expect(socket.got).toBe(pieces.map(mapKey).join(""));
});

test("short pieces are kept together, in order, while others of them leave", () => {
  const socket = new Narrow(0);
  const outgoing = new Outgoing(socket);
  const lengths = [1, 10, 9000, 3, 5000, 20_000, 1, 16_384, 7];
  let expected = "";
  for (let i = 0; i < 300; i++) {
    const text = String.fromCharCode(97 + (i % 26)).repeat(lengths[i % lengths.length]!);
    expected += text;
    outgoing.send([fromText(text)]);
    if (i % 7 !== 0) continue;
    socket.room = (i * 37) % 9001;
    outgoing.drain();
    socket.room = 0;
  }
  expect(outgoing.bytes).toBe(expected.length - socket.got.length);
  socket.room = Number.POSITIVE_INFINITY;
  outgoing.drain();
  expect(socket.got === expected).toBe(true);
  expect(outgoing.bytes).toBe(0);
});
