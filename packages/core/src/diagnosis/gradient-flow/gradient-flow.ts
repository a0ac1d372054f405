/**
 * How the gradient flows through the layers: which factor of the chain
 *   ∂L/∂h₍l₋₁₎ = Jₗᵀ ∂L/∂hₗ,   Jₗ = ∂hₗ/∂h₍l₋₁₎ = diag(φ′(zₗ)) Wₗ
 * makes it small or large. A program of its own, on a few rows in float64, beside the step that trains: with it training
 * computes the same bits as without, and without it nothing is added to the step or compiled. Loaded only when asked for.
 *
 * What it costs: a measurement is made when training has taken `PATIENCE` times as long as the last measurement did, so it
 * takes 1/PATIENCE = 2 % of the steps' time however wide the layers are, and at most 4 % with the one that is always made at
 * the end, once training is long enough to have earned one. Before the first step a plan is compiled and there is a
 * measurement, too. `node bench/flow.js` measures it.
 */
import { differentiating, vjp } from "../../autodiff/reverse.ts";
import { compiling, type Executable } from "../../engines/engine.ts";
import type { Expr } from "../../graph/expr.ts";
import { type Program, program } from "../../graph/program.ts";
import { inParts, type Work } from "../../graph/work.ts";
import { type LinearAlgebra, linearAlgebraOf } from "../../linalg/linear-algebra.ts";
import { norm } from "../../linalg/vector.ts";
import { type Activation, activations } from "../../nn/activations.ts";
import { type Forward, forward, type Layer, layersOf, type NetworkSpec } from "../../nn/network.ts";
import { sqrt } from "../../ops/elementary.ts";
import { broadcastTo } from "../../ops/elementwise.ts";
import { matmul } from "../../ops/matmul.ts";
import { max } from "../../ops/reduce.ts";
import { add, mul, square } from "../../ops/ring.ts";
import { abs } from "../../ops/select.ts";
import { reshape } from "../../ops/shape.ts";
import { constant, fill, input } from "../../ops/source.ts";
import { sum } from "../../ops/sum-broadcast.ts";
import { type Dataset, pickRows, rowsOf } from "../../train/dataset.ts";
import type { LayerFlow, SingularExtremes } from "../../train/events.ts";
import type { Chosen } from "../../train/fit-options.ts";
import { objective, parameterInputs, rowInputs } from "../../train/objective.ts";
import type { Tensors } from "../../train/tensors.ts";
import type { Training } from "../../train/training.ts";
import { now, type Turns } from "../../train/turns.ts";
import { valuesOf } from "../first-fault/first-fault.ts";
import { largestSingularValue, singularExtremes } from "./spectrum.ts";

/** Training time between two measurements, in times of a measurement. */
const PATIENCE = 50;
/** Rows looked at, at most, evenly spaced in the table: the same ones each time. */
const ROWS = 64;
/** Saturated: |φ′| below this share of its largest value for |z| ≤ 1. */
const SATURATED = 1e-2;
/** With more units than this on both sides of a layer the smallest singular value would take too long. */
const WIDEST = 1024;

export class FlowProbe {
  readonly #layers: readonly Layer[];
  readonly #options: Chosen;
  readonly #linearAlgebra: LinearAlgebra;
  readonly #executable: Executable;
  /** The largest |φ′| for |z| ≤ 1; undefined where the activation does not act element by element. */
  readonly #slopes: readonly (number | undefined)[];
  readonly #training: Training;
  /** Seconds that the last measurement took, and that training has taken since. */
  #cost = 0;
  #trained = 0;
  #due = false;
  /** The parameters before the epoch's last step. */
  #before: Tensors | undefined;

  static async open(
    network: NetworkSpec,
    train: Dataset,
    options: Chosen,
    training: Training,
    turns: Turns,
  ): Promise<FlowProbe> {
    const count = Math.min(rowsOf(train, network.inputs), ROWS);
    const flow = await turns.all(flowProgram(network, options, count));
    const executable = await turns.all(compiling(options.engine, flow));
    const algebra = await linearAlgebraOf(options.engine);
    const probe = new FlowProbe(executable, flow, network, options, training, algebra);
    await probe.#write(train);
    return probe;
  }

  private constructor(
    executable: Executable,
    { outputs }: Program,
    network: NetworkSpec,
    options: Chosen,
    training: Training,
    linearAlgebra: LinearAlgebra,
  ) {
    this.#executable = executable;
    this.#layers = layersOf(network);
    this.#options = options;
    this.#linearAlgebra = linearAlgebra;
    this.#training = training;
    const slopes = new Map<unknown, number | undefined>();
    this.#slopes = network.layers.map(({ activation }, index) => {
      if (!Object.hasOwn(outputs, `slope${index + 1}`)) return undefined;
      if (!slopes.has(activation)) slopes.set(activation, largestSlope(activationOf(activation)));
      return slopes.get(activation);
    });
  }

  async #write(train: Dataset): Promise<void> {
    const { inputs } = this.#layers[0];
    const total = rowsOf(train, inputs);
    const count = Math.min(total, ROWS);
    const { weight } = train;
    const weighty = Array.from({ length: total }, (_, row) => row).filter((row) => (weight?.[row] ?? 1) > 0);
    const rows = Array.from({ length: count }, (_, i) => weighty[Math.floor((i * weighty.length) / count)]);
    const { x, y, weight: own = new Float64Array(count).fill(1) } = pickRows(train, total, rows);
    for (const [name, values] of Object.entries({ x, y, weight: own, row: Array.from(x).slice(0, inputs) }))
      await this.#executable.write(name, values);
  }

  /** An epoch (from 0) of the training that is watched. */
  async epoch(epoch: number, signal: AbortSignal | undefined, mayBeLast: boolean): ReturnType<Training["epoch"]> {
    const { flow } = this.#options;
    const earned = this.#trained >= PATIENCE * this.#cost;
    this.#due = typeof flow === "object" ? (epoch + 1) % flow.every === 0 : earned;
    this.#before = undefined;
    const keep = async (): Promise<void> => {
      this.#before = await this.#training.tensors();
    };
    const wanted = this.#due || mayBeLast;
    // Minimizers have one step in an epoch and do not tell when it comes.
    const single = this.#training.stepsPerEpoch === 1;
    if (wanted && single) await keep();
    const started = now();
    const result = await this.#training.epoch(epoch, signal, wanted && !single ? keep : undefined);
    this.#trained += now() - started;
    return result;
  }

  /** The flow after the epoch, if it is due: asked for, earned by training, or the last one. */
  async after(isLast: boolean): Promise<LayerFlow[] | undefined> {
    return this.#due || isLast ? await this.measure() : undefined;
  }

  /** The flow as the parameters and running statistics stand. */
  async measure(): Promise<LayerFlow[]> {
    const tensors = await this.#training.tensors();
    const started = now();
    for (const [name, values] of Object.entries(tensors)) await this.#executable.write(name, values);
    await this.#executable.run();
    const flow: LayerFlow[] = [];
    for (const [index, layer] of this.#layers.entries()) {
      const number = async (name: string): Promise<number> => (await this.#executable.read(`${name}${index + 1}`))[0];
      const all = (of: Tensors): number[] => weightNames(layer).flatMap((name) => Array.from(of[name]));
      flow.push({
        ...{ layer: index + 1, name: layer.name },
        ...{ delta: await number("delta"), gradient: await number("gradient") },
        update: this.#before === undefined ? null : relativeChange(all(tensors), all(this.#before)),
        ...(await this.#shares(index)),
        jacobian: await this.#jacobian(index),
      });
    }
    this.#cost = now() - started;
    this.#trained = 0;
    return flow;
  }

  async #shares(index: number): Promise<Pick<LayerFlow, "dead" | "saturated">> {
    const largest = this.#slopes[index];
    if (largest === undefined) return { dead: null, saturated: null };
    const peaks = await this.#executable.read(`slope${index + 1}`);
    const share = (holds: (peak: number) => boolean): number => Array.from(peaks).filter(holds).length / peaks.length;
    return {
      dead: share((peak) => peak === 0),
      saturated: share((peak) => peak > 0 && peak < SATURATED * largest),
    };
  }

  async #jacobian(index: number): Promise<SingularExtremes> {
    const { inputs: width, outputs: out } = this.#layers[index];
    const values = (await this.#executable.read(`jacobian${index + 1}`)) as Float64Array;
    if (!values.every(Number.isFinite)) return { largest: Number.NaN, smallest: null };
    const side = Math.min(out, width);
    if (side > WIDEST) return { largest: largestSingularValue(values, out, width), smallest: null };
    return singularExtremes(values, side, this.#linearAlgebra);
  }
}

/** ‖ΔW‖/‖W‖; null where W was 0. */
function relativeChange(after: ArrayLike<number>, before: ArrayLike<number>): number | null {
  const change = Float64Array.from(after, (value, i) => value - before[i]);
  const size = norm(Float64Array.from(before), 0, before.length);
  return size === 0 ? null : norm(change, 0, change.length) / size;
}

/** For each layer l: delta, gradient (norms), slope [units] (max over rows of |φ′|), jacobian (its Gram matrix, or itself). */
function* flowProgram(network: NetworkSpec, options: Chosen, rows: number): Work<Program> {
  const { loss, l1, l2 } = options;
  const carried = parameterInputs(network, "f64");
  const { params, buffers } = carried;
  const { x, y, weight } = rowInputs({ network, loss }, rows, "f64");
  const row = input("row", [1, network.inputs], "f64");
  // As the network predicts: no dropout, batch norm by its running statistics.
  const context = { training: false, weight };
  const result = objective({ network, loss, l1, l2 }, carried, { x, target: y }, context);
  const through = new Map<number, ReturnType<Copies>>();
  const copies: Copies = (count) => {
    const known = through.get(count);
    if (known !== undefined) return known;
    const rows = broadcastTo(row, [count, network.inputs]);
    const made = { rows, ...forward(network, params, rows, { training: false, buffers }) };
    through.set(count, made);
    return made;
  };
  const zs = result.layers.map(({ z }) => z);
  const layers = layersOf(network);
  const weights = layers.map((layer) => weightNames(layer).map((name) => params[name]));
  yield;
  const bars = yield* differentiating(result.loss, [...zs, ...weights.flat()]);
  let next = zs.length;
  const found: Record<string, Expr> = {};
  yield* inParts(result.layers.entries(), ([index, { h, argument }]) => {
    const l = index + 1;
    found[`delta${l}`] = size([bars[index]]);
    found[`gradient${l}`] = size(bars.slice(next, next + weights[index].length));
    next += weights[index].length;
    const slope = slopeOf(h, argument);
    if (slope !== undefined) found[`slope${l}`] = max(abs(slope), [0]);
    found[`jacobian${l}`] = gramOrSelf(layerJacobian(copies, layers[index], params));
  });
  return program("gradient flow", [...Object.values(params), ...Object.values(buffers), x, y, weight, row], found);
}

/** ‖x‖ of tensors taken as one. */
const size = (parts: readonly Expr[]): Expr =>
  sqrt(parts.map((x) => sum(square(x))).reduce((a, b) => add(a, b), fill(0, [], "f64")));

/** W; of a layer without one (a scale, an embedding) all that it learns. */
const weightNames = ({ parameters }: Layer): string[] => {
  const weights = parameters.filter(({ role }) => role === "weight");
  return (weights.length === 0 ? parameters : weights).map(({ name }) => name);
};

/** φ′(z), shaped like z; undefined unless every op from z to h acts element by element. */
function slopeOf(h: Expr, z: Expr): Expr | undefined {
  const ones = fill(1, h.type.shape, h.type.dtype);
  if (h === z) return ones;
  return isElementwise(h, z) ? vjp([h], [z], [ones])[0] : undefined;
}

function isElementwise(h: Expr, z: Expr): boolean {
  const pending = new Set([h]);
  for (const node of pending) {
    if (!node.op.elementwise && node.op.kernel?.(node).kind !== "fill") return false;
    for (const operand of node.operands) if (operand !== z) pending.add(operand);
  }
  return true;
}

/** The network on as many copies of the row as are asked for. */
type Copies = (count: number) => Forward & { readonly rows: Expr };

/**
 * Jₗ of one row: diag(φ′) W where z is affine and φ acts element by element. Else of as many copies of the row as the layer has
 * units, the i-th of which is pulled back by the i-th unit vector: rows do not mix, so that gives Jₗ row by row.
 */
function layerJacobian(copies: Copies, layer: Layer, params: Readonly<Record<string, Expr>>): Expr {
  const [index, units] = [layer.number - 1, layer.outputs];
  const { z, h } = copies(1).layers[index];
  const slope = layer.kind.isAffine?.(layer.spec) ? slopeOf(h, z) : undefined;
  if (slope !== undefined) return mul(reshape(slope, [units, 1]), params[weightNames(layer)[0]]);
  const { layers, rows } = copies(units);
  const identity = Float64Array.from({ length: units * units }, (_, p) => Number(p % (units + 1) === 0));
  return vjp(
    [layers[index].h],
    [index === 0 ? rows : layers[index - 1].h],
    [constant(identity, [units, units], "f64")],
  )[0];
}

/** J Jᵀ or Jᵀ J, whichever is smaller; J itself where both are too large. */
function gramOrSelf(j: Expr): Expr {
  const [out, width] = j.type.shape;
  if (Math.min(out, width) > WIDEST) return j;
  return out <= width ? matmul(j, j, { transposeB: true }) : matmul(j, j, { transposeA: true });
}

const activationOf = (given: NetworkSpec["layers"][number]["activation"]): Activation =>
  typeof given === "function" ? given : activations[given];

/** The largest |φ′(z)| for |z| ≤ 1, on a grid. */
function largestSlope(activation: Activation): number | undefined {
  const points = 65;
  const z = input("z", [1, points], "f64");
  const slope = slopeOf(activation(z), z);
  if (slope === undefined) return undefined;
  const grid = Float64Array.from({ length: points }, (_, i) => (2 * i) / (points - 1) - 1);
  const values = valuesOf(program("slope", [z], { slope }), { z: grid }).get(slope) as Float64Array;
  return values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
}
