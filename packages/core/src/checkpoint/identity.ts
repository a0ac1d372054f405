/** Which training a state is of: all that decides its bits, as text, so that a difference can be told. */
import { originOf } from "../given/origin.ts";
import type { Loss } from "../nn/losses.ts";
import type { NetworkSpec } from "../nn/network.ts";
import type { Dataset } from "../train/dataset.ts";
import type { Chosen, Settings } from "../train/fit-options.ts";
import { Digest } from "./digest.ts";

/** Longer texts are told by a digest. */
const LONGEST = 120;

/** How something was made; of what is one's own no more than its name is known. */
function made(part: object | undefined, name: string): string {
  if (part === undefined) return "none";
  const origin = originOf(part);
  return origin === undefined ? name : `${origin.name} ${JSON.stringify(origin.given)}`;
}

const said = (value: unknown): string => {
  const text = JSON.stringify(value, (_, part) => (typeof part === "function" ? "a function" : part)) ?? "none";
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}… (${new Digest().text(text)})`;
};

const rowsOf = (data: Dataset | undefined): string => {
  if (data === undefined) return "none";
  const digest = new Digest().numbers(data.x).numbers(data.y);
  if (data.weight !== undefined) digest.numbers(data.weight);
  return `${data.y.length} targets, ${digest}`;
};

const optimizerIn = ({ optimizer }: Chosen): string =>
  optimizer.kind === "kfac" ? said(optimizer) : made(optimizer, optimizer.name);

const lossIn = ({ name, options }: Loss): string => `${name} ${said(options)}`;

/** The engine is no part of it: another one may go on, though to other last bits. */
export function identityOf(
  network: NetworkSpec,
  { train, validation }: { readonly train: Dataset; readonly validation?: Dataset | undefined },
  options: Chosen,
  { epochs, batch, seed, patience, keep }: Settings,
): Record<string, string> {
  const { loss, rate, schedule, l1 = 0, l2 = 0, clip, tolerances, dtype, initial } = options;
  return {
    network: said(network),
    ...{ loss: lossIn(loss), optimizer: optimizerIn(options) },
    schedule: made(schedule, "one of your own"),
    ...Object.fromEntries(
      Object.entries({
        rate,
        epochs,
        batch,
        seed,
        patience: String(patience),
        keep,
        l1,
        l2,
        clip,
        tolerances,
        dtype,
      }).map(([name, value]) => [name, said(value)]),
    ),
    initial: initial === undefined ? "none" : digestOf(initial),
    "training rows": rowsOf(train),
    "validation rows": rowsOf(validation),
  };
}

function digestOf(tensors: Readonly<Record<string, ArrayLike<number>>>): string {
  const digest = new Digest();
  for (const [name, values] of Object.entries(tensors)) digest.text(name).numbers(values);
  return digest.toString();
}

/** What differs, as "epochs (200 here, 100 there)". */
export function differences(here: Readonly<Record<string, string>>, there: Readonly<Record<string, string>>): string[] {
  const names = [...new Set([...Object.keys(there), ...Object.keys(here)])];
  return names
    .filter((name) => here[name] !== there[name])
    .map((name) => `${name} (${here[name] ?? "none"} here, ${there[name] ?? "none"} there)`);
}
