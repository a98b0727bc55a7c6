/**
 * The peer broke the protocol: what follows in the stream means nothing any more.
 */

/**
 * A request or reply that is no RESP. A server answers `-ERR <message>` and closes.
 *
 * The message is Redis 7.0.15's, to the byte: each character up to U+00FF is one byte (a byte
 * of the request may be quoted in it), and `ErrorReply` writes it so.
 */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";

  /** @param detail what follows `Protocol error: ` */
  constructor(detail: string) {
    super(`Protocol error: ${detail}`);
  }
}
