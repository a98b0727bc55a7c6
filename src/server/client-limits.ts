/** What a client may send, by the configuration. */
import type { Config } from "../config/config.ts";
import { defaultRequestLimits, type RequestLimits } from "../resp/request-limits.ts";

/** Limits of a client that has just connected. @param authenticated it needs no password */
export function clientLimits(config: Config, authenticated: boolean): RequestLimits {
  return {
    ...defaultRequestLimits(),
    ...sizeLimits(config),
    authenticated,
  };
}

/** Those that may change while it is connected. */
export function sizeLimits(config: Config): Pick<RequestLimits, "bulkBytesMax" | "queryBytesMax"> {
  return {
    bulkBytesMax: config.get("proto-max-bulk-len"),
    queryBytesMax: Math.min(config.get("client-query-buffer-limit"), 2 ** 31 - 1),
  };
}
