/**
 * Sockets to a server, with TLS or without. With TLS the promise is for one that can be used: its handshake done and
 * the server's certificate found good.
 */
import type { Socket, SocketHandler } from "bun";
import type { Address } from "../config/address.ts";

/** How TLS is used towards a server. */
export interface ClientTls {
  readonly options: Bun.TLSOptions;
  /**
   * What must be right about the server's certificate: `name`: an authority vouches for it, and it is for the name
   * that was asked for; `chain`: an authority vouches for it; `nothing`.
   */
  readonly verify: "name" | "chain" | "nothing";
}

/** The handshake failed, or the server's certificate is not good. */
export class TlsError extends Error {
  override readonly name = "TlsError";
}

/** How long a handshake may take, in ms. */
const HANDSHAKE_MS = 10_000;

/**
 * Connects, and does the handshake if `tls` says so. `open` is not called.
 *
 * @throws {TlsError | Error} the handshake failed or took too long; nobody is there
 */
export function connectTo(
  address: Address,
  socket: SocketHandler<undefined>,
  tls: ClientTls | null,
): Promise<Socket<undefined>> {
  return tls === null
    ? connect(address, { socket })
    : connectSecurely(address, socket, tls, HANDSHAKE_MS);
}

function connect(
  address: Address,
  options: { readonly socket: SocketHandler<undefined>; readonly tls?: Bun.TLSOptions },
): Promise<Socket<undefined>> {
  if (address.kind === "unix") return Bun.connect({ ...options, unix: address.path });
  const { host, port } = address;
  return Bun.connect({ ...options, hostname: host === "" ? "127.0.0.1" : host, port });
}

/** The same with TLS and another patience. `socket` hears of nothing before the handshake is done. */
export async function connectSecurely(
  address: Address,
  socket: SocketHandler<undefined>,
  { options, verify }: ClientTls,
  handshakeMs: number,
): Promise<Socket<undefined>> {
  const greeting = Promise.withResolvers<void>();
  greeting.promise.catch(() => {});
  let isReady = false;
  const fail = (reason: string) => greeting.reject(new TlsError(`TLS handshake failed: ${reason}`));
  const opened = await connect(address, {
    // What is wrong with the certificate is for `handshake` to judge.
    tls: { ...options, rejectUnauthorized: false },
    socket: {
      ...socket,
      handshake(self, _, error) {
        const problem = problemOf(error, verify);
        isReady = problem === null;
        if (problem === null) return greeting.resolve();
        fail(problem);
        self.terminate();
      },
      close(self, error) {
        if (isReady) return socket.close?.(self, error);
        fail("the server closed the connection");
      },
      end(self) {
        if (isReady) return socket.end?.(self);
      },
      error(self, error) {
        if (isReady)
          return socket.error?.(self, new TlsError(`TLS: ${tlsReason(error)}`, { cause: error }));
        fail(tlsReason(error));
      },
    },
  });
  const timer = setTimeout(() => fail(`not done in ${handshakeMs / 1000} s`), handshakeMs);
  try {
    await greeting.promise;
    return opened;
  } catch (error) {
    opened.terminate();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Bun looks at the name last: a certificate with this problem has no other. */
const OTHER_NAME = "ERR_TLS_CERT_ALTNAME_INVALID";
/** Codes of failures that are none of the certificate: `EPROTO`, `ECONNRESET`. */
const NO_CONNECTION = /^E[A-Z]+$/;

/** Why the connection is not to be used; null when it is. */
function problemOf(
  error: (Error & { code?: string }) | null,
  verify: ClientTls["verify"],
): string | null {
  if (error === null) return null;
  const { code = "" } = error;
  const isForgiven =
    verify === "nothing" ? !NO_CONNECTION.test(code) : verify === "chain" && code === OTHER_NAME;
  return isForgiven ? null : tlsReason(error);
}

/** `error:1000045c:SSL routines:OPENSSL_internal:TLSV1_ALERT_CERTIFICATE_REQUIRED` in plain words. */
export function tlsReason({ message }: Error): string {
  const [, words] = /OPENSSL_internal:(\w+)/.exec(message) ?? [];
  return words?.toLowerCase().replaceAll("_", " ") ?? message;
}
