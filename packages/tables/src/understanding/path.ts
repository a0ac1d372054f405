/**
 * The gradient of one number along the straight path between two rows, integrated: how much each input moved the prediction on the
 * way. Of F at a + t d, 0 ≤ t ≤ 1, input j gets
 *   d_j ∫ ∂F/∂x_j(a + t d) dt,  and all of them together get F(a + d) − F(a)
 * by the fundamental theorem of calculus: what quadrature misses of that, piece by piece, says where to halve the path.
 */
import { concat, type Expr, forward, input, program, type SyncExecutable, slice, vjp } from "@chaingrad/core";
import { parameterInputs } from "@chaingrad/core/net";
import { predictionGraph } from "../chain/target-graph.ts";
import { movedTargets } from "../table/targets/target.ts";
import { gaussLegendre } from "./gauss-legendre.ts";
import type { SmoothInputs } from "./smooth-inputs.ts";
import type { Subject } from "./subject.ts";

const { nodes, weights } = gaussLegendre(8);
/** Gradients that one piece takes. */
export const NODES: number = nodes.length;
/** Rows of the plan for a piece: where it begins, its nodes, where it ends. */
const ROWS = NODES + 2;
/** Pieces of one plan. */
const PIECES = 4;
/** What the gap may be, of the larger of the two predictions. */
const TOLERANCE = 1e-9;

/** A row as the path sees it: inputs of the network behind an embedding, then offsets. */
export type Point = Float64Array;

/** The integral of ∂F/∂x_j along the path times the way of input j, for every input. */
export interface PathIntegral {
  readonly contributions: Float64Array;
  /** The prediction at the beginning, and at the end. */
  readonly from: number;
  readonly to: number;
  /** How many gradients were taken. */
  readonly steps: number;
  /** How far each input goes. */
  readonly way: Float64Array;
  /** In the order of the path; each with its points where these are kept. */
  readonly pieces: readonly PathPiece[];
}

/** A point of a path where a gradient was taken. */
export interface PathPoint {
  /** From 0 to 1. */
  readonly time: number;
  /** Of the piece's share of the integral. */
  readonly weight: number;
  /** ∂F/∂x_j for every input. */
  readonly gradient: Float64Array;
}

/** A piece of a path: where it begins and ends, and what is said there. */
export interface PathPiece {
  /** Shares of the way, from 0 to 1. */
  readonly from: number;
  readonly to: number;
  /** What is said where it begins, and where it ends. */
  readonly first: number;
  readonly last: number;
  /** Of every input. */
  readonly contributions: Float64Array;
  /** last − first − Σ contributions */
  readonly gap: number;
  readonly points?: readonly PathPoint[];
}

/** One number of a model, and its gradient by all that a path moves, for a few pieces of a path at a time. */
export class Path {
  readonly #executable: SyncExecutable;
  readonly #inputs: number;
  readonly #offsets: number;
  readonly #kinks: SmoothInputs["kinks"];
  readonly #keepsPoints: boolean;

  /**
   * @param place of the number among all that is said of a row
   * @param keepsPoints whether each gradient is kept
   */
  constructor(
    { model, engine }: Subject,
    { network, tensors, kinks }: SmoothInputs,
    place: number,
    keepsPoints: boolean,
  ) {
    const rows = ROWS * PIECES;
    const carried = parameterInputs(network, "f64");
    const x = input("x", [rows, network.inputs], "f64");
    const moved = movedTargets(model.target).length;
    const offset = moved > 0 ? input("offset", [rows, moved], "f64") : undefined;
    const { output } = forward(network, carried.params, x, { training: false, buffers: carried.buffers });
    const said = slice(predictionGraph(model.target, model.objective.loss, output, offset), [0, place], [rows, 1]);
    const seed = input("seed", [rows, 1], "f64");
    const by: Expr[] = offset === undefined ? [x] : [x, offset];
    const slopes = vjp([said], by, [seed]);
    const given = [...Object.values(carried.params), ...Object.values(carried.buffers)];
    const gradient = slopes.length > 1 ? concat(slopes, 1) : slopes[0];
    this.#executable = engine.compile(
      program("gradient along a path", [x, ...by.slice(1), ...given, seed], { said, gradient }),
    );
    for (const { label: name = "" } of given) this.#executable.write(name, tensors[name]);
    this.#executable.write("seed", new Float64Array(rows).fill(1));
    this.#inputs = network.inputs;
    this.#offsets = moved;
    this.#kinks = kinks;
    this.#keepsPoints = keepsPoints;
  }

  /** @param most gradients to be taken, at least those of one piece */
  integrate(start: Point, end: Point, most: number): PathIntegral {
    const way = end.map((value, i) => value - start[i]);
    const bounds = this.#boundsOf(start, way, most);
    let pieces = this.#measure(
      start,
      way,
      bounds.slice(1).map((to, i) => [bounds[i], to]),
    );
    let steps = NODES * pieces.length;
    const [from, to] = [pieces[0].first, pieces[pieces.length - 1].last];
    const allowed = TOLERANCE * Math.max(Math.abs(from), Math.abs(to), Number.MIN_VALUE);
    while (steps + 2 * NODES <= most && sumOf(pieces) > allowed) {
      const count = Math.min(PIECES / 2, Math.floor((most - steps) / (2 * NODES)));
      const worst = new Set([...pieces].sort((a, b) => Math.abs(b.gap) - Math.abs(a.gap)).slice(0, count));
      const halves = [...worst].flatMap((piece): [number, number][] => {
        const middle = (piece.from + piece.to) / 2;
        return [
          [piece.from, middle],
          [middle, piece.to],
        ];
      });
      const finer = this.#measure(start, way, halves);
      steps += NODES * finer.length;
      pieces = [...pieces.filter((piece) => !worst.has(piece)), ...finer];
    }
    pieces.sort((a, b) => a.from - b.from);
    const contributions = new Float64Array(way.length);
    for (const piece of pieces) for (const [i, part] of piece.contributions.entries()) contributions[i] += part;
    return { contributions, from, to, steps, way, pieces };
  }

  /** 0, where the path crosses a kink, and 1; without the kinks where they are more than gradients may be taken. */
  #boundsOf(start: Point, way: Point, most: number): number[] {
    const crossed = this.#kinks.flatMap((kinks, i) => kinks.map((kink) => (kink - start[i]) / way[i]));
    const inside = crossed.filter((t) => t > 0 && t < 1);
    const bounds = [0, ...new Set(inside.sort((a, b) => a - b)), 1];
    return (bounds.length - 1) * NODES <= most ? bounds : [0, 1];
  }

  #measure(start: Point, way: Point, spans: readonly (readonly [number, number])[]): PathPiece[] {
    const pieces: PathPiece[] = [];
    for (let i = 0; i < spans.length; i += PIECES) pieces.push(...this.#run(start, way, spans.slice(i, i + PIECES)));
    return pieces;
  }

  #run(start: Point, way: Point, spans: readonly (readonly [number, number])[]): PathPiece[] {
    const width = this.#inputs + this.#offsets;
    const [x, offsets] = [this.#inputs, this.#offsets].map((count) => new Float64Array(ROWS * PIECES * count));
    for (let row = 0; row < ROWS * PIECES; row++) {
      const [from, to] = spans[Math.min(Math.floor(row / ROWS), spans.length - 1)];
      const t = timeAt(from, to, row % ROWS);
      for (let i = 0; i < width; i++) {
        const value = t === 1 ? start[i] + way[i] : start[i] + t * way[i];
        if (i < this.#inputs) x[row * this.#inputs + i] = value;
        else offsets[row * this.#offsets + i - this.#inputs] = value;
      }
    }
    this.#executable.write("x", x);
    if (this.#offsets > 0) this.#executable.write("offset", offsets);
    this.#executable.run();
    const said = this.#executable.read("said");
    const gradient = this.#executable.read("gradient");
    return spans.map(([from, to], piece): PathPiece => {
      const contributions = new Float64Array(width);
      for (let k = 0; k < NODES; k++) {
        const base = (piece * ROWS + 1 + k) * width;
        for (let i = 0; i < width; i++) contributions[i] += (to - from) * weights[k] * gradient[base + i] * way[i];
      }
      const [first, last] = [said[piece * ROWS], said[piece * ROWS + ROWS - 1]];
      const gap = last - first - contributions.reduce((a, b) => a + b, 0);
      const points = this.#keepsPoints && pointsIn(from, to, gradient.slice((piece * ROWS + 1) * width), width);
      return { from, to, first, last, contributions, gap, ...(points && { points }) };
    });
  }
}

/** @param gradients of the nodes of a piece, and of what comes after it */
function pointsIn(from: number, to: number, gradients: ArrayLike<number>, width: number): PathPoint[] {
  return Array.from(nodes, (_, k) => ({
    time: timeAt(from, to, k + 1),
    weight: (to - from) * weights[k],
    gradient: Float64Array.from({ length: width }, (_, i) => gradients[k * width + i]),
  }));
}

const timeAt = (from: number, to: number, row: number): number =>
  row === 0 ? from : row === ROWS - 1 ? to : from + (to - from) * nodes[row - 1];

const sumOf = (pieces: readonly PathPiece[]): number => pieces.reduce((sum, { gap }) => sum + Math.abs(gap), 0);
