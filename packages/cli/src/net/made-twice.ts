/** A last layer that does what the loss does itself: its gradients are what they are, but nobody means to train on them. */
import { madeTwice } from "@chaingrad/core";
import type { Net } from "@chaingrad/core/net";
import { type CommonOptions, note } from "../output/conventions.ts";

export function warnOfMadeTwice({ network, objective }: Net, options: CommonOptions): void {
  const twice = madeTwice(network, objective.loss);
  if (twice !== undefined) note(`warning: ${twice}`, options);
}
