/** Places in the log and spans of it, as the command line spells them. */
import type { LogPosition } from "../../binlog/position.ts";
import { UsageError } from "../tool.ts";
import { parseDateTime } from "./log-text.ts";

/** What of the log is meant; null: no limit. */
export interface LogSpan {
  /** Unix seconds, included. */
  readonly startTime: number | null;
  /** Unix seconds, included. */
  readonly stopTime: number | null;
  /** The first turn. */
  readonly startPosition: LogPosition | null;
  /** Behind the last turn. */
  readonly stopPosition: LogPosition | null;
}

/** `12:4096` or `ledis-bin.0000012:4096`. @throws {UsageError} */
export function parsePosition(option: string, text: string): LogPosition {
  const [, file, offset] = /^(?:.*ledis-bin\.)?(\d{1,10}):(\d{1,15})$/.exec(text) ?? [];
  if (file === undefined || offset === undefined) {
    throw new UsageError(`--${option} must be FILE:OFFSET, such as ledis-bin.0000012:4096`);
  }
  return { file: Number(file), offset: Number(offset) };
}

function parseTime(option: string, text: string): number {
  const seconds = parseDateTime(text);
  if (seconds === null) throw new UsageError(`--${option} must be "YYYY-MM-DD HH:MM:SS"`);
  return seconds;
}

export interface SpanTexts {
  readonly "start-datetime"?: string | undefined;
  readonly "stop-datetime"?: string | undefined;
  readonly "start-position"?: string | undefined;
  readonly "stop-position"?: string | undefined;
}

/** @throws {UsageError} */
export function parseSpan(texts: SpanTexts): LogSpan {
  const parse = <T>(option: keyof SpanTexts, how: (option: string, text: string) => T) => {
    const text = texts[option];
    return text === undefined ? null : how(option, text);
  };
  return {
    startTime: parse("start-datetime", parseTime),
    stopTime: parse("stop-datetime", parseTime),
    startPosition: parse("start-position", parsePosition),
    stopPosition: parse("stop-position", parsePosition),
  };
}
