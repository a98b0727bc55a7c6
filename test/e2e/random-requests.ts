/** What a client may send, right, wrong or in between. All of it ends in the replies to it alone. */

import { type Bytes, concatBytes } from "../../src/bytes/bytes.ts";
import { encodeRequest } from "../../src/resp/request-encoder.ts";
import type { Random } from "./random.ts";

const keys = ["k", "key", "", "\0", "bits", "n", "missing"];
const numbers = ["0", "1", "-1", "7", "100", "4294967295", "9223372036854775807", "x", ""];
const operations = ["AND", "OR", "XOR", "NOT"];

/** Requests that change nothing but strings, and whose replies depend on nothing else. */
function requestOf(random: Random): readonly (string | Bytes)[] {
  const key = random.pick(keys);
  const number = random.pick(numbers);
  switch (random.below(9)) {
    case 0:
      return ["GET", key];
    case 1:
      return ["SET", key, randomBytes(random, random.below(200))];
    case 2:
      return ["INCR", random.pick(["n", key])];
    case 3:
      return ["MSET", key, number, random.pick(keys), "v"];
    case 4:
      return ["SETBIT", key, random.pick(["3", "99", number]), random.pick(["0", "1", number])];
    case 5:
      return ["BITFIELD", key, "INCRBY", "u8", "#2", number, "GET", "i5", "3"];
    case 6:
      return ["BITOP", random.pick(operations), key, random.pick(keys), random.pick(keys)];
    case 7:
      return ["BITCOUNT", key, number, random.pick(numbers), "BIT"];
    default:
      return Array.from({ length: 1 + random.below(5) }, () => random.pick([key, number, "GET"]));
  }
}

/** Words and signs of the protocol, in no order. */
const tokens = ["*", "$", ":", "+", "-", "\r\n", "\n", "\r", "*1\r\n", "$3\r\nGET\r\n", "$-1\r\n"];
const words = [
  "GET ",
  "k",
  '"',
  "'",
  "\\x",
  "\\",
  " ",
  "3",
  "12",
  "-1",
  "99999999999",
  "SET k v\r\n",
];

/** A stream of bytes, some tens to some thousands long. */
export function streamOf(random: Random): Bytes {
  switch (random.below(6)) {
    case 0:
      return randomBytes(random, random.below(3000));
    case 1:
      return joined(random, 1 + random.below(80), () => random.pick([...tokens, ...words]));
    case 2:
      return joined(random, 1 + random.below(20), () => inlineOf(random));
    case 3:
      return requests(random);
    default:
      return mutated(random, requests(random));
  }
}

/** The stream in pieces; up to 30 of them, at least one. */
export function splitAtRandom(random: Random, stream: Bytes): Bytes[] {
  const cuts = Array.from({ length: random.below(30) }, () => random.below(stream.length));
  const bounds = [...new Set([0, ...cuts, stream.length])].sort((a, b) => a - b);
  return bounds.slice(1).map((end, i) => stream.subarray(bounds[i], end));
}

function randomBytes(random: Random, length: number): Bytes {
  return Uint8Array.from({ length }, () => random.below(256));
}

function joined(random: Random, count: number, part: () => string): Bytes {
  const text = Array.from({ length: count }, part).join("");
  return Buffer.from(random.below(2) === 0 ? text : `${text}\r\n`, "latin1");
}

function inlineOf(random: Random): string {
  const quote = random.pick(["", "", '"', "'"]);
  const line = requestOf(random).map((word) =>
    typeof word === "string" ? `${quote}${word}${quote}` : "binary",
  );
  return line.join(random.pick([" ", " ", "  ", "\t"])) + random.pick(["\r\n", "\n"]);
}

function requests(random: Random): Bytes {
  const count = 1 + random.below(30);
  return concatBytes(...Array.from({ length: count }, () => encodeRequest(requestOf(random))));
}

/** The stream with one to four mistakes: changed, lost, repeated or inserted bytes. */
function mutated(random: Random, stream: Bytes): Bytes {
  let bytes = stream;
  for (let left = 1 + random.below(4); left > 0 && bytes.length > 0; left--) {
    const at = random.below(bytes.length);
    const length = 1 + random.below(4);
    const before = bytes.subarray(0, at);
    const cut = bytes.subarray(at, at + length);
    const behind = bytes.subarray(at + length);
    switch (random.below(4)) {
      case 0:
        bytes = concatBytes(before, randomBytes(random, cut.length), behind);
        break;
      case 1:
        bytes = concatBytes(before, behind);
        break;
      case 2:
        bytes = concatBytes(before, cut, cut, behind);
        break;
      default:
        bytes = concatBytes(before, Buffer.from(random.pick(tokens)), cut, behind);
    }
  }
  return bytes;
}
