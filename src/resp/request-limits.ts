/**
 * What a client may send. One object per connection, shared with its parser: a change holds from
 * the next length that the parser reads, so AUTH lifts the limits for the requests behind it.
 */

export interface RequestLimits {
  /** Longest argument, in bytes: `proto-max-bulk-len`. At least {@link UNAUTHENTICATED_BULK_BYTES_MAX}. */
  bulkBytesMax: number;
  /** Most arguments of one request, the command's name included. At least {@link UNAUTHENTICATED_ARGUMENTS_MAX}. */
  argumentsMax: number;
  /** Longest inline request, without its line end, and longest line that holds a length. */
  inlineBytesMax: number;
  /** Most bytes of an incomplete request: `client-query-buffer-limit`. Below 2^31. */
  queryBytesMax: number;
  /** False for a client that must say AUTH first: then the two limits below hold as well. */
  authenticated: boolean;
}

/** Longest argument before AUTH, in bytes. */
export const UNAUTHENTICATED_BULK_BYTES_MAX = 16_384;

/** Most arguments before AUTH. */
export const UNAUTHENTICATED_ARGUMENTS_MAX = 10;

/** Redis's defaults, for a client that needs no AUTH; each call answers an object of its own. */
export function defaultRequestLimits(): RequestLimits {
  return {
    bulkBytesMax: 512 * 1024 * 1024,
    argumentsMax: 0x7fff_ffff,
    inlineBytesMax: 64 * 1024,
    queryBytesMax: 1024 * 1024 * 1024,
    authenticated: true,
  };
}
