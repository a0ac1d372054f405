/**
 * Values as loops over their elements, for languages with arrays of numbers. Each value becomes one nest of loops whose
 * body is the formula of one element; sums inside it are loops of their own, placed in the outermost nest that knows
 * their index, so that nothing is computed again that stays the same.
 */
import { type ElementForm, elementForm } from "@chaingrad/core/explain";
import { type Block, freeVariable, homeOf, newBlock } from "./block.ts";
import type { Dialect } from "./dialect.ts";
import type { Line } from "./emission.ts";
import type { Names } from "./names.ts";
import { bounds, type Index, placeIn, rowMajor } from "./places.ts";
import { atom, isOne, product, sameSize, scalarText, sizeText, type Text } from "./text.ts";
import type { KernelOf, Size, Value, ValueKernel } from "./value.ts";

type Rules = {
  readonly [Kind in ValueKernel["kind"]]: (value: Value, kernel: KernelOf<Kind>, index: Index, block: Block) => Text;
};

/** The body of a function: values are defined one after the other, each from those before it. */
export class Loops {
  readonly lines: string[] = [];
  readonly #dialect: Dialect;
  readonly #names: Names;
  readonly #storage = new Map<Value, string>();
  #scope: Names;
  #uses: ReadonlyMap<Value, number> = new Map();

  constructor(dialect: Dialect, names: Names) {
    this.#dialect = dialect;
    this.#names = names.inner();
    this.#scope = this.#names;
  }

  /** From here on `value` is read from `storage`. */
  bind(value: Value, storage: string): void {
    this.#storage.set(value, storage);
  }

  /** Writes a line of the derivation; `storage` is given where it is declared already. */
  define({ name, value, comment }: Line, storage?: string): void {
    this.lines.push("", ...this.#dialect.comment(comment));
    this.#scope = this.#names.inner();
    this.#uses = this.#countUses(value);
    if (this.#storage.has(value) && storage === undefined) this.#alsoCall(name, value);
    else this.#write(value, storage ?? name, storage === undefined);
  }

  #alsoCall(name: string, value: Value): void {
    const lines = this.#dialect.alias(name, this.#read(value), value);
    this.lines.push(...lines);
    if (lines.length > 0) this.bind(value, name);
  }

  #read(value: Value): string {
    return this.#storage.get(value) as string;
  }

  #write(value: Value, name: string, declares: boolean): void {
    const root = newBlock();
    const { index, inner } = this.#nest(value.shape, root);
    const { text } = this.#element(value, index, inner);
    const isScalar = value.shape.length === 0;
    if (isScalar) root.lines.push(declares ? this.#dialect.constant(name, text) : `${name} = ${text};`);
    else inner.lines.push(`${this.#dialect.at(name, index, value.shape)} = ${text};`);
    this.#close(inner, root);
    if (declares && !isScalar) this.lines.push(this.#dialect.array(name, value));
    this.lines.push(...root.lines);
    this.bind(value, name);
  }

  /** How often each value is used below `root`, down to those that have a name. */
  #countUses(root: Value): Map<Value, number> {
    const uses = new Map<Value, number>();
    const visit = (value: Value): void => {
      const before = uses.get(value) ?? 0;
      uses.set(value, before + 1);
      if (before === 0 && !this.#storage.has(value)) value.operands.forEach(visit);
    };
    visit(root);
    return uses;
  }

  /** A loop for every axis that has more than one place, each inside the one before. */
  #nest(shape: readonly Size[], block: Block): { index: string[]; inner: Block } {
    let inner = block;
    const index = shape.map((size) => {
      if (isOne(size)) return "0";
      const variable = freeVariable(inner);
      inner = newBlock({ outer: inner, variable, size });
      return variable;
    });
    return { index, inner };
  }

  /** Writes the loops from `inner` out to `block`, and puts them there. */
  #close(inner: Block, block: Block): void {
    for (let own = inner; own !== block; own = own.outer as Block) {
      const loop = this.#dialect.loop(own.variable as string, sizeText(own.size as Size).text, own.lines);
      (own.outer as Block).lines.push(...loop);
    }
  }

  #element(value: Value, index: Index, block: Block): Text {
    const storage = this.#storage.get(value);
    if (storage !== undefined) return atom(this.#dialect.at(storage, index, value.shape));
    const key = index.join();
    for (let own: Block | undefined = block; own !== undefined; own = own.outer) {
      const known = own.known.get(value)?.get(key);
      if (known !== undefined) return known;
    }
    const { kind } = value.kernel;
    const isReduction = kind === "reduce" || kind === "matmul" || kind === "scatter-rows";
    const isShared = kind === "elementwise" && (this.#uses.get(value) ?? 0) > 1;
    const home = isReduction || isShared ? homeOf(block, index) : block;
    const rule = this.#rules[kind] as (value: Value, kernel: ValueKernel, index: Index, block: Block) => Text;
    const text = rule(value, value.kernel, index, home);
    if (!isReduction && !isShared) return text;
    const local = isShared ? this.#local(home, "t", text) : text;
    const places = home.known.get(value) ?? new Map<string, Text>();
    home.known.set(value, places.set(key, local));
    return local;
  }

  /** A new name in `block`; at the top of a function it stays taken, so a sum there has a word of its own. */
  #take(block: Block, base: string): string {
    const isTop = block.outer === undefined;
    const name = this.#scope.take(isTop && base === "sum" ? "total" : base);
    if (isTop) this.#names.add(name);
    return name;
  }

  #local(block: Block, base: string, { text }: Text): Text {
    const name = this.#take(block, base);
    block.lines.push(this.#dialect.constant(name, text));
    return atom(name);
  }

  /** total = start; for …: total = step(total, element) */
  #fold(
    block: Block,
    shape: readonly Size[],
    fold: {
      name: string;
      start: number;
      element(index: string[], inner: Block): Text;
      step(total: Text, x: Text): string;
    },
  ): Text {
    const { index, inner } = this.#nest(shape, block);
    if (inner === block) return fold.element(index, block);
    // First what the element needs beside this loop, then the loop.
    const element = fold.element(index, inner);
    const total = atom(this.#take(block, fold.name));
    block.lines.push(this.#dialect.variable(total.text, this.#dialect.number(fold.start).text));
    inner.lines.push(`${total.text} ${fold.step(total, element)};`);
    this.#close(inner, block);
    return total;
  }

  #sum(block: Block, shape: readonly Size[], element: (index: string[], inner: Block) => Text): Text {
    return this.#fold(block, shape, { name: "sum", start: 0, element, step: (_, x) => `+= ${x.text}` });
  }

  #largest(block: Block, shape: readonly Size[], element: (index: string[], inner: Block) => Text): Text {
    const { maximum } = this.#dialect.elementwise;
    return this.#fold(block, shape, {
      name: "most",
      start: Number.NEGATIVE_INFINITY,
      element,
      step: (most, x) => `= ${maximum(most, x).text}`,
    });
  }

  /** Where the elements come from that one element is made of: the one definition that explanation has, too. */
  #form(value: Value, index: Index): ElementForm<string, Size> | undefined {
    const shapes = value.operands.map(({ shape }) => shape);
    return elementForm(value.kernel, value.shape, shapes, index, { isOne, isSame: sameSize, only: "0" });
  }

  #moved(value: Value, index: Index, block: Block): Text {
    const form = this.#form(value, index);
    const [x] = value.operands;
    if (form?.kind === "moved") return this.#element(x, form.at, block);
    return atom(this.#dialect.flat(this.#stored(x), rowMajor(index, value.shape), x.dtype));
  }

  #folded(value: Value, index: Index, block: Block): Text {
    const { by, sizes, places } = this.#form(value, index) as ElementForm<string, Size> & { readonly kind: "folded" };
    const element = (inner: string[], own: Block): Text =>
      places(inner)
        .map((at, i) => this.#element(value.operands[i], at, own))
        .reduce(product);
    if (by === "sum") return this.#sum(block, sizes, element);
    const most = this.#largest(block, sizes, element);
    if (by === "max" || sizes.every(isOne)) return most;
    const { exp, sub, log, add } = this.#dialect.elementwise;
    const total = this.#sum(block, sizes, (inner, own) => exp(sub(element(inner, own), most)));
    return this.#local(block, "logsumexp", add(most, log(total)));
  }

  #scatter({ operands: [y, target] }: Value, [row, ...rest]: Index, block: Block): Text {
    const { where, equal } = this.#dialect.elementwise;
    return this.#sum(block, [target.shape[0]], ([i], inner) =>
      where(
        equal(this.#element(target, [i], inner), atom(row)),
        this.#element(y, [i, ...rest], inner),
        this.#dialect.number(0),
      ),
    );
  }

  /** The name of an array that holds the value, which is written before the loops at hand. */
  #stored(value: Value): string {
    if (!this.#storage.has(value)) {
      const name = this.#scope.take("part");
      this.#names.add(name);
      this.#write(value, name, true);
    }
    return this.#read(value);
  }

  #copy({ operands, shape }: Value, { pieces, cover }: KernelOf<"copy">, index: Index): Text {
    const { number, choose } = this.#dialect;
    const nothing = cover ? undefined : number(0);
    return pieces.reduceRight<Text | undefined>((rest, piece) => {
      const conditions = piece.shape.flatMap((size, axis) =>
        bounds(index[axis], piece.starts[axis], size, shape[axis]),
      );
      const from = operands[piece.operand];
      const element = atom(this.#dialect.flat(this.#stored(from), placeIn(piece, index), from.dtype));
      return rest === undefined || conditions.length === 0 ? element : choose(conditions.join(" && "), element, rest);
    }, nothing) as Text;
  }

  readonly #rules: Rules = {
    input: () => {
      throw new Error("an input has no name");
    },
    constant: (value, { values }, index) =>
      values.length === 1
        ? this.#dialect.number(values[0])
        : atom(this.#dialect.literal(values, rowMajor(index, value.shape), value.dtype)),
    fill: (_, { value }) => scalarText(value, this.#dialect.number),
    elementwise: (value, { name }, index, block) =>
      this.#dialect.elementwise[name](...value.operands.map((operand) => this.#element(operand, index, block))),
    broadcast: (value, _, index, block) => this.#moved(value, index, block),
    alias: (value, _, index, block) => this.#moved(value, index, block),
    copy: (value, kernel, index) => this.#copy(value, kernel, index),
    matmul: (value, _, index, block) => this.#folded(value, index, block),
    reduce: (value, _, index, block) => this.#folded(value, index, block),
    "gather-rows": ({ operands: [x, rows] }, _, [i, ...rest], block) =>
      this.#element(x, [this.#element(rows, [i], block).text, ...rest], block),
    "scatter-rows": (value, _, index, block) => this.#scatter(value, index, block),
    "one-hot": ({ operands: [label] }, _, [i, j], block) =>
      this.#dialect.elementwise.equal(this.#element(label, [i], block), atom(j)),
    cast: ({ operands: [x], dtype }, _, index, block) =>
      this.#dialect.cast(this.#element(x, index, block), x.dtype, dtype),
  };
}
