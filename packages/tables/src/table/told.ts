/** What becomes of each column, said beside its role once its encoding is known. */
import type { ColumnRole } from "./columns.ts";
import type { Encoder } from "./encoder.ts";
import { partsOf } from "./encodings/date.ts";
import { type ColumnEncoding, readsOf } from "./encodings/kinds.ts";
import { tailsOf } from "./encodings/scale.ts";
import { bagOf } from "./encodings/text.ts";

/** "numbers: 300 different values, over 6 decades: as logarithms" where the role said "numbers: 300 different values". */
export function toldRoles(roles: readonly ColumnRole[], { columns }: Encoder): ColumnRole[] {
  return roles.map((role) => {
    const words = columns
      .filter((encoding) => readsOf(encoding).at(-1) === role.name)
      .map(wordsFor)
      .filter((one) => one !== undefined);
    return words.length === 0 ? role : { ...role, why: [role.why, ...words].join(", ") };
  });
}

function wordsFor(encoding: ColumnEncoding): string | undefined {
  switch (encoding.kind) {
    case "number":
      return tailsOf(encoding);
    case "date":
      return partsOf(encoding);
    case "duration": {
      const tails = tailsOf(encoding);
      return `and the ${encoding.unit} since '${encoding.from}'${tails === undefined ? "" : ` ${tails}`}`;
    }
    case "text":
      return bagOf(encoding);
    case "index":
      return "to be embedded";
    default:
      return undefined;
  }
}
