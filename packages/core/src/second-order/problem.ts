/** Expressions as the flat function that a minimizer sees: programs compiled when they are first needed, points kept. */
import { hessian, hvp, jacobian } from "../autodiff/curvature.ts";
import { gradients } from "../autodiff/reverse.ts";
import type { SyncEngine, SyncExecutable } from "../engines/engine.ts";
import { type Expr, topological } from "../graph/expr.ts";
import { type Program, program } from "../graph/program.ts";
import { printType, ShapeError, sizeOf } from "../graph/type.ts";
import type { LinearAlgebra } from "../linalg/linear-algebra.ts";
import { matmul } from "../ops/matmul.ts";
import { mul, square } from "../ops/ring.ts";
import { concat, reshape } from "../ops/shape.ts";
import { input } from "../ops/source.ts";
import { sum } from "../ops/sum-broadcast.ts";
import type { Bounds, Problem } from "../optim/minimizers/minimizer.ts";
import type { Tensors } from "../train/tensors.ts";
import { Remembered, samePoint } from "./remembered.ts";

/** How often the function was asked: its value (with the gradient), products H v, and matrices. */
export interface Evaluations {
  values: number;
  products: number;
  matrices: number;
}

export interface ProblemSpec {
  readonly engine: SyncEngine;
  readonly linearAlgebra: LinearAlgebra;
  /** What is made small: a float64 scalar, or residuals r of which ½‖r‖² is. */
  readonly loss: Expr;
  readonly residuals?: Expr;
  /** The inputs that are varied, in the order of the flat vector. */
  readonly params: readonly Expr[];
  /** Values of all other inputs. */
  readonly data: Tensors;
  readonly bounds?: Bounds | undefined;
}

/** ½ Σ r² */
export const halfSquares = (residuals: Expr): Expr => mul(0.5, sum(square(residuals)));

/** The inputs that expressions depend on, each once. Throws ShapeError where two share a name. */
export function inputsOf(outputs: readonly Expr[]): Expr[] {
  const found = topological(outputs).filter((node) => node.op.kernel?.(node).kind === "input");
  const names = new Map<string, Expr>();
  for (const node of found) {
    if (names.has(node.label as string)) throw new ShapeError(`two inputs are named '${node.label}'`);
    names.set(node.label as string, node);
  }
  return found;
}

/** The inputs besides the parameters that ∂r/∂params depends on: what the model bends along. */
export const curvedInputs = (residuals: Expr, params: readonly Expr[]): Expr[] =>
  inputsOf([jacobian(residuals, params)]).filter((node) => !params.includes(node));

/** Tensors one after another as one vector. */
export const flatten = (tensors: readonly Expr[]): Expr =>
  concat(
    tensors.map((tensor) => reshape(tensor, [sizeOf(tensor.type.shape)])),
    0,
  );

export class CompiledProblem implements Problem {
  readonly size: number;
  readonly linearAlgebra: LinearAlgebra;
  readonly bounds: Bounds | undefined;
  readonly residuals?: NonNullable<Problem["residuals"]>;
  readonly evaluations: Evaluations = { values: 0, products: 0, matrices: 0 };
  readonly #spec: ProblemSpec;
  readonly #inputs: readonly Expr[];
  readonly #vectors: readonly Expr[];
  readonly #programs = new Map<string, { executable: SyncExecutable; at: Float64Array | undefined }>();
  readonly #remembered = new Remembered();

  /** Throws ShapeError unless everything that is differentiated is float64, and Error when data are missing. */
  constructor(spec: ProblemSpec) {
    this.#spec = spec;
    this.#inputs = inputsOf([spec.loss, ...spec.params]);
    this.size = spec.params.reduce((total, { type }) => total + sizeOf(type.shape), 0);
    this.linearAlgebra = spec.linearAlgebra;
    this.bounds = spec.bounds;
    this.#vectors = spec.params.map(({ type, label }) => input(`direction/${label}`, type.shape, type.dtype));
    for (const node of [spec.loss, ...spec.params]) {
      if (node.type.dtype !== "f64")
        throw new ShapeError(`'${node.label ?? node.op.name}' must be f64, got ${printType(node.type)}`);
    }
    for (const node of this.#inputs) {
      if (spec.params.includes(node) || Object.hasOwn(spec.data, node.label as string)) continue;
      throw new Error(`the input '${node.label}' ${printType(node.type)} has no value: give it as data`);
    }
    if (spec.residuals) this.residuals = this.#residuals(spec.residuals);
  }

  /** The program of the objective alone. */
  get objective(): Program {
    return program("objective", this.#inputs, { f: this.#spec.loss });
  }

  value(x: Float64Array): number {
    return this.#point(x)[0];
  }

  gradient(x: Float64Array): Float64Array {
    return this.#point(x).subarray(1, 1 + this.size);
  }

  hvp(x: Float64Array, v: Float64Array): Float64Array {
    const { loss, params } = this.#spec;
    const executable = this.#run("hvp", x, () => ({ Hv: flatten(hvp(loss, params, this.#vectors)) }), this.#vectors);
    this.#write(executable, this.#vectors, v);
    this.evaluations.products++;
    executable.run();
    return executable.read("Hv") as Float64Array;
  }

  hessian(x: Float64Array): Float64Array {
    return this.#matrix("hessian", x, () => hessian(this.#spec.loss, this.#spec.params));
  }

  gaussNewton(x: Float64Array): Float64Array {
    const { residuals, params } = this.#spec;
    if (residuals === undefined) throw new Error("Gauss-Newton methods need residuals: use leastSquares");
    return this.#matrix("Gauss-Newton", x, () => {
      const J = jacobian(residuals, params);
      return matmul(J, J, { transposeA: true });
    });
  }

  #residuals(residuals: Expr): NonNullable<Problem["residuals"]> {
    return {
      count: sizeOf(residuals.type.shape),
      value: (x) => this.#point(x).subarray(1 + this.size),
      jacobian: (x) => this.#matrix("jacobian", x, () => jacobian(residuals, this.#spec.params)),
    };
  }

  /** f, ∇f and, where there are residuals, r, one after another and by one run. */
  #point(x: Float64Array): Float64Array {
    const { loss, params, residuals } = this.#spec;
    return this.#remembered.at("point", x, () => {
      const parts = (): Expr[] => [loss, ...gradients(loss, params), ...(residuals ? [residuals] : [])];
      const executable = this.#run("point", x, () => ({ point: flatten(parts()) }));
      executable.run();
      this.evaluations.values++;
      return executable.read("point") as Float64Array;
    });
  }

  #matrix(name: string, x: Float64Array, build: () => Expr): Float64Array {
    return this.#remembered.at(name, x, () => {
      const executable = this.#run(name, x, () => ({ matrix: build() }));
      executable.run();
      this.evaluations.matrices++;
      return executable.read("matrix") as Float64Array;
    });
  }

  /** The named program, compiled if it is new, with x written to it. */
  #run(name: string, x: Float64Array, outputs: () => Record<string, Expr>, more: readonly Expr[] = []): SyncExecutable {
    let known = this.#programs.get(name);
    if (known === undefined) {
      const { engine, data, params } = this.#spec;
      const executable = engine.compile(program(name, [...this.#inputs, ...more], outputs()));
      for (const node of this.#inputs) {
        if (!params.includes(node)) executable.write(node.label as string, data[node.label as string]);
      }
      known = { executable, at: undefined };
      this.#programs.set(name, known);
    }
    if (known.at === undefined || !samePoint(known.at, x)) {
      this.#write(known.executable, this.#spec.params, x);
      known.at = x.slice();
    }
    return known.executable;
  }

  #write(executable: SyncExecutable, nodes: readonly Expr[], x: Float64Array): void {
    let start = 0;
    for (const node of nodes) {
      const end = start + sizeOf(node.type.shape);
      executable.write(node.label as string, x.subarray(start, end));
      start = end;
    }
  }
}
