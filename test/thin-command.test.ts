/**
 * The command reads options, calls a library and prints: what it may import is listed here by name. A loss, an optimizer, an
 * activation, an encoder or a layer is none of its business; a name that is new here is a decision to be looked at.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { activations, losses, optimizers } from "@chaingrad/core";
import { minimizers } from "@chaingrad/core/curvature";
import { describe, expect, test } from "vitest";

const SOURCES = resolve(import.meta.dirname, "../packages/cli/src");

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  // Which library multiplies, and which kernels run.
  "@chaingrad/blas": ["Blas", "BlasError", "findBlas", "installHint"],
  "@chaingrad/native": ["findKernels"],
  // What runs, what training tells as it goes, and refusals.
  "@chaingrad/core": [
    ...["SyncEngine", "KernelProvider", "FloatType", "referenceEngine", "wasmEngine"],
    ...["Model", "DataError", "FormatError", "nearest"],
  ],
  "@chaingrad/core/check": ["certificateJson", "isWrong", "CurvatureCheck", "VariableCheck", "Verdict"],
  // A derivation, and its printers.
  "@chaingrad/core/explain": [
    ...["Block", "Explained", "text", "Text"],
    ...["derivationJson", "viewJson", "latexDocument", "markdownDocument", "terminalLines", "plain"],
    ...["catalogue", "Language", "Words", "ColumnNames", "nameNet"],
  ],
  "@chaingrad/core/format": ["count", "formatNumber", "formatPlace", "formatShape"],
  // A network as one thing, and rows to look at it with.
  "@chaingrad/core/net": [
    ...["Net", "partsOf", "exampleNetwork", "describeLoss", "warningsOf"],
    ...["Batch", "exampleBatch", "oneRow", "randomBatch", "computeGradients", "Gradients", "gradientsJson"],
  ],
  "@chaingrad/core/visible": ["codeOf", "isNarrow", "visible"],
  // Files.
  "@chaingrad/duckdb": [
    "ReadingOptions",
    "FileTable",
    "FileSource",
    "filesOf",
    "sourceOf",
    "readTable",
    "withTable",
    "writeTable",
  ],
  "@chaingrad/duckdb/files": [
    ...[
      "assertWritable",
      "sweep",
      "systemCode",
      "systemReason",
      "withTemporaryFolder",
      "writeFileAtomically",
      "GrowingFile",
    ],
    ...["assertCheckpointFolder", "openCheckpointFolder"],
  ],
  "@chaingrad/interchange/emit": ["emit", "LANGUAGES", "ProgramLanguage", "LEVELS", "Level"],
  "@chaingrad/interchange/net-document": [
    ...["parseNet", "parseBatch", "parseJson", "weightedNet", "NetDocument"],
    ...["NET_FORM", "BATCH_FORM", "NET_ACTIVATIONS", "NET_LOSSES"],
  ],
  // A training that is followed: as lines of JSON, in TensorBoard's files, on a live page.
  "@chaingrad/interchange/training-log": [
    ...["eventLine", "judgedLine", "beginningRecord", "runOf", "scalarsOf", "scalarsRecord"],
  ],
  "@chaingrad/serve/watch": ["openLivePage"],
  "@chaingrad/view/watch": ["watchPage"],
  "@chaingrad/serve": ["Reloaded", "serve"],
  "@chaingrad/tables": [
    ...["Column", "ColumnRole", "Prepared", "prepareTable", "PARTS", "Target", "Task", "UserError", "EncodingError"],
    // What can be asked of a target, by its names.
    ...["PrepareOptions", "ClassWeight", "TASKS", "TARGET_LOSSES", "settleTarget"],
    // Names and words of options come from the recipe.
    ...["ACTIVATIONS", "OPTIMIZERS", "DEFAULTS", "Recipe", "RECIPES", "RecipeName", "chooseRecipe", "preparationFor"],
    ...["trainPrepared", "TrainedTable", "TableEvent", "History", "remedyFor"],
    ...["judgeTraining", "JudgedTraining", "Evaluation", "judgedRows", "Scores"],
    // Of several targets each by itself.
    ...["SingleTarget", "targetsOf", "evaluationsOf", "scoresAt", "ClassScores"],
    ...["batchOf", "predictedColumns", "namesOf"],
    // How often intervals hold what they say.
    ...["coverageAt", "Coverage"],
    // How a table is read.
    ...["COLUMN_TYPES", "ColumnType", "DATE_ORDERS"],
    // Rows of other files that judge.
    ...["Table", "SplitBy", "joinedTables", "readingOf"],
    ...["TableModelData", "readModel", "writeModel", "isModelFile", "takesTables"],
  ],
  // A training that is kept, and goes on; one that goes on from a model.
  "@chaingrad/tables/checkpoint": ["identityOf", "RunCheckpoint"],
  "@chaingrad/tables/warm-start": ["prepareFrom", "recipeFor"],
  "@chaingrad/tables/cross-validation": ["crossValidate", "CrossValidation", "JudgedFold", "Average", "Difference"],
  "@chaingrad/tables/data-attribution": [
    ...["suspectLabels", "SuspectLabels", "suspectColumns", "influence", "Influence"],
    ...["rowGradients", "RowGradients", "gradientColumns", "rowPush", "RowPush"],
  ],
  "@chaingrad/tables/uncertainty": [
    ...["laplace", "Laplace", "LaplaceEvaluation", "ensembleSpread", "EnsembleSpread"],
    ...["UncertainPrediction", "UncertainWeights", "uncertaintyColumns"],
  ],
  "@chaingrad/tables/leaks": ["leakNotes"],
  "@chaingrad/tables/judging": [
    ...["evaluateFully", "FurtherScores", "CalibrationBin"],
    ...[
      "chooseThreshold",
      "decideAt",
      "decidedRows",
      "DecidedRows",
      "Decision",
      "ThresholdGoal",
      "calibratedThreshold",
    ],
    ...["TwoClasses", "twoClassesOf", "withThreshold"],
    ...["calibrateModel", "checkCalibrates", "Calibration"],
  ],
  "@chaingrad/tables/search": [...["searchTable", "Search", "SearchEvent", "Reached", "Configuration", "SpaceSpec"]],
  "@chaingrad/tables/words": [
    ...["RECIPE_WORDS", "SCORES", "guessOf", "taskOf", "averagesOf", "endingOf", "placeOfFault", "tellDivergence"],
    ...["RECIPES_WORDS", "unseenValues", "turnedWords"],
  ],
  "@chaingrad/tables/curve": [
    ...[
      "fitCurve",
      "CurveFit",
      "CurveTry",
      "FitCurveOptions",
      "METHODS",
      "CURVE_DEFAULTS",
      "FORMULAS",
      "MissingStartError",
    ],
  ],
  "@chaingrad/tables/chain": ["randomRows"],
  "@chaingrad/tables/explain": [
    ...["OpenedNetwork", "ChosenRows", "explainOpened", "VIEWS", "Shown", "DEFAULT_OPTIMIZER", "certifyOpened"],
    "TableCertificate",
  ],
  "@chaingrad/tables/understanding": [
    ...["permutationImportance", "PermutationImportance", "partialDependence", "PartialDependence"],
    ...["accumulatedLocalEffects", "LocalEffects", "inputGradients", "InputGradients"],
    ...["integratedGradients", "IntegratedGradients", "prefers", "Preference", "shapleyValues", "ShapleyValues"],
    ...["OutputChoice", "CellValue"],
    // How one of these numbers comes about.
    ...["importanceView", "dependenceView", "localEffectsView", "pathView", "sharesView"],
  ],
  "@chaingrad/view/certificate": [
    ...["certificatePage", "conclusion", "VERDICTS", "WITNESSES"],
    ...["CertificateCells", "curvatureTable", "gradientTable", "grouped", "hessianTable", "witnessTable"],
  ],
  "@chaingrad/view/derivation": ["derivationPage", "blocksPage"],
  "@chaingrad/view/report": ["reportOf", "reportPage"],
  "@chaingrad/view/row-push": ["rowPushPage"],
  "@chaingrad/view/search": ["searchPage"],
};

/** Without comments. */
const files = readdirSync(SOURCES, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
  .map((entry) => {
    const path = join(entry.parentPath, entry.name);
    const code = readFileSync(path, "utf8").replace(/^\s*\/\*\*?[\s\S]*?\*\/|^\s*\/\/.*/gm, "");
    return { name: relative(SOURCES, path), code };
  });

const NAMES = /\{([^{}]*)\}\s*(?:from|=\s*await import\()\s*"(@chaingrad\/[^"]+)"/g;

interface Import {
  readonly from: string;
  readonly name: string;
}

const importsOf = (code: string): Import[] =>
  [...code.matchAll(NAMES)].flatMap(([, names, from]) =>
    names
      .split(",")
      .map((name) =>
        name
          .trim()
          .replace(/^type /, "")
          .replace(/(?: as |:).*/, ""),
      )
      .filter((name) => name !== "")
      .map((name) => ({ from, name })),
  );

describe("the command", () => {
  test("names everything that it takes from a library, so that this list can be held against it", () => {
    for (const { name, code } of files) {
      const written = [...code.matchAll(/"@chaingrad\/[^"]+"/g)].length;
      expect([...code.matchAll(NAMES)], name).toHaveLength(written);
    }
    expect(importsOf('import { type A, b as c } from "@chaingrad/core";')).toEqual([
      { from: "@chaingrad/core", name: "A" },
      { from: "@chaingrad/core", name: "b" },
    ]);
  });

  test("takes nothing that is not on the list, and the list has nothing that it does not take", () => {
    const taken = files.flatMap(({ name: file, code }) => importsOf(code).map((one) => ({ file, ...one })));
    expect(taken.length).toBeGreaterThan(100);
    expect(taken.filter(({ from, name }) => !ALLOWED[from]?.includes(name))).toEqual([]);
    const used = new Set(taken.map(({ from, name }) => `${from} ${name}`));
    const listed = Object.entries(ALLOWED).flatMap(([from, names]) => names.map((name) => `${from} ${name}`));
    expect(listed.filter((one) => !used.has(one))).toEqual([]);
  });

  test("spells no name of a loss, an optimizer or an activation, but in the examples of its help", () => {
    const known = [losses, optimizers, minimizers, activations].flatMap(Object.keys);
    // Words of English, or of its own.
    const names = known.filter((name) => !["identity", "exp", "quantile"].includes(name));
    expect(names).toEqual(expect.arrayContaining(["huber", "adam", "lbfgs", "relu", "softmax-cross-entropy"]));
    const spelt = files.flatMap(({ name: file, code }) => {
      const own = code.replace(/["']chaingrad [a-z].*/g, "");
      return names
        .filter((name) => new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(own))
        .map((name) => `${file}: ${name}`);
    });
    expect(spelt).toEqual([]);
  });
});
