import { expect, test } from "bun:test";
import { fromText } from "../../../src/bytes/bytes.ts";
import { STREAM_ID_MAX, STREAM_ID_MIN, streamId } from "../../../src/bytes/stream-id.ts";
import type { Arg } from "../../../src/commands/args.ts";
import {
  autoClaimRequest,
  claimRequest,
  pendingRequest,
} from "../../../src/commands/streams/stream-claim-words.ts";
import { readArg } from "../../support/read-arg.ts";

const read = <T>(arg: Arg<T>, line: string): T => readArg(arg, ...line.split(" "));

test("XPENDING wants a summary, or a range", () => {
  expect(readArg(pendingRequest)).toBeNull();
  expect(read(pendingRequest, "- + 10")).toEqual({
    minIdleMs: 0,
    from: STREAM_ID_MIN,
    to: STREAM_ID_MAX,
    count: 10,
    consumer: null,
  });
  expect(read(pendingRequest, "idle 5 1 (2-0 -3 c")).toMatchObject({
    minIdleMs: 5,
    from: streamId(1n, 0n),
    to: streamId(1n, 2n ** 64n - 1n),
    count: 0,
    consumer: fromText("c"),
  });
  for (const line of ["-", "- +", "IDLE 5 - +", "- + 1 c d e f"]) {
    expect(() => read(pendingRequest, line)).toThrow("ERR syntax error");
  }
});

test("XCLAIM's ids end where its options begin", () => {
  const claim = read(claimRequest, "10 1-1 2 FORCE justid RETRYCOUNT 3 LASTID 9");
  expect(claim).toMatchObject({
    minIdleMs: 10,
    ids: [streamId(1n, 1n), streamId(2n, 0n)],
    force: true,
    justIds: true,
    deliveries: 3,
    lastId: streamId(9n, 0n),
  });
  expect(claim.deliveredAtMs).toBe(claim.nowMs);
  const idle = read(claimRequest, "-1 1 IDLE 1000 RETRYCOUNT -1");
  expect([idle.minIdleMs, idle.nowMs - idle.deliveredAtMs, idle.deliveries]).toEqual([
    0,
    1000,
    null,
  ]);
  expect(read(claimRequest, "0 1 TIME 5").deliveredAtMs).toBe(5);
  const later = read(claimRequest, "0 1 TIME 9000000000000");
  expect(later.deliveredAtMs).toBe(later.nowMs);
  expect(() => read(claimRequest, "x 1")).toThrow("Invalid min-idle-time argument for XCLAIM");
  expect(() => read(claimRequest, "0 1 IDLE x")).toThrow("Invalid IDLE option argument for XCLAIM");
  expect(() => read(claimRequest, "0 1 FOO")).toThrow("Unrecognized XCLAIM option 'FOO'");
});

test("XAUTOCLAIM takes a hundred entries unless it is told how many", () => {
  expect(read(autoClaimRequest, "5 (1-1")).toEqual({
    minIdleMs: 5,
    from: streamId(1n, 2n),
    count: 100,
    justIds: false,
  });
  expect(read(autoClaimRequest, "5 - COUNT 7 JUSTID")).toMatchObject({ count: 7, justIds: true });
  for (const count of ["0", "-1", "x", `${2n ** 62n}`]) {
    expect(() => read(autoClaimRequest, `5 - COUNT ${count}`)).toThrow("ERR COUNT must be > 0");
  }
  expect(() => read(autoClaimRequest, "5 - FOO")).toThrow("ERR syntax error");
});
