/** A network from a file of either kind: a model that `train` saved, or a NET.json. */
import { open } from "node:fs/promises";
import { type Net, warningsOf } from "@chaingrad/core/net";
import { weightedNet } from "@chaingrad/interchange/net-document";
import { isModelFile, takesTables } from "@chaingrad/tables";
import type { OpenedNetwork } from "@chaingrad/tables/explain";
import { loadAnyModel } from "../model/model-file.ts";
import { type CommonOptions, note } from "../output/conventions.ts";
import { cannotRead, fileLabel, readNet } from "./read.ts";

/** Throws UserError where the file is neither, or cannot be used. A NET.json without weights gets those of `seed`. */
export async function openNetwork(path: string, seed = 0): Promise<OpenedNetwork> {
  if (!(await isModel(path))) return weightedNet(await readNet(path), fileLabel(path), seed);
  const model = await loadAnyModel(path);
  return { ...model, origin: "trained", ...(takesTables(model) && { model }) };
}

/** Whether a file is a model and not JSON. Throws UserError where it cannot be read. */
export async function isModel(path: string): Promise<boolean> {
  if (path === "-" || path.endsWith(".safetensors")) return path !== "-";
  try {
    const file = await open(path);
    try {
      const { bytesRead, buffer } = await file.read(new Uint8Array(8), 0, 8, 0);
      return isModelFile(buffer.subarray(0, bytesRead));
    } finally {
      await file.close();
    }
  } catch (error) {
    throw cannotRead(path, error);
  }
}

/** Says what nobody means to train on; explaining, checking and emitting go on. */
export function warnOf(net: Net, options: CommonOptions): void {
  for (const text of warningsOf(net)) note(`warning: ${text}`, options);
}
