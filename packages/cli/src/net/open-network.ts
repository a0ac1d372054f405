/** A network from a file of either kind: a model that `train` saved, or a NET.json. */
import { open } from "node:fs/promises";
import { initialParameters, parametersOf } from "@chaingrad/core";
import type { WeightedNet } from "@chaingrad/core/net";
import { UserError } from "@chaingrad/tables";
import { loadAnyModel } from "../model/model-file.ts";
import { cannotRead, readNet } from "./read.ts";

/** More weights than this are not drawn for a network that comes without: every entry is computed in float64. */
const MOST_PARAMETERS = 20_000_000;

/** A model of a table has its encoder and target, too (`takesTables`). Throws UserError where the file is neither, or cannot be used. A NET.json without weights gets those of `seed`. */
export async function openNetwork(path: string, seed = 0): Promise<WeightedNet> {
  if (await isModel(path)) return { ...(await loadAnyModel(path)), origin: "trained" };
  const { weights, ...net } = await readNet(path);
  if (weights !== undefined) return { ...net, tensors: weights, origin: "given" };
  const parameters = parametersOf(net.network).reduce(
    (total, { shape }) => total + shape.reduce((a, b) => a * b, 1),
    0,
  );
  if (parameters > MOST_PARAMETERS) {
    const most = MOST_PARAMETERS.toLocaleString("en");
    throw new UserError(`'${path}': ${parameters.toLocaleString("en")} parameters, expected at most ${most}`);
  }
  return { ...net, tensors: initialParameters(net.network, seed), origin: "initial" };
}

/**
 * Whether a file is a model and not JSON: a safetensors file starts with the length of its header in 8 bytes, some of
 * them 0, which no JSON text holds. Throws UserError where it cannot be read.
 */
export async function isModel(path: string): Promise<boolean> {
  if (path === "-" || path.endsWith(".safetensors")) return path !== "-";
  try {
    const file = await open(path);
    try {
      const { bytesRead, buffer } = await file.read(new Uint8Array(8), 0, 8, 0);
      return buffer.subarray(0, bytesRead).includes(0);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw cannotRead(path, error);
  }
}
