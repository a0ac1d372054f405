/** The entry point `@chaingrad/core/define-op`: ops of one's own. A page that has none does not load it. */
export { defineOp, type OwnElementwise, type OwnTensorOp } from "./autodiff/define-op.ts";
