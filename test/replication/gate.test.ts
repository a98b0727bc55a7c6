import { expect, test } from "bun:test";
import { Config } from "../../src/config/config.ts";
import { errors } from "../../src/errors.ts";
import { Gate } from "../../src/replication/gate.ts";

function judged(
  link: Parameters<Gate["judge"]>[0],
  overrides: Record<string, string> = {},
  slaves = 0,
) {
  const gate = new Gate(Config.load({ overrides }));
  gate.judge(link, () => slaves);
  const { writeRefusal, readRefusal, goodSlaves } = gate;
  return { writeRefusal, readRefusal, goodSlaves };
}

const open = { writeRefusal: null, readRefusal: null, goodSlaves: null };

test("a master takes everything, unless it misses slaves", () => {
  expect(judged(null)).toEqual(open);
  const two = { "min-slaves-to-write": "2" };
  expect(judged(null, two, 2)).toEqual({ ...open, goodSlaves: 2 });
  expect(judged(null, two, 1)).toEqual({
    ...open,
    ...{ goodSlaves: 1, writeRefusal: errors.noReplicas },
  });
  expect(judged(null, { ...two, "min-slaves-max-lag": "0" }, 0)).toEqual(open);
});

test("a slave takes no writes, and reads as it is told to", () => {
  const readOnly = { ...open, writeRefusal: errors.readOnly };
  expect(judged("connected")).toEqual(readOnly);
  expect(judged("sync")).toEqual(readOnly);
  const strict = { "slave-serve-stale-data": "no" };
  expect(judged("connected", strict)).toEqual(readOnly);
  for (const state of ["connect", "connecting", "handshake", "sync"] as const) {
    expect(judged(state, strict)).toEqual({ ...readOnly, readRefusal: errors.masterDown });
  }
});
