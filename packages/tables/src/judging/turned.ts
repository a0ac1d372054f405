/** A model whose learning rate somebody turned says so: no seed makes it again. */
import type { RateTurn } from "../history.ts";

/** Of more turns these are told. */
const MOST = 3;

/** "the rate was turned while it trained: × 0.5 from epoch 12; the seed alone does not make this model again" */
export function turnedWords(turns: readonly RateTurn[]): string {
  const isOne = turns.every(({ network }) => network === 1);
  const told = turns.slice(0, MOST).map(({ network, epoch, factor }) => {
    const from = `× ${Number(factor.toPrecision(3))} from epoch ${epoch}`;
    return isOne ? from : `${from} of network ${network}`;
  });
  const more = turns.length > MOST ? [`${turns.length - MOST} more`] : [];
  return `the rate was turned while it trained: ${[...told, ...more].join(", ")}; the seed alone does not make this model again`;
}
