/** Every view by its name. */

import type { Explained } from "../derivation/explained.ts";
import type { Target } from "../derivation/target.ts";
import type { Block } from "../document/document.ts";
import { batchView } from "./batch.ts";
import { closedView } from "./closed-form.ts";
import { contractedView } from "./contracted.ts";
import { forwardView, givenView, symbolsView } from "./forward.ts";
import { indexView } from "./index-form.ts";
import { jacobianView } from "./jacobian.ts";
import { pathsView } from "./paths.ts";

/** The views of a derivative that go by a name. */
export type ViewName = "jacobian" | "contracted" | "index" | "paths" | "batch" | "closed";

/** What shows ∂L/∂target in one way. Each throws RangeError, with the view to take instead, where it would be too large. */
export const views: Readonly<Record<ViewName, (of: Explained, target: Target) => Block[]>> = {
  jacobian: jacobianView,
  contracted: contractedView,
  index: indexView,
  paths: pathsView,
  batch: batchView,
  closed: closedView,
};

/** Everything from the input to the loss and back: what is read from top to bottom. */
export function overview(of: Explained): Block[] {
  return [...symbolsView(of), ...givenView(of), ...forwardView(of), ...contractedView(of)];
}
