/**
 * The chain rule as the textbook writes it: ∂L/∂W₂ = (∂L/∂y)(∂y/∂z₃)(∂z₃/∂h₂)(∂h₂/∂z₂)(∂z₂/∂W₂), a row times matrices; then
 * each product with its numbers, and how the matrices that are mostly zeros are never made when it runs.
 */
import type { Expr } from "../../graph/expr.ts";
import { infix, type Notation, transposed } from "../../graph/notation.ts";
import { printShape, type Shape, sizeOf } from "../../graph/type.ts";
import { partial, type Step } from "../derivation/derivation.ts";
import { type Explained, stepEquation, tensorOf } from "../derivation/explained.ts";
import {
  elementAt,
  jacobianNotation,
  type LocalJacobian,
  localJacobian,
  pulledBack,
} from "../derivation/local-jacobian.ts";
import type { Target } from "../derivation/target.ts";
import { type Block, equation, heading, paragraph, type Tensor } from "../document/document.ts";
import { gradientStep, gradientSymbol, lossName, lossSymbol, wayUp } from "./shared.ts";

/** More numbers than this in one matrix are not shown. */
const MOST = 250_000;

interface Arrow {
  readonly to: Expr;
  readonly from: Expr;
}

/** Throws RangeError, with the view to take instead, where a Jacobian is too large to be made. */
export function jacobianView(of: Explained, target: Target): Block[] {
  const arrows = arrowsTo(of, target.node);
  for (const arrow of arrows) checkSize(of, arrow);
  const gradient = gradientSymbol(of, { node: target.node, name: target.name });
  const [first] = arrows;
  const top = first === undefined ? target.node : first.to;
  const nameOf = (node: Expr): string => of.derivation.names.get(node) as string;
  const local = ({ to, from }: Arrow): Notation => partial(nameOf(to), nameOf(from));
  const chain = chainOf(of, arrows, local);
  return [
    heading("jacobian", { gradient }),
    paragraph("jacobian.why", { L: lossSymbol(of) }),
    ...(chain === undefined
      ? []
      : [equation(gradient, [chain]), paragraph("jacobian.shapes", { shapes: shapesOf(arrows, target.node) })]),
    equation(partial(lossName(of), nameOf(top)), [], { value: asRow(tensorOf(of, gradientStep(of, { node: top }))) }),
    ...partsOf(of, arrows).map((step) => stepEquation(of, step)),
    ...arrows.flatMap((arrow) => arrowBlocks(of, arrow, local(arrow))),
    paragraph("jacobian.contract", { gradient }),
    stepEquation(of, gradientStep(of, target)),
  ];
}

/** From the loss down to the node: each labelled node above it with those it is made from directly. */
function arrowsTo(of: Explained, node: Expr): Arrow[] {
  const between = new Set(wayUp(of, node));
  const { graph } = of.derivation;
  return graph.targets
    .filter((from) => between.has(from))
    .toReversed()
    .flatMap((from) => graph.users(from).flatMap((to) => (between.has(to) ? [{ to, from }] : [])));
}

/** The long parts that the diagonals refer to, and what these refer to. */
function partsOf(of: Explained, arrows: readonly Arrow[]): Step[] {
  const { forward, backward, names } = of.derivation;
  const steps = [...forward, ...backward];
  const parts = new Map(steps.filter(({ kind }) => kind === "part").map((step) => [step.name, step]));
  const locals = new Set(arrows.map(({ to, from }) => `∂${names.get(to)}/∂${names.get(from)}`));
  const reads = new Set(steps.filter(({ name }) => locals.has(name)).flatMap((step) => step.reads));
  for (const name of reads) for (const read of parts.get(name)?.reads ?? []) reads.add(read);
  return [...parts.values()].filter(({ name }) => reads.has(name));
}

function checkSize(of: Explained, { to, from }: Arrow): void {
  const [m, n] = [sizeOf(to.type.shape), sizeOf(from.type.shape)];
  if (m * n <= MOST || of.derivation.graph.isElementwise(from, to)) return;
  const { names } = of.derivation;
  const advice =
    of.problem.x.type.shape[0] > 1
      ? "choose one row, or the contracted view"
      : "the contracted view shows the same without it";
  throw new RangeError(`∂${names.get(to)}/∂${names.get(from)} would have ${m} × ${n} numbers: ${advice}`);
}

/** The product of all factors, where there is one way from the loss. */
function chainOf(of: Explained, arrows: readonly Arrow[], local: (arrow: Arrow) => Notation): Notation | undefined {
  const single = arrows.every(
    ({ to, from }, i) => of.derivation.graph.users(from).length === 1 && (i === 0 || arrows[i - 1].from === to),
  );
  if (!single || arrows.length === 0) return undefined;
  const top = partial(lossName(of), of.derivation.names.get(arrows[0].to) as string);
  return infix("", top, ...arrows.map(local));
}

/** "(1×1)(1×2)(2×6) = (1×6)" */
function shapesOf(arrows: readonly Arrow[], node: Expr): string {
  const size = (one: Expr): number => sizeOf(one.type.shape);
  const shape = (m: number, n: number): string => `(${m}×${n})`;
  const factors = arrows.map(({ to, from }) => shape(size(to), size(from)));
  return `${shape(1, size(arrows[0].to))}${factors.join("")} = ${shape(1, size(node))}`;
}

const asRow = ({ shape, values }: Tensor): Tensor => ({ shape: [1, sizeOf(shape)], values });

const asMatrix = (local: LocalJacobian): Tensor => ({
  shape: [local.rows, local.columns],
  values: local.diagonal
    ? Float64Array.from({ length: local.rows * local.columns }, (_, i) =>
        elementAt(local, Math.floor(i / local.columns), i % local.columns),
      )
    : local.values,
});

/** One factor, the product of everything so far with it, and what that product comes to without the matrix. */
function arrowBlocks(of: Explained, { to, from }: Arrow, symbol: Notation): Block[] {
  const matrix = asMatrix(localJacobian(of, to, from));
  const written = of.problem.x.type.shape[0] === 1 ? jacobianNotation(of, to, from) : undefined;
  const [above, below] = [to, from].map((node) => gradientStep(of, { node }));
  const alone = of.derivation.graph.users(from).length === 1;
  const name = partial(lossName(of), of.derivation.names.get(from) as string);
  const product = infix("", partial(lossName(of), of.derivation.names.get(to) as string), symbol);
  const blocks: Block[] = [equation(symbol, written ? [written] : [], { value: matrix })];
  if (alone) {
    const factors = [asRow(tensorOf(of, above)), matrix];
    blocks.push(equation(name, [product], { factors, value: asRow(tensorOf(of, below)) }));
  }
  const formula = alone ? below.formula : pulledBack(of, to, from, above.symbol);
  const why = written && contraction(written, { gradient: above.symbol, formula, shape: from.type.shape });
  return why === undefined ? blocks : [...blocks, why];
}

/** Why a row times this matrix is the formula that runs. */
function contraction(
  written: Notation,
  { gradient, formula, shape }: { readonly gradient: Notation; readonly formula: Notation; readonly shape: Shape },
): Block | undefined {
  const values = { above: gradient, matrix: written, formula, shape: printShape(shape) };
  if (written.form === "call" && written.name === "diag") return paragraph("contract.diagonal", values);
  if (written.form === "infix" && written.operator === "⊗") return paragraph("contract.kronecker", values);
  if (written.form === "symbol" && written.name === "I") return paragraph("contract.identity", values);
  if (written.form === "symbol" || written.form === "transpose")
    return paragraph("contract.matrix", { ...values, transposed: transposed(written) });
  return undefined;
}
