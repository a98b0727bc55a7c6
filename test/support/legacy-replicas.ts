/** Servers that follow a LedisDB v0.1 master, for tests: what they hold, compared with the master's model. */
import { fromMapKey, mapKey } from "../../src/bytes/bytes.ts";
import { ForeignDatabases } from "../../src/replication/foreign/foreign-databases.ts";
import { readState } from "../../src/replication/foreign/migration-state.ts";
import { LegacyNames } from "../../src/replication/legacy/legacy-names.ts";
import type { FakeLedisDB, Held, Type } from "./fake-ledisdb.ts";
import { eventually, linkOf } from "./replicas.ts";
import type { TestServer } from "./start-server.ts";

const WHOLE = { by: "rank", start: 0, stop: -1 } as const;

/** Has `slave` follow `master`, and waits until it has all. */
export async function followLegacy(slave: TestServer, master: FakeLedisDB): Promise<void> {
  await using client = await slave.connect();
  await client.call("SLAVEOF", "127.0.0.1", master.address.port);
  await caughtUpLegacy(slave, master);
}

/** Waits until `slave` has all of `master`'s log. */
export async function caughtUpLegacy(slave: TestServer, master: FakeLedisDB): Promise<void> {
  await eventually("the slave has caught up", () => {
    const { number, position } = master.place;
    const place = placeOf(slave);
    return linkOf(slave) === "connected" && place === `${number}:${position}`;
  });
}

/** Place that the slave has reached in the master's log. */
export function placeOf({ app }: TestServer): string {
  const state = readState(ForeignDatabases.seen(app.ledis).notes);
  return state === null ? "none" : state.place.replace(" ", ":");
}

/** What a database of `slave` holds, as the master's names and types call it. */
function heldBy({ app }: TestServer, db: number, type: Type, name: string): Held | undefined {
  const databases = ForeignDatabases.seen(app.ledis);
  const key = new LegacyNames(databases).find(db, type, fromMapKey(name));
  if (key === null) return undefined;
  const { strings, hashes, lists, zsets, bitmaps, keys } = databases.at(db);
  const held: Held = {};
  const ttlMs = keys.expireAt(key)!;
  if (ttlMs > 0) held.ttl = ttlMs / 1000;
  if (type === 1) held.value = mapKey(strings.get(key)!);
  else if (type === 2) {
    held.fields = new Map();
    const pairs = hashes.pairs(key).map(mapKey);
    for (let i = 0; i < pairs.length; i += 2) held.fields.set(pairs[i]!, pairs[i + 1]!);
  } else if (type === 4) held.items = lists.range(key, 0, -1).map(mapKey);
  else if (type === 6) {
    const members = zsets.range(key, WHOLE).map(({ member, score }) => [mapKey(member), score]);
    held.members = new Map(members as [string, number][]);
  } else {
    held.ones = new Set();
    for (const [at, byte] of bitmaps.get(key)!.entries()) {
      for (let bit = 0; bit < 8; bit++) if ((byte >> bit) & 1) held.ones.add(at * 8 + bit);
    }
  }
  return held;
}

const sorted = (held: Held | undefined) =>
  held && {
    ...held,
    ...(held.fields && { fields: new Map([...held.fields].sort()) }),
    ...(held.members && { members: new Map([...held.members].sort()) }),
    ...(held.ones && { ones: [...held.ones].sort((a, b) => a - b) }),
  };

/** The keys in which master and slave differ; empty when they do not. */
export function differences(slave: TestServer, master: FakeLedisDB): string[] {
  const differing: string[] = [];
  const perDatabase = new Map<number, number>();
  for (const [id, held] of master.model) {
    const db = id.charCodeAt(0);
    perDatabase.set(db, (perDatabase.get(db) ?? 0) + 1);
    const [type, name] = [id.charCodeAt(1) as Type, id.slice(2)];
    const found = heldBy(slave, db, type, name);
    // What v0.1 has left behind of a list comes with its dump to the next one of the name; see docs/migration.md.
    const left =
      type === 4 && held.ttl === undefined ? master.storedTtl(db, type, name) : undefined;
    if (found !== undefined && left !== undefined && found.ttl === left) delete found.ttl;
    if (!Bun.deepEquals(sorted(found), sorted(held))) {
      differing.push(`${JSON.stringify(id)}: ${Bun.inspect(found)} and not ${Bun.inspect(held)}`);
    }
  }
  for (let db = 0; db < 16; db++) {
    const { keys } = slave.app.ledis.select(db).keys.page(null, { pattern: null, type: null }, 1e6);
    const expected = perDatabase.get(db) ?? 0;
    if (keys.length !== expected) {
      differing.push(`database ${db} has ${keys.map(mapKey)} and not ${expected} keys`);
    }
  }
  return differing;
}
