/** Functions of this program in the form that WebAssembly's table of functions takes. */

/** Signatures, as WebAssembly writes them: parameters and results, 0x7f is an int32. */
const SIGNATURES = {
  /** A function for scripts: takes the Lua state, answers how many results it has pushed. */
  function: [0x60, 1, 0x7f, 1, 0x7f],
  /** A hook: takes the Lua state and what happened. */
  hook: [0x60, 2, 0x7f, 0x7f, 0],
} as const;

const TYPES = 1;
const IMPORTS = 2;
const EXPORTS = 7;
const FUNCTION = 0;

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest > 0);
  return bytes;
}

function text(value: string): number[] {
  return [...unsigned(value.length), ...Buffer.from(value, "latin1")];
}

function section(id: number, items: readonly (readonly number[])[]): number[] {
  const body = [...unsigned(items.length), ...items.flat()];
  return [id, ...unsigned(body.length), ...body];
}

/** A module that imports `count` functions and exports them again: that is what makes them WebAssembly's. */
function passThrough(signature: readonly number[], count: number): Uint8Array<ArrayBuffer> {
  const numbers = Array.from({ length: count }, (_, index) => index);
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(TYPES, [signature]),
    ...section(
      IMPORTS,
      numbers.map((index) => [...text("host"), ...text(String(index)), FUNCTION, 0]),
    ),
    ...section(
      EXPORTS,
      numbers.map((index) => [...text(String(index)), FUNCTION, ...unsigned(index)]),
    ),
  ]);
}

/** Puts functions into the table; answers their numbers there, in order. */
export function addToTable(
  table: WebAssembly.Table,
  kind: keyof typeof SIGNATURES,
  functions: readonly ((L: number) => unknown)[],
): number[] {
  const module = new WebAssembly.Module(passThrough(SIGNATURES[kind], functions.length));
  const host = Object.fromEntries(functions.map((fn, index) => [String(index), fn]));
  const { exports } = new WebAssembly.Instance(module, { host });
  const first = table.grow(functions.length);
  return functions.map((_, index) => {
    table.set(first + index, exports[String(index)]);
    return first + index;
  });
}
