import { expect, test } from "bun:test";
import {
  formatPsyncPlace,
  parsePsyncAnswer,
  parsePsyncPlace,
} from "../../../src/replication/redis/psync-place.ts";

const ID = "0123456789abcdef0123456789abcdef01234567";

test("a place is read back, and those of other masters are none", () => {
  const place = { replicationId: ID, offset: 2 ** 50, database: 11, skipped: 3 };
  expect(parsePsyncPlace(formatPsyncPlace(place))).toEqual(place);
  for (const text of ["3 1806", `redis ${ID} 1 0`, `redis ${ID.slice(1)} 1 0 0`, ""]) {
    expect(parsePsyncPlace(text)).toBeNull();
  }
});

test("answers to PSYNC", () => {
  expect(parsePsyncAnswer(`+FULLRESYNC ${ID.toUpperCase()} 77`)).toEqual({
    kind: "copy",
    replicationId: ID,
    offset: 77,
  });
  expect(parsePsyncAnswer("+CONTINUE")).toEqual({ kind: "continue", replicationId: null });
  expect(parsePsyncAnswer(`+CONTINUE ${ID}`)).toEqual({ kind: "continue", replicationId: ID });
  for (const line of ["-NOMASTERLINK Can't SYNC while not connected with my master", "+OK", "$5"]) {
    expect(() => parsePsyncAnswer(line)).toThrow(`PSYNC was refused: ${line.replace("-", "")}`);
  }
});
