/** A WebAssembly file, imported `with { type: "file" }`: its path, inside the executable if there is one. */
declare module "*.wasm" {
  const path: string;
  export default path;
}
