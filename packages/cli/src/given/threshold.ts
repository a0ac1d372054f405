/** `--threshold` and `--positive`: where the probability of a class becomes a decision for it. */
import { calibratedThreshold, type ThresholdGoal } from "@chaingrad/tables/judging";
import { InvalidArgumentError } from "commander";

/** A threshold, or what one is chosen for. */
export type ThresholdFlag = number | ThresholdGoal;

const FORMS = "f1, recall=0.9, costs as in cost=FN:5,FP:1, or a number from 0 to 1";

/** A number from 0 to 1. */
export function thresholdNumber(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError("It must be a number from 0 to 1.");
}

/** "f1", "recall=0.9", "cost=FN:5,FP:1", "0.3". */
export function thresholdFlag(text: string): ThresholdFlag {
  if (text === "f1") return { for: "f1" };
  const [, name, value] = /^(recall|cost)=(.*)$/s.exec(text) ?? [];
  if (name === "recall") {
    const recall = value.trim() === "" ? Number.NaN : Number(value);
    if (recall > 0 && recall <= 1) return { recall };
    throw new InvalidArgumentError("A recall must be a number above 0 and at most 1, as in recall=0.9.");
  }
  if (name === "cost") return { costs: costsOf(value) };
  if (Number(text) >= 0 && Number(text) <= 1 && text.trim() !== "") return Number(text);
  throw new InvalidArgumentError(`It must be ${FORMS}.`);
}

/** "FN:5,FP:1" as [[TN, FP], [FN, TP]]; what is not named costs nothing. */
function costsOf(text: string): number[][] {
  const named: Record<string, number> = { TN: 0, FP: 0, FN: 0, TP: 0 };
  const seen = new Set<string>();
  for (const part of text.split(",")) {
    const [, name, cost] = /^\s*(TN|FP|FN|TP):(\S+)\s*$/i.exec(part) ?? [];
    const key = name?.toUpperCase() ?? "";
    if (name === undefined || seen.has(key) || !Number.isFinite(Number(cost)))
      throw new InvalidArgumentError(
        "Costs must be of FN and FP, of TN and TP perhaps, each once with a number, as in cost=FN:5,FP:1.",
      );
    seen.add(key);
    named[key] = Number(cost);
  }
  const costs = [
    [named.TN, named.FP],
    [named.FN, named.TP],
  ];
  try {
    calibratedThreshold(costs);
  } catch (error) {
    throw new InvalidArgumentError(`${(error as Error).message}.`);
  }
  return costs;
}
