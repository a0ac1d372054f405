/** As workerd gives files of WebAssembly that are imported. */
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
