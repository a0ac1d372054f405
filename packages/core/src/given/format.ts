/** Numbers, shapes and counts as text. The entry point `@chaingrad/core/format`, for whatever shows them. */

/** "0.03125", "1.5e-7", "0": rounded to so many significant digits, without trailing zeros. */
export function formatNumber(value: number, digits = 5): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  if (size >= 1e-4 && size < 1e6) return String(Number(value.toPrecision(digits)));
  return `${Number(mantissa)}e${exponent.replace("+", "")}`;
}

/** "[5, 3]" */
export const formatShape = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

/** Names of the places along an axis, counted from the last one: 1 is the last. */
export interface AxisNames {
  readonly fromEnd: number;
  readonly names: readonly string[];
}

/**
 * Where element `index` of a tensor stands, as one would write it for the JSON document: "W1[2][0]"; along an axis whose
 * places have names by these: "W1[2][weight_lbs]".
 * @param names which axes have names, by the tensor's name: `nameNet` of `@chaingrad/core/explain`
 */
export function formatPlace(
  name: string,
  shape: readonly number[],
  index: number,
  names?: { readonly axes: ReadonlyMap<string, readonly AxisNames[]> },
): string {
  const named = names?.axes.get(name);
  let rest = index;
  const steps = shape.toReversed().map((size, i) => {
    const at = rest % size;
    rest = Math.floor(rest / size);
    return `[${named?.find(({ fromEnd }) => fromEnd === i + 1)?.names[at] ?? at}]`;
  });
  return name + steps.reverse().join("");
}

/** "1 row", "5 rows"; the plural is given where it is not the singular with an s. */
export const count = (many: number, one: string, several = `${one}s`): string =>
  `${many} ${many === 1 ? one : several}`;
