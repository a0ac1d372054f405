/**
 * The primitives of oneDNN that a product of bf16 is made of, under one form for major versions 2 and 3, which describe memory and
 * make primitives otherwise: a description is a structure that the caller holds in 2, and a handle in 3.
 * https://uxlfoundation.github.io/oneDNN/v2.6/group_dnnl_api_matmul.html, …/v3.5/group_dnnl_api_matmul.html
 */
import type { LibraryHandle } from "koffi";
import koffi from "./koffi.ts";

/** A native object, by its address. */
export type Handle = number;

/** Element types, as both versions number them. */
export const BF16 = 2;
export const F32 = 3;
/** Arguments of a primitive, as both number them. */
export const SOURCE = 1;
export const WEIGHTS = 33;
export const RESULT = 17;

const CPU = 1;
const IN_ORDER = 1;
const NONE = 0;
/** Bytes that no description of version 2 exceeds: of memory it has 696 in 2.6, of a product 2800. */
const ROOM = 16384;
/** Sizes and strides in each description of memory, whatever is used. */
const MOST_AXES = 12;

/** A matrix in memory. */
export interface Layout {
  readonly type: number;
  readonly rows: number;
  readonly columns: number;
  /** Elements from one row to the next, and from one column to the next. */
  readonly strides: readonly [number, number];
}

export interface Primitives {
  /** A primitive that copies a matrix to another layout or type. Throws Error where the library has none. */
  reorder(from: Layout, to: Layout): Handle;
  /** A primitive that multiplies. Throws Error where the library has none. */
  product(a: Layout, b: Layout, c: Layout): Handle;
  /** A place for a matrix, without an address yet. */
  memory(layout: Layout): Handle;
  place(memory: Handle, address: number): void;
  /** @param given what `argumentsOf` made */
  run(primitive: Handle, count: number, given: number): void;
  freePrimitive(primitive: Handle): void;
  freeMemory(memory: Handle): void;
}

type Native = (...given: readonly unknown[]) => number;

/** Memories and what each is to a primitive, in the library's form: hold on to it for as long as its address is used. */
export function argumentsOf(given: readonly (readonly [number, Handle])[]): BigInt64Array {
  const words = given.flatMap(([role, memory]) => [BigInt(role), BigInt(memory)]);
  // A buffer of its own: the engine moves small arrays without one when it collects memory.
  const all = new BigInt64Array(new ArrayBuffer(8 * words.length));
  all.set(words);
  return all;
}

export const addressOf = (bytes: ArrayBufferView): number => Number(koffi.address(bytes));

/** Throws Error where the library lacks something. */
export function openPrimitives(library: LibraryHandle, major: number): Primitives {
  const native = (name: string, parameters: string): Native =>
    library.func(
      `int dnnl_${name}(${parameters.replaceAll("OUT", "_Out_ uintptr_t *").replaceAll("ANY", "uintptr_t ")})`,
    );
  const made = (create: Native, what: string, ...given: readonly unknown[]): Handle => {
    const out = [0];
    checked(create(out, ...given), what);
    return Number(out[0]);
  };
  const engine = made(native("engine_create", "OUT e, int kind, size_t index"), "an engine", CPU, 0);
  const stream = made(native("stream_create", "OUT s, ANY engine, uint flags"), "a stream", engine, IN_ORDER);
  const createPrimitive = native("primitive_create", "OUT p, ANY description");
  const freeDescription = native("primitive_desc_destroy", "ANY description");
  const describeReorder = native("reorder_primitive_desc_create", "OUT d, ANY a, ANY ea, ANY b, ANY eb, ANY attr");
  const createMemory = native("memory_create", "OUT m, ANY layout, ANY engine, ANY address");
  const execute = native("primitive_execute", "ANY primitive, ANY stream, int count, ANY given");
  const setAddress = native("memory_set_data_handle", "ANY memory, ANY address");
  const destroyPrimitive = native("primitive_destroy", "ANY primitive");
  const destroyMemory = native("memory_destroy", "ANY memory");
  const forms = (major === 2 ? second : third)(native, made);

  /** Of descriptions of memory, which are freed; what was made of them holds copies. */
  function using<Result>(layouts: readonly Layout[], make: (...given: Handle[]) => Result): Result {
    const described = layouts.map((layout) => forms.layout(layout));
    try {
      return make(...described.map(({ handle }) => handle));
    } finally {
      for (const { free } of described) free?.();
    }
  }
  const primitiveOf = (description: Handle, what: string): Handle => {
    try {
      return made(createPrimitive, what, description);
    } finally {
      freeDescription(description);
    }
  };
  return {
    reorder: (...layouts) =>
      using(layouts, (a, b) => primitiveOf(made(describeReorder, "a copy", a, engine, b, engine, NONE), "a copy")),
    product: (...layouts) => using(layouts, (a, b, c) => primitiveOf(forms.product(engine, a, b, c), "a product")),
    memory: (layout) => using([layout], (own) => made(createMemory, "a memory", own, engine, NONE)),
    place: (memory, address) => checked(setAddress(memory, address), "an address"),
    run: (primitive, count, given) => checked(execute(primitive, stream, count, given), "to run"),
    freePrimitive: destroyPrimitive,
    freeMemory: destroyMemory,
  };
}

function checked(status: number, what: string): void {
  if (status !== 0) throw new Error(`oneDNN refuses ${what} (status ${status})`);
}

/** What the versions do otherwise. */
interface Forms {
  layout(layout: Layout): { readonly handle: Handle; readonly free?: () => void };
  /** The description of a primitive, of descriptions of memory. */
  product(engine: Handle, a: Handle, b: Handle, c: Handle): Handle;
}
type Open = (
  native: (name: string, parameters: string) => Native,
  made: (create: Native, what: string, ...given: readonly unknown[]) => Handle,
) => Forms;

const axes = (...sizes: readonly number[]): BigInt64Array =>
  BigInt64Array.from({ length: MOST_AXES }, (_, i) => BigInt(sizes[i] ?? 0));

const second: Open = (native, made) => {
  const describe = native("memory_desc_init_by_strides", "ANY own, int axes, void *sizes, int type, void *strides");
  const describeProduct = native("matmul_desc_init", "void *own, ANY a, ANY b, ANY bias, ANY c");
  const create = native("primitive_desc_create", "OUT d, void *own, ANY attr, ANY engine, ANY hint");
  const held = new Map<Handle, Buffer>();
  return {
    layout({ type, rows, columns, strides }) {
      const own = Buffer.alloc(ROOM);
      const handle = addressOf(own);
      held.set(handle, own);
      checked(describe(handle, 2, axes(rows, columns), type, axes(...strides)), "a layout");
      return { handle, free: () => held.delete(handle) };
    },
    product(engine, a, b, c) {
      const own = Buffer.alloc(ROOM);
      checked(describeProduct(own, a, b, NONE, c), "a product");
      return made(create, "a product", own, NONE, engine, NONE);
    },
  };
};

const third: Open = (native, made) => {
  const describe = native("memory_desc_create_with_strides", "OUT own, int axes, void *sizes, int type, void *strides");
  const free = native("memory_desc_destroy", "ANY own");
  const create = native("matmul_primitive_desc_create", "OUT d, ANY engine, ANY a, ANY b, ANY bias, ANY c, ANY attr");
  return {
    layout({ type, rows, columns, strides }) {
      const handle = made(describe, "a layout", 2, axes(rows, columns), type, axes(...strides));
      return { handle, free: () => free(handle) };
    },
    product: (engine, a, b, c) => made(create, "a product", engine, a, b, NONE, c, NONE),
  };
};
