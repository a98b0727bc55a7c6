/** What FUNCTION DUMP answers and FUNCTION RESTORE takes: libraries as in a file, sealed as DUMP's values are. */
import type { Bytes } from "../bytes/bytes.ts";
import { payloadReader, sealPayload, VERSION_WITH_STREAMS } from "./dump-payload.ts";
import { RdbError } from "./rdb-error.ts";
import type { RdbReader } from "./rdb-reader.ts";
import { OPCODE_EARLY_FUNCTION, OPCODE_FUNCTION } from "./rdb-types.ts";
import type { RdbWriter } from "./rdb-writer.ts";

/**
 * The payload of libraries.
 *
 * @param bytesMax longest payload
 * @throws {RdbFullError} it would be longer
 */
export function sealLibraries(codes: Iterable<Bytes>, bytesMax: number): Bytes {
  const write = (writer: RdbWriter) => {
    for (const code of codes) {
      writer.byte(OPCODE_FUNCTION);
      writer.string(code);
    }
  };
  return sealPayload(write, bytesMax, VERSION_WITH_STREAMS);
}

/**
 * The libraries in a payload, one after the other.
 *
 * REQUIRES: `isSealed`.
 * @param expandedBytesMax how many bytes compressed strings in it may come to
 * @throws {RdbError} it holds something else, or is damaged; in Redis's words
 */
export function* openLibraries(
  payload: Bytes,
  expandedBytesMax: number,
): Generator<Bytes, void, undefined> {
  const reader = payloadReader(payload, expandedBytesMax);
  while (reader.left > 0) {
    const type = reader.byte();
    if (type === OPCODE_EARLY_FUNCTION) {
      throw new RdbError("Pre-GA function format not supported");
    }
    if (type !== OPCODE_FUNCTION) throw new RdbError("given type is not a function");
    yield readCode(reader);
  }
}

function readCode(reader: RdbReader): Bytes {
  try {
    return reader.string();
  } catch (error) {
    if (!(error instanceof RdbError)) throw error;
    throw new RdbError("Failed loading library payload", { cause: error });
  }
}
