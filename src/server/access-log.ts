/** Placeholder replaced below. */
import type { Request } from "../resp/request.ts";
import type { Connection } from "./connection.ts";
export class AccessLog {
  constructor(_name: string, _directory: string) {}
  write(_c: Connection, _r: Request, _us: number, _error: string | null): void {}
  close(): void {}
}
