/**
 * Redis's `client-output-buffer-limit`: when a client that does not read its replies is closed.
 * All three classes are kept and answered, so that clients read back what they set.
 */

import { parseByteSize } from "./byte-size.ts";
import { OptionValueError } from "./value-error.ts";

export interface BufferLimit {
  /** Close at once above this many unread bytes; 0 means no limit. */
  readonly hardBytes: number;
  /** Close when above this many unread bytes for `softSeconds`; 0 means no limit. */
  readonly softBytes: number;
  readonly softSeconds: number;
}

/** The classes in the order in which Redis lists them. */
const classes = ["normal", "slave", "pubsub"] as const;

export type BufferLimits = Readonly<Record<(typeof classes)[number], BufferLimit>>;

const defaultLimits: BufferLimits = {
  normal: { hardBytes: 256 * 1024 ** 2, softBytes: 0, softSeconds: 0 },
  slave: { hardBytes: 256 * 1024 ** 2, softBytes: 64 * 1024 ** 2, softSeconds: 60 },
  pubsub: { hardBytes: 32 * 1024 ** 2, softBytes: 8 * 1024 ** 2, softSeconds: 60 },
};

const badNumber = "Error in hard, soft or soft_seconds setting in buffer limit configuration.";

function parseBytes(text: string): number {
  try {
    return Number(parseByteSize(text));
  } catch (cause) {
    throw new OptionValueError(badNumber, { cause });
  }
}

function parseSeconds(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new OptionValueError(badNumber);
  return Number(text);
}

function parseClass(text: string): keyof BufferLimits {
  const wanted = text.toLowerCase() === "replica" ? "slave" : text.toLowerCase();
  const found = classes.find((name) => name === wanted);
  if (found) return found;
  throw new OptionValueError("Invalid client class specified in buffer limit configuration.");
}

/**
 * Limits meant by `class hard soft soft-seconds`, repeated; a class that is not named has
 * the limits of `current`. One memory value alone is the hard limit of normal clients.
 *
 * @throws {OptionValueError} as Redis words it
 */
export function parseBufferLimits(
  text: string,
  current: BufferLimits = defaultLimits,
): BufferLimits {
  const words = text.split(/\s+/).filter((word) => word !== "");
  if (words.length === 1) return { ...current, normal: hardLimit(parseBytes(words[0] ?? "")) };
  if (words.length % 4 !== 0) {
    throw new OptionValueError("Wrong number of arguments in buffer limit configuration.");
  }
  const limits = { ...current };
  for (let i = 0; i < words.length; i += 4) {
    const [name = "", hard = "", soft = "", seconds = ""] = words.slice(i, i + 4);
    limits[parseClass(name)] = {
      hardBytes: parseBytes(hard),
      softBytes: parseBytes(soft),
      softSeconds: parseSeconds(seconds),
    };
  }
  return limits;
}

/** A limit that closes at once above so many bytes, and never for slowness. */
function hardLimit(hardBytes: number): BufferLimit {
  return { hardBytes, softBytes: 0, softSeconds: 0 };
}

/** All classes in Redis's form: "normal 0 0 0 slave 268435456 67108864 60 pubsub ...". */
export function formatBufferLimits(limits: BufferLimits): string {
  return classes
    .map((name) => {
      const { hardBytes, softBytes, softSeconds } = limits[name];
      return `${name} ${hardBytes} ${softBytes} ${softSeconds}`;
    })
    .join(" ");
}
