/**
 * The derivation of a network's gradients as data: every labelled value forward, every derivative backward, each with
 * its symbol, the chain of ∂ factors, the formula that runs and the rule that made it. Nothing here knows a layer, an
 * activation or a loss: all is read from the graph that `gradients` returns, and one program computes all of it.
 */
import { gradients, vjp } from "../../autodiff/reverse.ts";
import { simplify } from "../../compile/simplify.ts";
import { type Expr, topological } from "../../graph/expr.ts";
import { infix, type Notation, symbol } from "../../graph/notation.ts";
import { type Program, program } from "../../graph/program.ts";
import { isFloat, type TensorType } from "../../graph/type.ts";
import { fill } from "../../ops/source.ts";
import type { GivenNames, NamedLayer } from "../notation/given-names.ts";
import { formulaOf, repeatedParts, visibleOperands } from "./formula.ts";
import { type LabelledGraph, labelledGraph } from "./labelled-graph.ts";
import { type RuleUse, rulesOf } from "./rules.ts";

/** What can be derived: a loss, the layers on the way to it, and what it is differentiated by. */
export interface Derivable {
  /** What the program is called (default "derivation"). */
  readonly name?: string;
  /** A float scalar; its label is its symbol (default "L"). */
  readonly loss: Expr;
  /** Pre-activation and activation of each layer, from the first; the same node where the activation is the identity. */
  readonly layers: readonly { readonly z: Expr; readonly h: Expr }[];
  /** The inputs that training changes. */
  readonly parameters: readonly Expr[];
  /** The network's input; it is differentiated too. */
  readonly x: Expr;
  /** Inputs that x is made from, if it is no input itself: what the chain rule leads back to. */
  readonly columns?: readonly Expr[];
  /** What follows from names of x for the layers, from the first on; as far as their numbers have names. */
  readonly named?: (given: GivenNames) => readonly NamedLayer[];
  /** What the scalar at the top is (default "loss"). */
  readonly top?: "loss" | "prediction";
  /** All other inputs, such as targets and row weights. */
  readonly given?: readonly Expr[];
  /** What each row costs, [rows], where the loss is put together from rows: shown by the view of the batch. */
  readonly rows?: Expr;
}

/** The derivation of all gradients: the steps forward, the steps backward, and the program that computes both. */
export interface Derivation {
  /** Computes every shown value; its outputs have the steps' names. */
  readonly program: Program;
  readonly inputs: readonly InputSymbol[];
  readonly forward: readonly Step[];
  readonly backward: readonly Step[];
  /** The labelled nodes as they were built, and how they depend on each other. */
  readonly graph: LabelledGraph;
  readonly names: ReadonlyMap<Expr, string>;
}

/** An input of a derivation: its name, its symbol and what it is. */
export interface InputSymbol {
  readonly name: string;
  readonly symbol: Notation;
  readonly role: "input" | "column" | "parameter" | "given";
  readonly type: TensorType;
}

/**
 * `part` is shared by several formulas and has no label; `local` is ∂u/∂v of neighbours; `cotangent` is ∂L/∂v; the others
 * are the values of the forward pass, `feature` those that x is made of.
 */
export type StepKind =
  | "feature"
  | "pre-activation"
  | "activation"
  | "loss"
  | "prediction"
  | "value"
  | "part"
  | "local"
  | "cotangent";

/** symbol = chain = … = formula */
export interface Step {
  /** The name of its value among the program's outputs: "h1", "∂y/∂z3", "∂L/∂z3". */
  readonly name: string;
  /** How later formulas refer to it: "h1", "δ3". */
  readonly symbol: Notation;
  readonly kind: StepKind;
  /** Names of the tensors that it is about: itself, what a derivative is taken by, both neighbours of a local one. */
  readonly about: readonly string[];
  /** What it equals by the chain rule, in ∂ factors; empty for forward steps. */
  readonly chain: readonly Notation[];
  /** What runs. */
  readonly formula: Notation;
  /** Names of the steps and inputs that its formula reads, among them the values that the forward pass has kept. */
  readonly reads: readonly string[];
  /** Which rules made it: the pullback of tanh by operand 0, say. None for what the forward pass computes. */
  readonly rules: readonly RuleUse[];
  readonly node: Expr;
  readonly type: TensorType;
}

/** A step whose formula is not written yet; `node` is as built, before simplification. */
type Planned = Pick<Step, "name" | "symbol" | "kind" | "about" | "chain" | "node">;

/**
 * Throws ShapeError unless the loss is a float scalar, and Error when the graph depends on an input that is neither a
 * parameter, x nor given.
 */
export function derive(problem: Derivable): Derivation {
  const { loss, parameters, x, columns = [x], given = [] } = problem;
  const names = namesOf(problem);
  const inputs = [...columns, ...parameters, ...given];
  const values = topological([x, ...problem.layers.flatMap(({ z, h }) => [z, h]), loss]);
  const kindOf = kinds(problem);
  const forward = values.flatMap((node): Planned[] => {
    const label = names.get(node);
    if (label === undefined || node.operands.length === 0) return [];
    return [{ name: label, symbol: symbol(label), kind: kindOf(node), about: [label], chain: [], node }];
  });
  const sources = [...parameters, ...columns].filter(({ type }) => isFloat(type));
  const graph = labelledGraph(loss, new Set(names.keys()), sources);
  const backward = backwardPlan(problem, names, graph, sources);
  const shown = outputsOf([...forward, ...backward]);
  const simplified = simplify(program(problem.name ?? "derivation", inputs, shown));
  const write = writer(simplified, [...forward, ...backward]);
  const steps = { forward: forward.flatMap(write), backward: backward.flatMap(write) };
  const trained = new Set(parameters);
  const role = (node: Expr): InputSymbol["role"] => {
    if (trained.has(node)) return "parameter";
    return node === x ? "input" : columns.includes(node) ? "column" : "given";
  };
  return {
    program: program(simplified.name, inputs, outputsOf([...steps.forward, ...steps.backward])),
    inputs: inputs.map((node) => ({
      name: node.label!,
      symbol: symbol(node.label!),
      role: role(node),
      type: node.type,
    })),
    ...steps,
    graph,
    names,
  };
}

function kinds({ loss, layers, x, top = "loss" }: Derivable): (node: Expr) => StepKind {
  const [activations, preActivations] = [new Set(layers.map(({ h }) => h)), new Set(layers.map(({ z }) => z))];
  const features = new Set(topological([x]));
  return (node) => {
    if (node === loss) return top;
    if (features.has(node)) return "feature";
    if (activations.has(node)) return "activation";
    return preActivations.has(node) ? "pre-activation" : "value";
  };
}

const outputsOf = (steps: readonly Planned[]): Record<string, Expr> =>
  Object.fromEntries(steps.map(({ name, node }) => [name, node]));

/** Labels, made unique; a layer without labels gets "z1", "h1", …. */
function namesOf({ loss, layers, parameters, x, columns = [], given = [] }: Derivable): Map<Expr, string> {
  const names = new Map<Expr, string>();
  const taken = new Set<string>();
  const add = (node: Expr, name: string | undefined): void => {
    if (name === undefined || names.has(node)) return;
    let unique = name;
    while (taken.has(unique)) unique += "′";
    taken.add(unique);
    names.set(node, unique);
  };
  for (const node of [...columns, x, ...parameters, ...given]) add(node, node.label);
  layers.forEach(({ z, h }, i) => {
    add(z, z.label ?? `z${i + 1}`);
    add(h, h.label ?? `h${i + 1}`);
  });
  add(loss, loss.label ?? "L");
  for (const node of topological([loss])) if (node.operands.length > 0) add(node, node.label);
  return names;
}

/** The derivatives from the loss back to x: for each labelled node first the local derivative, then the whole. */
function backwardPlan(
  { loss, layers, columns = [] }: Derivable,
  names: ReadonlyMap<Expr, string>,
  graph: LabelledGraph,
  sources: readonly Expr[],
): Planned[] {
  const targets = backwards(graph.targets, sources).filter((node) => node !== loss);
  const gradientOf = gradients(loss, targets);
  const layerOf = new Map(layers.map(({ z }, i) => [z, i + 1]));
  return targets.flatMap((node, i) => {
    const whole = partial(names.get(loss)!, names.get(node)!);
    const layer = layerOf.get(node);
    const product = chainTo(node, { loss, graph, names, layers: layerOf });
    const chain = [...(layer === undefined ? [] : [whole]), ...(product === undefined ? [] : [product])];
    const name = `∂${names.get(loss)}/∂${names.get(node)}`;
    const isMade = node.operands.length > 0 || columns.includes(node);
    return [
      ...(isMade ? localPlan(node, loss, graph, names) : []),
      {
        name,
        symbol: layer === undefined ? whole : symbol(`δ${layer}`),
        kind: "cotangent" as const,
        about: [names.get(node)!],
        chain,
        node: gradientOf[i],
      },
    ];
  });
}

/** ∂u/∂v for the one user u of v, where it works element by element: the pullback of ones, all rules in between run. */
function localPlan(node: Expr, loss: Expr, graph: LabelledGraph, names: ReadonlyMap<Expr, string>): Planned[] {
  const [user, ...others] = graph.users(node);
  if (user === undefined || others.length > 0 || user === loss) return [];
  if (!graph.isElementwise(node, user)) return [];
  const [derivative] = vjp([user], [node], [fill(1, user.type.shape, user.type.dtype)]);
  const [above, below] = [names.get(user)!, names.get(node)!];
  const name = `∂${above}/∂${below}`;
  const about = [above, below];
  return [{ name, symbol: partial(above, below), kind: "local", about, chain: [], node: derivative }];
}

/** From the loss backwards; parameters that enter at the same place in the order in which they are listed. */
function backwards(targets: readonly Expr[], sources: readonly Expr[]): Expr[] {
  const result: Expr[] = [];
  let entering: Expr[] = [];
  const position = new Map(sources.map((node, i) => [node, i]));
  const at = (node: Expr): number => position.get(node) ?? -1;
  const flush = (): void => {
    for (const node of entering.sort((a, b) => at(a) - at(b))) result.push(node);
    entering = [];
  };
  for (const node of [...targets].reverse()) {
    if (node.operands.length === 0) entering.push(node);
    else {
      flush();
      result.push(node);
    }
  }
  flush();
  return result;
}

/** ∂a/∂b as one factor. */
export const partial = (a: string, b: string): Notation => infix("/", symbol(`∂${a}`), symbol(`∂${b}`));

interface ChainContext {
  readonly loss: Expr;
  readonly graph: LabelledGraph;
  readonly names: ReadonlyMap<Expr, string>;
  readonly layers: ReadonlyMap<Expr, number>;
}

/** Σᵤ (∂L/∂u)(∂u/∂v); where u is a pre-activation, its own chain in place of ∂L/∂u. Nothing where v enters L directly. */
function chainTo(node: Expr, { loss, graph, names, layers }: ChainContext): Notation | undefined {
  const d = (a: Expr, b: Expr): Notation => partial(names.get(a)!, names.get(b)!);
  const users = graph.users(node).toReversed(); // as cotangents arrive
  if (users.every((user) => user === loss)) return undefined;
  const terms = users.map((user) => {
    if (user === loss) return { form: "call", name: "direct", parts: [d(loss, node)] } satisfies Notation;
    const [next, ...others] = graph.users(user);
    const expands = layers.has(user) && others.length === 0 && next !== loss;
    return infix("", ...(expands ? [d(loss, next), d(next, user)] : [d(loss, user)]), d(user, node));
  });
  return terms.length === 1 ? terms[0] : infix("+", ...terms);
}

/** Shorter parts are easier to read again than to look up: gelu's 1 + erf(0.7071 · z₁) stays, its e^(−z²/2) gets a symbol. */
const LONG = 8;

/** Writes planned steps in their order, and before a step the long parts that it repeats or shares with a later one. */
function writer({ outputs, inputs }: Program, planned: readonly Planned[]): (step: Planned) => Step[] {
  const symbols = new Map<Expr, Notation>();
  const names = new Map<Expr, string>(inputs.map((node) => [node, node.label as string]));
  const named = new Set(planned.filter(({ kind }) => kind !== "local").map(({ name }) => outputs[name]));
  const repeated = repeatedParts(Object.values(outputs), named, LONG);
  const taken = new Set([...Object.keys(outputs), ...inputs.map((node) => node.label)]);
  const seen = new Set<Expr>();
  let count = 1;

  const step = (plan: Planned, node: Expr): Step => {
    const known = symbols.get(node);
    // As it was built: simplification may have put an equal node of other origin in its place.
    const reads = known === undefined ? readsOf(node) : [names.get(node) as string];
    const formula = known ?? formulaOf(node, symbols);
    return { ...plan, formula, reads, rules: rulesOf(plan.node), node, type: node.type };
  };
  const readsOf = (node: Expr): string[] => {
    const found = new Set<string>();
    const entered = new Set<Expr>();
    const pending = [...node.operands].reverse();
    for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
      const name = names.get(part);
      if (name !== undefined) found.add(name);
      else if (!entered.has(part)) for (const operand of part.operands.toReversed()) pending.push(operand);
      entered.add(part);
    }
    return [...found];
  };
  const refer = (node: Expr, { name, symbol: short }: Pick<Planned, "name" | "symbol">): void => {
    symbols.set(node, short);
    names.set(node, name);
  };
  const partsOf = (node: Expr): Step[] => {
    const found: Step[] = [];
    const path: { readonly node: Expr; readonly operands: readonly Expr[]; next: number }[] = [];
    const enter = (node: Expr): void => {
      const isDone = seen.has(node) || symbols.has(node);
      seen.add(node);
      if (isDone) leave(node);
      else path.push({ node, operands: visibleOperands(node, symbols), next: 0 });
    };
    const leave = (below: Expr): void => {
      if (below !== node && repeated.has(below) && !symbols.has(below)) found.push(part(below));
    };
    enter(node);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const operand = top.operands[top.next++];
      if (operand !== undefined) enter(operand);
      else leave((path.pop() as typeof top).node);
    }
    return found;
  };
  const part = (node: Expr): Step => {
    while (taken.has(`u${count}`)) count++;
    const name = `u${count}`;
    taken.add(name);
    const result = step({ name, symbol: symbol(name), kind: "part", about: [name], chain: [], node }, node);
    refer(node, result);
    return result;
  };
  return (plan) => {
    const node = outputs[plan.name];
    const steps = [...partsOf(node), step(plan, node)];
    const refersLater = plan.kind !== "local" || repeated.has(node);
    if (refersLater && node.operands.length > 0 && !symbols.has(node)) refer(node, plan);
    return steps;
  };
}
