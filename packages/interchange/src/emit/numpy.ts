/**
 * Values as NumPy expressions over whole arrays. NumPy repeats operands by itself, so an expression may stand for a value
 * with fewer or shorter axes; where the shape counts (a result, a product of matrices, a sum) it is repeated in full.
 */

import type { Elementwise } from "./dialect.ts";
import type { Line } from "./emission.ts";
import { functionsOf } from "./functions.ts";
import type { Names } from "./names.ts";
import {
  atom,
  call,
  difference,
  infix,
  inside,
  minus,
  product,
  quotient,
  scalarText,
  sizeText,
  strength,
  sum,
  type Text,
} from "./text.ts";
import type { KernelOf, Piece, Size, Value, ValueKernel } from "./value.ts";

/** `isFull`: its shape is the value's own. */
interface Whole {
  readonly text: Text;
  readonly isFull: boolean;
}

type Rules = { readonly [Kind in ValueKernel["kind"]]: (value: Value, kernel: KernelOf<Kind>) => Whole };

export const number = (value: number): Text => {
  const text = Number.isNaN(value)
    ? "np.nan"
    : Object.is(value, -0)
      ? "-0.0"
      : String(value).replace("Infinity", "np.inf");
  return { text, binds: text.startsWith("-") ? strength.sign : strength.atom };
};

/** Always with a point, so that an array of it holds floats. */
const float = (value: number): string => number(value).text.replace(/^-?\d+$/, "$&.0");

const comparison =
  (operator: string) =>
  (a: Text, b: Text): Text => {
    const condition = infix(a, operator, b, strength.comparison);
    return { ...call("np.where", condition, atom("1.0"), atom("0.0")), condition };
  };

const elementwise: Elementwise = {
  ...functionsOf("numpy"),
  add: sum,
  sub: difference,
  mul: (a, b) =>
    a.text === b.text ? { text: `${inside(a, strength.atom)} ** 2`, binds: strength.power } : product(a, b),
  div: quotient,
  neg: minus,
  reciprocal: (x) => quotient(number(1), x),
  less: comparison("<"),
  "less-equal": comparison("<="),
  equal: comparison("=="),
  where: (c, a, b) => call("np.where", c.condition ?? infix(c, "!=", number(0), strength.comparison), a, b),
};

/** The body of a function: values are defined one after the other, each from those before it. */
export class Arrays {
  readonly lines: string[] = [];
  readonly #names: Names;
  readonly #storage = new Map<Value, string>();
  #locals = new Map<Value, string>();
  #scope: Names;
  #uses: ReadonlyMap<Value, number> = new Map();

  constructor(names: Names) {
    this.#names = names.inner();
    this.#scope = this.#names;
  }

  /** From here on `value` is called `name`. */
  bind(value: Value, name: string): void {
    this.#storage.set(value, name);
  }

  /** Writes a line of the derivation under its comment. */
  define({ name, value }: Line, comment: readonly string[]): void {
    this.lines.push("", ...comment);
    this.#scope = this.#names.inner();
    this.#locals = new Map();
    this.#uses = this.#countUses(value);
    this.lines.push(`${name} = ${this.#full(value).text}`);
    this.bind(value, name);
  }

  /** How often each value is used below `root`, down to those that have a name. */
  #countUses(root: Value): Map<Value, number> {
    const uses = new Map<Value, number>();
    const visit = (value: Value): void => {
      const before = uses.get(value) ?? 0;
      uses.set(value, before + 1);
      // A square is written with its base once.
      if (before === 0 && !this.#storage.has(value)) new Set(value.operands).forEach(visit);
    };
    visit(root);
    return uses;
  }

  #full(value: Value): Text {
    const { text, isFull } = this.#whole(value);
    if (isFull) return text;
    if (value.kernel.kind === "fill" && value.kernel.value.power === 0) {
      return atom(`np.full(${tuple(value.shape)}, ${float(value.kernel.value.value)})`);
    }
    return call("np.broadcast_to", text, atom(tuple(value.shape)));
  }

  /** What is used more than once in a line gets a name there, if it is computed. */
  #whole(value: Value): Whole {
    const name = this.#storage.get(value) ?? this.#locals.get(value);
    if (name !== undefined) return { text: atom(name), isFull: true };
    const rule = this.#rules[value.kernel.kind] as (value: Value, kernel: ValueKernel) => Whole;
    const whole = rule(value, value.kernel);
    const { kind } = value.kernel;
    const isComputed = kind === "elementwise" || kind === "reduce" || kind === "matmul";
    if (!isComputed || !whole.isFull || (this.#uses.get(value) ?? 0) < 2) return whole;
    const local = this.#scope.take("t");
    this.lines.push(`${local} = ${whole.text.text}`);
    this.#locals.set(value, local);
    return { text: atom(local), isFull: true };
  }

  readonly #rules: Rules = {
    input: () => {
      throw new Error("an input has no name");
    },
    constant: ({ shape, dtype }, { values }) => {
      const numbers = `[${Array.from(values, dtype === "i32" ? String : float).join(", ")}]`;
      return full(atom(shape.length === 1 ? `np.array(${numbers})` : `np.array(${numbers}).reshape(${tuple(shape)})`));
    },
    fill: ({ shape }, { value }) => ({ text: scalarText(value, number), isFull: shape.length === 0 }),
    elementwise: ({ operands }, { name }) => {
      const parts = operands.map((operand) => this.#whole(operand));
      return { text: elementwise[name](...parts.map(({ text }) => text)), isFull: parts.some(({ isFull }) => isFull) };
    },
    broadcast: ({ operands: [x], shape }, { axes }) => {
      const text = this.#full(x);
      // NumPy aligns shapes at their last axes.
      if (axes.every((axis, i) => axis === shape.length - axes.length + i)) return { text, isFull: false };
      const places = shape.map((_, axis) => (axes.includes(axis) ? ":" : "None")).slice(axes[0]);
      return { text: atom(`${inside(text, strength.atom)}[${places.join(", ")}]`), isFull: false };
    },
    alias: ({ operands: [x], shape }) => full(atom(`np.reshape(${this.#full(x).text}, ${tuple(shape)})`)),
    copy: (value, kernel) => full(this.#copy(value, kernel)),
    matmul: ({ operands: [a, b] }, { transposeA, transposeB }) => {
      const side = (x: Value, isTransposed: boolean): Text => {
        const text = this.#full(x);
        return isTransposed ? atom(`${inside(text, strength.atom)}.T`) : text;
      };
      return full(infix(side(a, transposeA), "@", side(b, transposeB), strength.product));
    },
    reduce: ({ operands: [x], shape }, { by, axes }) => {
      const along = axes.length === 1 ? `${axes[0]}` : `(${axes.join(", ")})`;
      const more = shape.length === 0 && by !== "logsumexp" ? "" : `, axis=${along}`;
      return full(atom(`${by === "logsumexp" ? by : `np.${by}`}(${this.#full(x).text}${more})`));
    },
    "gather-rows": ({ operands: [x, rows] }) =>
      full(atom(`${inside(this.#full(x), strength.atom)}[${this.#full(rows).text}]`)),
    "scatter-rows": ({ operands: [y, rows], shape }) =>
      full(call("scatter", this.#full(y), this.#full(rows), sizeText(shape[0]))),
    "one-hot": ({ operands: [label], shape }) => {
      const classes = atom(`np.arange(${sizeText(shape[1]).text})`);
      return full(comparison("==")(atom(`${inside(this.#full(label), strength.atom)}[:, None]`), classes));
    },
    cast: ({ operands: [x], dtype }) =>
      full(atom(`${inside(this.#full(x), strength.atom)}.astype(${dtype === "i32" ? "int" : "float"})`)),
  };

  #copy({ operands, shape }: Value, { pieces, cover }: KernelOf<"copy">): Text {
    const read = ({ operand, offset, shape: box, strides }: Piece): Text =>
      call("strided", this.#full(operands[operand]), sizeText(offset), atom(tuple(box)), atom(tuple(strides)));
    if (cover && pieces.length === 1) return read(pieces[0]);
    const placed = pieces.map((piece) => atom(`(${tuple(piece.starts)}, ${read(piece).text})`));
    return call("placed", atom(tuple(shape)), ...placed);
  }
}

const full = (text: Text): Whole => ({ text, isFull: true });

const tuple = (sizes: readonly Size[]): string => {
  const items = sizes.map((size) => sizeText(size).text);
  return items.length === 1 ? `(${items[0]},)` : `(${items.join(", ")})`;
};
