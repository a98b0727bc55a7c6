import { expect, test } from "bun:test";
import { GenerationPins } from "../../../src/keyspace/generations/generation-pins.ts";
import { rawKey, TestGeneration } from "../../support/test-rows.ts";

function filled(): TestGeneration {
  const rows = new TestGeneration();
  rows.put(rawKey("a"), "1");
  return rows;
}

test("a generation that nobody reads is released at once", () => {
  const rows = filled();
  new GenerationPins().release(rows.generation);
  expect(rows.generation.rowCount).toBe(0);
});

test("a pinned one is released when the last reader lets go", () => {
  const rows = filled();
  const pins = new GenerationPins();
  pins.pin(rows.generation);
  pins.pin(rows.generation);
  pins.release(rows.generation);
  pins.unpin(rows.generation);
  expect(rows.get(rawKey("a"))).toBe("1");
  pins.unpin(rows.generation);
  expect(rows.generation.rowCount).toBe(0);
});

test("one that was read and is still in use stays", () => {
  const rows = filled();
  const pins = new GenerationPins();
  pins.pin(rows.generation);
  pins.unpin(rows.generation);
  expect(rows.get(rawKey("a"))).toBe("1");
});
