/**
 * A connection that is closed when it says so. Bun's `close` leaves the file open while a prepared statement is
 * left, until the garbage collector finds it: by then another database may stand under the same name, and the
 * late close would remove *its* write-ahead log.
 */
import { Database } from "bun:sqlite";

/** As `new Database`; its `close` finalizes every statement that was prepared. */
export function openSqlite(
  path: string,
  options: { readonly create: true } | { readonly readonly: true },
): Database {
  const db = new Database(path, options);
  const statements: { finalize(): void }[] = [];
  const prepare = db.prepare.bind(db);
  db.prepare = ((...args: Parameters<typeof prepare>) => {
    const statement = prepare(...args);
    statements.push(statement);
    return statement;
  }) as Database["prepare"];
  const close = db.close.bind(db);
  db.close = () => {
    for (const statement of statements.splice(0)) statement.finalize();
    close();
  };
  return db;
}
