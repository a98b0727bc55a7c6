/** Payloads and files with damage of every kind, checksums put right: an error and no change, or a whole value. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { concatBytes, fromText, mapKey } from "../../src/bytes/bytes.ts";
import { Crc64 } from "../../src/bytes/crc64.ts";
import { clock } from "../../src/clock.ts";
import type { DB } from "../../src/database/db.ts";
import { CommandError, errors } from "../../src/errors.ts";
import { checkValue } from "../../src/rdb/check-value.ts";
import { RdbError } from "../../src/rdb/rdb-error.ts";
import { readRdbFile } from "../../src/rdb/rdb-file.ts";
import type { RdbField, RdbValue } from "../../src/rdb/rdb-value.ts";
import { contentOf, redisPayloads } from "../rdb/redis-payloads.ts";
import { sealBytes } from "../rdb/seal-bytes.ts";
import { useFakeClock } from "../support/fake-clock.ts";
import { openLedis } from "../support/open-ledis.ts";

const FOOTER_BYTES = 10;
const SEED_BYTES_MAX = 4000;
const K = fromText("k");

const RUNS = 1600;
const TIMEOUT_MS = 20_000;

/** One change: at a place, so many bytes go, and these come. */
interface Damage {
  readonly at: number;
  readonly removed: number;
  readonly added: Uint8Array;
}

const byte = fc.oneof(
  fc.constantFrom(0, 1, 2, 0x3f, 0x40, 0x7f, 0x80, 0x81, 0xc3, 0xfe, 0xff),
  fc.nat(255),
);
const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ at: fc.nat(), removed: fc.constant(1), added: bytes(1, 1) }),
  fc.record({ at: fc.nat(40), removed: fc.constant(1), added: bytes(1, 1) }),
  fc.record({ at: fc.nat(), removed: fc.nat(9), added: bytes(0, 9) }),
  fc.record({ at: fc.nat(), removed: fc.constant(4), added: bytes(4, 4) }),
);
const damages = fc.array(damage, { minLength: 1, maxLength: 4 });

function bytes(minLength: number, maxLength: number): fc.Arbitrary<Uint8Array> {
  return fc.array(byte, { minLength, maxLength }).map((codes) => Uint8Array.from(codes));
}

function damaged(whole: Uint8Array, changes: readonly Damage[]): Uint8Array {
  return changes.reduce((before, { at, removed, added }) => {
    const start = at % (before.length + 1);
    return concatBytes(before.subarray(0, start), added, before.subarray(start + removed));
  }, whole);
}

function bitmapPayload(db: DB): Uint8Array {
  db.bitmaps.setBits(
    K,
    [5, 9000, 20_000].map((offset) => ({ offset, value: 1 })),
  );
  return db.dumps.dump(K)!;
}

/** Reads a payload; null when it is refused, as it may be. */
function tryRead(db: DB, payload: Uint8Array) {
  try {
    return db.dumps.read(payload);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    expect(error.message).toBe(errors.dumpFormat);
    return null;
  }
}

test(
  "a damaged payload is refused, or what it holds is stored as a whole",
  async () => {
    using _time = useFakeClock();
    await using ledis = await openLedis({ valueBytesMax: 1 << 20 });
    const { db } = ledis;
    const bodies = [bitmapPayload(db), ...redisPayloads.map(({ payload }) => payload)]
      .map((payload) => payload.slice(0, -FOOTER_BYTES))
      .filter((body) => body.length <= SEED_BYTES_MAX);
    let accepted = 0;
    fc.assert(
      fc.property(fc.constantFrom(...bodies), damages, (body, changes) => {
        const value = tryRead(db, sealBytes(damaged(body, changes)));
        if (value === null) return;
        accepted++;
        db.dumps.storeChecked(K, value, 0);
        const stored = db.dumps.dump(K);
        expect(stored === null ? [] : contentOf(db.dumps.read(stored))).toEqual(storable(value));
      }),
      { numRuns: RUNS },
    );
    expect(accepted).toBeGreaterThan(20);
  },
  TIMEOUT_MS,
);

/** What is stored of a value: scores of -0 as 0, and no fields that have ended, which may be all of a hash. */
function storable(value: RdbValue): unknown {
  if (value.type === "hash") {
    const lasts = ({ expireAtMs }: RdbField) => expireAtMs === 0 || expireAtMs > clock.nowMs();
    return contentOf({ type: "hash", fields: () => [...value.fields()].filter(lasts) });
  }
  const content = contentOf(value);
  if (!Array.isArray(content)) return content;
  return content.map((item) =>
    Array.isArray(item) && item[1] === "-0" ? [item[0], "0"] : (item as unknown),
  );
}

test(
  "random bytes with a right checksum are no value, or a small one",
  async () => {
    await using ledis = await openLedis({ valueBytesMax: 1 << 20 });
    fc.assert(
      fc.property(fc.nat(25), bytes(0, 60), (type, rest) => {
        tryRead(ledis.db, sealBytes(concatBytes(Uint8Array.of(type), rest)));
      }),
      { numRuns: RUNS },
    );
  },
  TIMEOUT_MS,
);

test(
  "a damaged file ends with an error, or is read to its end",
  async () => {
    const file = new Uint8Array(readFileSync(join(import.meta.dir, "../rdb/redis-7.0.rdb")));
    const body = file.slice(0, -8);
    await fc.assert(
      fc.asyncProperty(damages, fc.integer({ min: 1, max: 500 }), async (changes, pieceBytes) => {
        const changed = damaged(body, changes);
        const sum = new Uint8Array(8);
        new Crc64().update(changed).write(sum, 0);
        const last = await lastKind(concatBytes(changed, sum), pieceBytes);
        expect(["end", "error"]).toContain(last);
      }),
      { numRuns: RUNS / 4 },
    );
  },
  TIMEOUT_MS,
);

async function lastKind(file: Uint8Array, pieceBytes: number): Promise<string> {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < file.length; at += pieceBytes) yield file.subarray(at, at + pieceBytes);
  }
  let last = "";
  try {
    for await (const record of readRdbFile(pieces(), { valueBytesMax: 1 << 16 })) {
      last = record.kind;
      if (record.kind === "key") {
        mapKey(record.key);
        checkValue(record.value);
      }
    }
  } catch (error) {
    if (error instanceof RdbError) return "error";
    throw error;
  }
  return last;
}
