/** The tensors that a network carries, by name: complete, and as long as they must be, before anything uses them. */
import { checkKeys } from "../given/names.ts";
import { DataError, numbersOf } from "../given/numbers.ts";
import { type Shape, sizeOf } from "../graph/type.ts";
import { buffersOf, initialBuffers, initialParameters, type NetworkSpec, parametersOf } from "../nn/network.ts";
import { allFinite } from "./finite.ts";

/** Parameters and running statistics by name ("W1", "b1", …), row-major. */
export type Tensors = Readonly<Record<string, ArrayLike<number>>>;

/** A tensor that a network carries. */
export interface Carried {
  readonly name: string;
  readonly shape: Shape;
}

/** Parameters and running statistics of a network, in order. */
export const carriedBy = (network: NetworkSpec): readonly Carried[] => [
  ...parametersOf(network),
  ...buffersOf(network),
];

/**
 * The given tensors as numbers, in the network's order.
 * Throws RangeError on a name that the network has not, a wrong length, what is no number, and on one that is missing.
 * @param carried what the network carries
 * @param mayLack whether some may be missing
 */
export function tensorsOf(what: string, carried: readonly Carried[], given: Tensors, mayLack = false): Tensors {
  checkKeys(what, given ?? null, Object.fromEntries(carried.map(({ name }) => [name, true])), "tensor");
  return Object.fromEntries(
    carried.flatMap(({ name, shape }) => {
      const values = given[name];
      if (values !== undefined) return [[name, numbersOf(`${what}: '${name}'`, values, sizeOf(shape))]];
      if (mayLack) return [];
      throw new DataError(`${what}: the tensor '${name}' [${shape.join(", ")}] is missing`);
    }),
  );
}

/** Where training starts: all of the given tensors, or what the seed and the initialisers make. Throws as `tensorsOf`. */
export function startTensors(network: NetworkSpec, seed: number, initial: Tensors | undefined): Tensors {
  if (initial !== undefined) {
    const tensors = tensorsOf("initial", carriedBy(network), initial);
    const wild = Object.keys(tensors).find((name) => !allFinite(tensors[name]));
    if (wild !== undefined) throw new DataError(`initial: '${wild}' holds a number that is not finite`);
    return tensors;
  }
  return { ...initialParameters(network, seed), ...initialBuffers(network) };
}
