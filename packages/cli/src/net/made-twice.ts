/** A last layer that does what the loss does itself: its gradients are what they are, but nobody means to train on them. */
import { madeTwice } from "@chaingrad/core";
import { type CommonOptions, note } from "../output/conventions.ts";
import type { Net } from "./net-document.ts";

export function warnOfMadeTwice({ network, loss }: Net, options: CommonOptions): void {
  const twice = madeTwice(network, loss);
  if (twice !== undefined) note(`warning: ${twice}`, options);
}
