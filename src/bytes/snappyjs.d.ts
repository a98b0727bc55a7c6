/** The parts of snappyjs that are used; it comes without types. */
declare module "snappyjs" {
  /** Raw snappy block. A Uint8Array gives a Uint8Array, a Buffer a Buffer. */
  export function compress(bytes: Uint8Array): Uint8Array;
  /** @throws {Error} invalid, or longer than `lengthMax` */
  export function uncompress(bytes: Uint8Array, lengthMax?: number): Uint8Array;
}
