/** A model of a small table in which every name, category and class is given, and everything that is said of it. */
import { basename } from "node:path";
import { referenceEngine } from "@chaingrad/core";
import { emit, type ProgramLanguage } from "@chaingrad/interchange/emit";
import { type Column, type Evaluation, judgeTraining, prepareTable, type Table } from "@chaingrad/tables";
import { unseenValues } from "@chaingrad/tables/words";
import { reportOf, reportPage } from "@chaingrad/view/report";
import { type Shown, shown } from "../../src/output/line.ts";
import { printFailure } from "../../src/train/fault.ts";
import { printColumns, printEvaluation, printReport } from "../../src/train/report.ts";
import { train } from "../../src/train/training.ts";

export interface Names {
  readonly columns: readonly string[];
  readonly target: string;
  readonly categories: readonly string[];
  /** None where the target is a number. */
  readonly classes: readonly string[];
  readonly file: string;
}

export interface Said {
  readonly lines: readonly string[];
  readonly page: string;
  /** The same with what is said beyond scores. */
  readonly looked: string;
  sources(language: ProgramLanguage): string;
}

const ROWS = 60;
const WIDTH = 100;

function tableOf({ columns, target, categories, classes, file }: Names): Table {
  const [number, category] = columns;
  const amounts = Float64Array.from({ length: ROWS }, (_, i) => Math.sin(i));
  const texts = (of: readonly string[]): string[] => Array.from({ length: ROWS }, (_, i) => of[i % of.length]);
  const wanted: Column =
    classes.length === 0
      ? { name: target, type: "number", values: amounts.map((value, i) => value * (i % 3)) }
      : { name: target, type: "text", values: texts(classes) };
  return {
    ...{ path: file, decimal: ".", notes: [] },
    rows: ROWS,
    columns: [
      { name: number, type: "number", values: amounts },
      { name: category, type: "text", values: texts([...categories, "third"]) },
      wanted,
    ],
  };
}

export async function learn(names: Names): Promise<Said> {
  const { file, target } = names;
  const table = tableOf(names);
  const task = names.classes.length === 0 ? "regression" : "classification";
  const prepared = prepareTable(table, { target, task });
  const settings = { hidden: [2], activation: "tanh", dropout: 0, optimizer: "adam", epochs: 2, patience: 5 } as const;
  const {
    model: made,
    history,
    end,
    remedy,
  } = await train(
    prepared,
    { ...settings, seed: 0, flow: true },
    { engine: referenceEngine, signal: new AbortController().signal, checkpoint: undefined },
    undefined,
  );
  const judged = judgeTraining({ model: made }, prepared, referenceEngine);
  const { model, evaluations, part, baseline } = judged;
  const report = {
    file,
    prepared,
    engine: "reference",
    end,
    remedy,
    turns: [],
    evaluations,
    part,
    baseline,
    model: file,
  };
  const page = { ...judged, title: basename(file), file, prepared, end, history, engine: referenceEngine };
  const failure = { file, prepared, end, remedy: undefined, model: file };
  const fresh = tableOf({ ...names, categories: names.categories.map((text) => `${text}, unseen`) });
  const lines: Shown[] = [WIDTH, 30].flatMap((width) => [
    ...printColumns(file, ROWS, prepared, width, { isFolded: false }),
    ...printReport(report, width),
    ...printEvaluation(prepared.target, evaluations.test as Evaluation, width),
    ...printFailure(failure, width),
  ]);
  const input = await reportOf({ ...page, table });
  const opened = { ...model, origin: "trained" as const };
  return {
    lines: [...lines, ...unseenValues(model.encoder, fresh)].map(shown),
    page: reportPage({ ...input, lookedInto: undefined }),
    looked: reportPage(input),
    sources: (language) => emit(opened, language, "training-step"),
  };
}
