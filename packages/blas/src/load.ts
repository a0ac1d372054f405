/**
 * Loads a library for good. The FFI unloads what nobody holds any more whenever the garbage collector finds out, and a
 * library that is loaded again has forgotten that it was told to use one thread. With more it cuts products and
 * factorisations elsewhere, and rounds elsewhere: the same seed would give other bits, by when memory was collected.
 */
import type { LibraryHandle } from "koffi";
import koffi from "./koffi.ts";

const held = new Map<string, LibraryHandle>();

/** Throws when there is no such library, or none for this machine. */
export function load(path: string): LibraryHandle {
  const library = held.get(path) ?? koffi.load(path);
  held.set(path, library);
  return library;
}
