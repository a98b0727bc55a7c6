/** What blocking commands have in common: their timeout, and waiting for keys. */
import type { Bytes } from "../bytes/bytes.ts";
import { INT64_MAX, INT64_MIN, parseSafeInteger } from "../bytes/integer.ts";
import { ceilLongDouble, parseLongDouble, scaleLongDouble } from "../bytes/long-double.ts";
import type { Wish } from "../database/key-table/waiters.ts";
import { CommandError, errors } from "../errors.ts";
import { NULL_ARRAY, type Reply } from "../resp/reply.ts";
import { type Arg, bytes } from "./args.ts";
import type { Answer, Context } from "./context.ts";

/** Longest delay that a timer takes, in ms; longer waits need several. */
const TIMER_MS_MAX = 2 ** 31 - 1;
/** Seconds up to which milliseconds are exact in a double. */
const SIMPLE_SECONDS_MAX = 2 ** 42;
/** How long to wait for a turn to tell whether it has served a waiter whose time is up, in ms. */
const TURN_END_MS = 1;

/** A timeout in seconds, to be read with `parseTimeout`. */
export function timeout(): Arg<Bytes> {
  return bytes("timeout", "double");
}

/**
 * How long a blocking command waits at most, in ms, rounded up; 0: for ever.
 *
 * @throws {CommandError} no number of seconds, negative, or beyond an int64 in ms (which Redis takes for negative)
 */
export function parseTimeout(text: Bytes): number {
  const simple = parseSafeInteger(text);
  if (simple >= 0 && simple <= SIMPLE_SECONDS_MAX) return simple * 1000;
  const seconds = parseLongDouble(text);
  if (seconds === null) throw new CommandError(errors.timeoutNotFloat);
  const scaled = seconds === "infinite" ? null : scaleLongDouble(seconds, 1000n);
  const ms = scaled === null ? INT64_MIN : ceilLongDouble(scaled);
  if (ms < 0n || ms > INT64_MAX) throw new CommandError(errors.negativeTimeout);
  return Number(ms);
}

/**
 * Waits until one of the keys holds what is wished for, or the time is up, or somebody ends it. The keys are those of
 * the selected database and hold nothing of the kind now.
 *
 * @param timeoutMs 0: for ever
 * @param nothing the answer where nobody may wait
 */
export function waitForKeys(
  context: Context,
  wish: Wish<Reply>,
  timeoutMs: number,
  nothing: Reply = NULL_ARRAY,
): Answer {
  return context.client.mayWait ? wait(context, wish, timeoutMs) : nothing;
}

async function wait(
  { client, db, ledis }: Context,
  wish: Wish<Reply>,
  timeoutMs: number,
): Promise<Reply> {
  const waiting = ledis.waiters.wait(db.table, wish);
  client.onUnblock((error) =>
    error === null ? waiting.end(NULL_ARRAY) : waiting.fail(new CommandError(error)),
  );
  const deadlineMs = performance.now() + timeoutMs;
  let timer: ReturnType<typeof setTimeout> | null = null;
  const look = (): void => {
    const leftMs = deadlineMs - performance.now();
    const isOver = leftMs <= 0 && waiting.end(NULL_ARRAY);
    if (!isOver) timer = setTimeout(look, Math.min(Math.max(leftMs, TURN_END_MS), TIMER_MS_MAX));
  };
  if (timeoutMs > 0) look();
  try {
    return await waiting.answer;
  } finally {
    if (timer !== null) clearTimeout(timer);
  }
}
