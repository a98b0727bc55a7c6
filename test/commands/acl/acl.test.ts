import { expect, test } from "bun:test";
import { differencesTo, recordedReplies } from "../../support/recorded-replies.ts";

const recorded = recordedReplies(new URL("redis-acl.jsonl", import.meta.url));

test("replies, of ACL and of what users may not do, are those of redis-server 7.0.15", async () => {
  expect(await differencesTo(recorded)).toEqual([]);
});
