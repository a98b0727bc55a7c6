import { expect, test } from "bun:test";
import { fromText, toText } from "../../src/bytes/bytes.ts";
import { copyTo, Stretch, viewOf } from "../../src/bytes/stretch.ts";

test("a stretch knows its length, and its view is no copy", () => {
  const buffer = fromText("a value in a buffer");
  const stretch = new Stretch(buffer, 2, 7);
  expect(stretch.length).toBe(5);
  expect(toText(stretch.view())).toBe("value");
  expect(stretch.view().buffer).toBe(buffer.buffer);
});

test("the view of a whole buffer is the buffer", () => {
  const buffer = fromText("whole");
  expect(new Stretch(buffer, 0, 5).view()).toBe(buffer);
});

test("a stretch may be empty", () => {
  expect(new Stretch(fromText("abc"), 3, 3).view()).toHaveLength(0);
});

test("a copy has memory of its own", () => {
  const buffer = fromText("abcde");
  const copy = new Stretch(buffer, 1, 4).copy();
  buffer.fill(0);
  expect(toText(copy)).toBe("bcd");
});

test("bytes are viewed and copied alike, whether there is a view or not", () => {
  const view = fromText("value");
  for (const bytes of [view, new Stretch(fromText("a value."), 2, 7)]) {
    expect(toText(viewOf(bytes))).toBe("value");
    const target = fromText("012345678");
    copyTo(bytes, target, 2);
    expect(toText(target)).toBe("01value78");
  }
  expect(viewOf(view)).toBe(view);
});
