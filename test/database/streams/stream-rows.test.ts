import { expect, test } from "bun:test";
import fc from "fast-check";
import { fromText, mapKey } from "../../../src/bytes/bytes.ts";
import { streamId } from "../../../src/bytes/stream-id.ts";
import {
  consumerName,
  consumerRest,
  decodeConsumer,
  decodeDelivery,
  decodeEntry,
  decodeGroup,
  encodeConsumer,
  encodeDelivery,
  encodeEntry,
  encodeGroup,
  entryOf,
  groupPrefix,
  ownedRest,
  pendingRest,
} from "../../../src/database/streams/stream-rows.ts";

test("an entry gives back its words, whatever their lengths", () => {
  const word = fc.oneof(
    fc.uint8Array({ maxLength: 4 }),
    fc.uint8Array({ minLength: 250, maxLength: 300 }),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), (words) => {
      const decoded = decodeEntry(encodeEntry(words)).map((word) => mapKey(word.view()));
      expect(decoded).toEqual(words.map(mapKey));
    }),
  );
});

test("the layouts are those of docs/disk-format.md", () => {
  const id = streamId(1n, 2n);
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
  expect(hex(encodeEntry(["f", "value"].map(fromText)))).toBe("016605" + "76616c7565");
  const group = {
    number: 1,
    nextConsumer: 2,
    consumers: 3,
    lastId: id,
    entriesRead: -1n,
    pending: 4,
  };
  expect(hex(encodeGroup(group))).toBe(
    "000000010000000200000003" +
      "00000000000000010000000000000002" +
      "ffffffffffffffff" +
      "000000000004",
  );
  expect(hex(encodeConsumer({ number: 1, seenAtMs: 2, pending: 3 }))).toBe(
    "00000001" + "000000000002" + "000000000003",
  );
  const delivery = { consumer: 1, name: fromText("c"), deliveredAtMs: 2, deliveries: 3 };
  expect(hex(encodeDelivery(delivery))).toBe("00000001" + "000000000002" + "000000000003" + "63");
  expect(hex(consumerRest(5, fromText("c")))).toBe("00000005" + "63");
  expect(hex(pendingRest(5, id))).toBe(`00000005${hex(id)}`);
  expect(hex(ownedRest(5, 6, id))).toBe(`0000000500000006${hex(id)}`);
});

test("rows give back what was written", () => {
  const id = streamId(7n, 2n ** 64n - 1n);
  const group = {
    number: 1,
    nextConsumer: 9,
    consumers: 3,
    lastId: id,
    entriesRead: 2n ** 62n,
    pending: 4,
  };
  expect(decodeGroup(encodeGroup(group))).toEqual(group);
  const consumer = { number: 2 ** 32 - 1, seenAtMs: 2 ** 48 - 1, pending: 3 };
  expect(decodeConsumer(encodeConsumer(consumer))).toEqual(consumer);
  const delivery = { consumer: 1, name: fromText(""), deliveredAtMs: 2, deliveries: 3 };
  expect(decodeDelivery(encodeDelivery(delivery))).toEqual(delivery);
  expect(mapKey(consumerName(consumerRest(1, fromText("name"))))).toBe("name");
  expect(entryOf(ownedRest(1, 2, id))).toEqual(id);
  expect(groupPrefix(1, 2)).toEqual(ownedRest(1, 2, new Uint8Array(0)));
});

test("what does not fit becomes the most that does", () => {
  const delivery = {
    consumer: 1,
    name: fromText("c"),
    deliveredAtMs: 2 ** 60,
    deliveries: 2 ** 63,
  };
  const most = 2 ** 48 - 1;
  expect(decodeDelivery(encodeDelivery(delivery))).toMatchObject({
    deliveredAtMs: most,
    deliveries: most,
  });
});

test("what is decoded is no view, also of a Buffer", () => {
  const bytes = Buffer.from(
    encodeGroup({
      number: 1,
      nextConsumer: 0,
      consumers: 0,
      lastId: streamId(1n, 1n),
      entriesRead: 0n,
      pending: 0,
    }),
  );
  const group = decodeGroup(bytes);
  bytes.fill(0xff);
  expect(group.lastId).toEqual(streamId(1n, 1n));
});
