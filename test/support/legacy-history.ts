/** Random commands for a LedisDB v0.1 master: all types, in names that they share. */
import type { Random } from "../e2e/random.ts";
import type { FakeLedisDB, Type } from "./fake-ledisdb.ts";

const TYPES: readonly Type[] = [1, 2, 4, 6, 9];
/** Of bitmaps: in v0.1 the tail of a name is shared by all databases, so each database has names of its own. */
const bitmapName = (db: number, name: string) => `${name}${db}`;

/** Does one thing. */
export function act(master: FakeLedisDB, { below, pick }: Random): void {
  const db = pick([0, 0, 1, 15]);
  const name = pick(["a", "b", "a:hash", "\0\xff", "c:"]);
  const value = () => pick(["", "x", `${below(1000)}`, "long ".repeat(below(60))]);
  const values = (limit: number) => Array.from({ length: 1 + below(limit) }, value);
  const names = () => [...new Set(Array.from({ length: 1 + below(4) }, () => `m${below(12)}`))];
  const type = pick(TYPES);
  const key = type === 9 ? bitmapName(db, name) : name;
  const isRemoval = below(3) === 0;
  const isRare = below(12) === 0;
  const end = pick(["left", "right"] as const);
  const act = below(20);
  if (act === 0) master.expireAt(db, type, key, 4_000_000_000 + below(1000));
  else if (act === 1) master.persist(db, type, key);
  else if (act === 2) master.time++;
  else if (act === 3) {
    master.mset(
      db,
      values(200).map((text, i) => [`many${i}`, text] as const),
    );
  } else if (type === 1) {
    if (isRemoval) master.del(db, key);
    else master.set(db, key, value());
  } else if (type === 2) {
    const pairs = names().map((field) => [field, value()] as const);
    if (isRare) master.hclear(db, key);
    else if (isRemoval) master.hdel(db, key, names());
    else master.hset(db, key, pairs);
  } else if (type === 4) {
    if (isRare && isRemoval) master.lclear(db, key);
    else if (isRemoval) master.pop(db, key, end);
    else master.push(db, key, end, values(isRare ? 150 : 5));
  } else if (type === 6) {
    const pairs = names().map((member) => [below(2000) - 1000, member] as const);
    if (isRemoval) master.zrem(db, key, names());
    else master.zadd(db, key, pairs);
  } else if (isRare) {
    master.bdelete(db, key);
  } else {
    master.bsetbit(db, key, below(3) === 0 ? below(100_000) : below(64), isRemoval ? 0 : 1);
  }
}
