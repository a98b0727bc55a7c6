import { expect, test } from "bun:test";
import { keepLog } from "../../support/keep-log.ts";
import { differencesTo, recordedReplies } from "../../support/recorded-replies.ts";

keepLog();

const recorded = recordedReplies(new URL("redis-functions.jsonl", import.meta.url));

test("replies, of FUNCTION and of what functions do, are those of redis-server 7.0.15", async () => {
  expect(await differencesTo(recorded)).toEqual([]);
}, 30_000);
