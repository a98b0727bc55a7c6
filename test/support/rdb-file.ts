/** Files of Redis with strings in them, for tests. */
import { fromText } from "../../src/bytes/bytes.ts";
import { CRC64_BYTES, Crc64 } from "../../src/bytes/crc64.ts";

const LENGTH_32 = 0x80;
const AUX = 0xfa;
const FUNCTION = 0xf5;
const EXPIRE_MS = 0xfc;
const SELECT = 0xfe;
const EOF = 0xff;
const STRING = 0;

function text(value: string): Buffer {
  const head = Buffer.alloc(5);
  head[0] = LENGTH_32;
  head.writeUInt32BE(value.length, 1);
  return Buffer.concat([head, fromText(value)]);
}

export interface RdbString {
  readonly key: string;
  readonly value: string;
  readonly database?: number;
  /** ms since 1970. */
  readonly expireAtMs?: number;
}

/**
 * An .rdb file with these strings, in ASCII.
 *
 * @param aux what the server says of itself
 * @param libraries code of libraries of functions
 */
export function rdbOf(
  strings: readonly RdbString[],
  aux: Readonly<Record<string, string>> = {},
  libraries: readonly string[] = [],
): Buffer {
  const parts: Uint8Array[] = [fromText("REDIS0011")];
  for (const [name, value] of Object.entries(aux)) {
    parts.push(Uint8Array.of(AUX), text(name), text(value));
  }
  for (const code of libraries) parts.push(Uint8Array.of(FUNCTION), text(code));
  for (const { key, value, database = 0, expireAtMs } of strings) {
    parts.push(Uint8Array.of(SELECT, database));
    if (expireAtMs !== undefined) {
      const at = new Uint8Array(BigUint64Array.of(BigInt(expireAtMs)).buffer);
      parts.push(Uint8Array.of(EXPIRE_MS), at);
    }
    parts.push(Uint8Array.of(STRING), text(key), text(value));
  }
  const body = Buffer.concat([...parts, Uint8Array.of(EOF)]);
  const sum = new Uint8Array(CRC64_BYTES);
  new Crc64().update(body).write(sum, 0);
  return Buffer.concat([body, sum]);
}
