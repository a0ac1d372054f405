/**
 * Through what a parameter acts. In the graph of a single row most parameters act through a vector s in which they are
 * linear, and through nothing else:
 *   s = h Wᵀ + …, s [1, units], h [1, width]      ∂s[u]/∂W[u, a] = h[a]
 *   s = b + …                                     ∂s[u]/∂b[u] = 1
 * So ∂f/∂W = ∂f/∂s ⊗ h, and derivatives by all of W's elements are those by the few of s. A layer's W and b share one site,
 * its pre-activation. A parameter that acts in any other way is its own site, as b is.
 */
import { type Expr, topological } from "../graph/expr.ts";
import { sizeOf } from "../graph/type.ts";
import { productOf } from "../ops/matmul.ts";
import { termsOf } from "../ops/ring.ts";
import { repeatedBy } from "../ops/sum-broadcast.ts";

/** A parameter at its site. */
export interface Share {
  /** Its place among the parameters. */
  readonly parameter: number;
  /** h, [1, width]; absent for a single 1. */
  readonly carrier?: Expr | undefined;
  readonly width: number;
  /** Where h begins among the carriers of the site. */
  readonly at: number;
  /** Element (u, a) of it, of unit u of the site and element a of h, is number u · strides[0] + a · strides[1]. */
  readonly strides: readonly [number, number];
}

export interface Site {
  /** s */
  readonly node: Expr;
  /** φ(s), if s is read by a function φ of each element and by nothing else; otherwise s. */
  readonly output: Expr;
  readonly units: number;
  readonly shares: readonly Share[];
  /** The different h of its shares; undefined for a single 1. */
  readonly carriers: readonly (Expr | undefined)[];
  /** Elements of all carriers. */
  readonly width: number;
}

/** The sites of all parameters, each before those that depend on it. */
export function sitesOf(f: Expr, parameters: readonly Expr[]): Site[] {
  const order = topological([f]);
  const users = new Map<Expr, Expr[]>();
  for (const node of order) {
    for (const operand of node.operands) {
      const known = users.get(operand);
      if (known) known.push(node);
      else users.set(operand, [node]);
    }
  }
  const only: OnlyUser = (node) => (users.get(node)?.length === 1 ? users.get(node)?.[0] : undefined);
  const acting = new Map<Expr, Acting[]>();
  parameters.forEach((node, parameter) => {
    const { site, ...share } = actsThrough(node, only);
    acting.set(site, [...(acting.get(site) ?? []), { parameter, ...share }]);
  });
  const position = new Map(order.map((node, i) => [node, i]));
  return [...acting]
    .map(([node, shares]) => ({ ...siteOf(node, shares), output: afterFunction(node, only) }))
    .sort((a, b) => (position.get(a.node) ?? 0) - (position.get(b.node) ?? 0));
}

type Acting = Omit<Share, "at">;

function siteOf(node: Expr, acting: readonly Acting[]): Omit<Site, "output"> {
  const starts = new Map<Expr | undefined, number>();
  let width = 0;
  for (const share of acting) {
    if (starts.has(share.carrier)) continue;
    starts.set(share.carrier, width);
    width += share.width;
  }
  const shares = acting.map((share) => ({ ...share, at: starts.get(share.carrier) as number }));
  return { node, units: sizeOf(node.type.shape), shares, carriers: [...starts.keys()], width };
}

/** The one node that reads a node, once, if there is such a one. */
type OnlyUser = (node: Expr) => Expr | undefined;

function actsThrough(parameter: Expr, only: OnlyUser): Omit<Acting, "parameter"> & { readonly site: Expr } {
  const user = only(parameter);
  const product = user && productOf(user);
  if (user && product?.b === parameter && product.a.type.shape[0] === 1 && !product.flags.transposeA) {
    const [units, width] = [user.type.shape[1], product.a.type.shape[1]];
    const strides = product.flags.transposeB ? ([width, 1] as const) : ([1, units] as const);
    return { site: afterSums(user, only), carrier: product.a, width, strides };
  }
  const sameElements = user && repeatedBy(user) && sizeOf(user.type.shape) === sizeOf(parameter.type.shape);
  return { site: afterSums(sameElements ? user : parameter, only), width: 1, strides: [1, 0] };
}

/** The last of the sums that a node goes into as a term: what is added to it does not change what depends on it. */
function afterSums(node: Expr, only: OnlyUser): Expr {
  const user = only(node);
  return user && termsOf(user) ? afterSums(user, only) : node;
}

function afterFunction(node: Expr, only: OnlyUser): Expr {
  const user = only(node);
  return user?.operands.length === 1 && user.op.elementwise ? user : node;
}
