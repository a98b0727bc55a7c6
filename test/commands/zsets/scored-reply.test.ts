import { expect, test } from "bun:test";
import { fromText } from "../../../src/bytes/bytes.ts";
import type { Context } from "../../../src/commands/context.ts";
import {
  flatReply,
  membersReply,
  pairsReply,
  scoreReply,
} from "../../../src/commands/zsets/scored-reply.ts";
import { Double } from "../../../src/resp/reply.ts";

const a = fromText("a");
const b = fromText("b");
const members = [
  { member: a, score: 1.5 },
  { member: b, score: 2 },
];
const context = (protocol: 2 | 3) => ({ client: { protocol } }) as unknown as Context;

test("a score that is not there is null", () => {
  expect([scoreReply(null), scoreReply(0)]).toEqual([null, new Double(0)]);
});

test("members stand alone, before their scores, or in pairs with them", () => {
  const flat = [a, new Double(1.5), b, new Double(2)];
  const pairs = [
    [a, new Double(1.5)],
    [b, new Double(2)],
  ];
  expect(flatReply(members)).toEqual(flat);
  expect(pairsReply(members)).toEqual(pairs);
  expect(membersReply(context(3), members, false)).toEqual([a, b]);
  expect(membersReply(context(2), members, true)).toEqual(flat);
  expect(membersReply(context(3), members, true)).toEqual(pairs);
});
