/** The interface of a model as a document (OpenAPI 3.1), made of its columns and classes. */

import type { ColumnForm } from "@chaingrad/tables/serving";
import { TYPES } from "./body/media.ts";
import type { ServedModel } from "./served-model.ts";
import { hasClasses, singleTargets } from "./targets.ts";

/** Categories that are written down: a column may have thousands. */
const LISTED = 100;

export function openApi(served: ServedModel): object {
  const { targets, id } = served;
  return {
    openapi: "3.1.0",
    info: {
      title: `Predictions of ${targets.map((name) => `'${name}'`).join(", ")}`,
      version: id,
      description: "A model of chaingrad. Rows go in, and what it says of them comes out.",
    },
    paths: {
      "/predict": { post: predictOperation() },
      "/explain": { post: explainOperation() },
      "/health": {
        get: { summary: "Whether it answers, and by which model", responses: { "200": json("It answers", {}) } },
      },
      "/metrics": {
        get: {
          summary: "What Prometheus reads",
          responses: {
            "200": { description: "Text format", content: { "text/plain": { schema: { type: "string" } } } },
          },
        },
      },
    },
    components: { schemas: schemasOf(served) },
  };
}

const ref = (name: string): object => ({ $ref: `#/components/schemas/${name}` });
const json = (description: string, schema: object): object => ({
  description,
  content: { [TYPES.json]: { schema } },
});
const parameter = (name: string, description: string, schema: object): object => ({
  ...{ name, in: "query", required: false, description, schema },
});

const rows = {
  required: true,
  content: {
    [TYPES.json]: {
      schema: { oneOf: [ref("Row"), { type: "array", items: ref("Row"), minItems: 1 }, ref("Columns")] },
    },
    [TYPES.csv]: { schema: { type: "string", description: "A header and a line for each row." } },
    [TYPES.arrow]: { schema: { type: "string", format: "binary", description: "An Arrow IPC stream, uncompressed." } },
  },
};
const unknownParameter = parameter("unknown", "Leaves columns aside that the model does not know", {
  enum: ["ignore"],
});

const refused = (description: string): object => ({
  description,
  content: { "application/problem+json": { schema: ref("Problem") } },
});
const REFUSALS: Readonly<Record<string, object>> = {
  "400": refused("No JSON, CSV or Arrow, or nested too deeply: it says where"),
  "406": refused("Nothing that Accept names can be written"),
  "408": refused("The request was not finished in time"),
  "413": refused("The body has too many bytes or rows"),
  "415": refused("The body is of a type that is not read"),
  "422": refused("No rows of this model: columns are missing or unknown, or hold what they cannot"),
  "503": refused("Too many requests are under way: come again after Retry-After seconds"),
};

const predictOperation = (): object => ({
  summary: "What the model says of rows",
  parameters: [
    parameter("interval", "The share of the truth that intervals, or sets of classes, are to hold", {
      ...{ type: "number", exclusiveMinimum: 0, exclusiveMaximum: 1 },
    }),
    unknownParameter,
  ],
  requestBody: rows,
  responses: {
    "200": {
      description: "In the form in which the rows were sent; as CSV or Arrow where Accept says so",
      content: {
        [TYPES.json]: {
          schema: {
            type: "object",
            properties: {
              prediction: ref("Prediction"),
              predictions: { type: "array", items: ref("Prediction") },
              columns: { type: "object", additionalProperties: { type: "array" } },
              notes: { type: "array", items: { type: "string" } },
            },
            required: ["notes"],
          },
        },
        [TYPES.csv]: { schema: { type: "string" } },
        [TYPES.arrow]: { schema: { type: "string", format: "binary" } },
      },
    },
    ...REFUSALS,
  },
});

const explainOperation = (): object => ({
  summary: "How a row's prediction comes about, and what moving each column would do to it",
  parameters: [
    parameter("row", "Which of the rows, counted from 1", { type: "integer", minimum: 1, default: 1 }),
    parameter("from", "What is differentiated: prediction, loss, or the probability of a class", {
      ...{ type: "string", default: "prediction" },
    }),
    parameter("of", "The derivative by this alone: a column, or W2[1,3]", { type: "string" }),
    parameter("view", "How it is shown", { type: "string" }),
    unknownParameter,
  ],
  requestBody: rows,
  responses: {
    "200": json("The derivation as `chaingrad explain --json` prints it, and the gradient by columns", {
      type: "object",
      properties: {
        prediction: ref("Prediction"),
        gradient: { type: "object" },
        derivation: { type: "object" },
        notes: { type: "array", items: { type: "string" } },
      },
      required: ["prediction", "gradient", "derivation", "notes"],
    }),
    ...REFUSALS,
  },
});

function schemasOf(served: ServedModel): object {
  const cells = Object.fromEntries(served.forms.map((form) => [form.name, cellOf(form)]));
  const lists = Object.fromEntries(served.forms.map((form) => [form.name, { type: "array", items: cellOf(form) }]));
  const required = served.columns;
  return {
    Row: { type: "object", properties: cells, required },
    Columns: { type: "object", properties: lists, required },
    Prediction: predictionOf(served),
    Problem: {
      type: "object",
      description: "RFC 9457",
      properties: {
        title: { type: "string" },
        status: { type: "integer" },
        detail: { type: "string" },
        hint: { type: "string" },
        column: { type: "string" },
        row: { type: "integer", description: "Counted from 1" },
        missing: { type: "array", items: { type: "string" } },
        unknown: { type: "array", items: { type: "string" } },
      },
      required: ["title", "status", "detail"],
    },
  };
}

/** A cell; null where it is not known. */
function cellOf({ holds, categories = [] }: ColumnForm): object {
  if (holds === "number") return { type: ["number", "null"] };
  if (holds === "date") return { type: ["string", "null"], description: "A date, as 2024-03-31" };
  if (holds === "text") return { type: ["string", "null"] };
  const listed = categories.slice(0, LISTED);
  const more = categories.length > LISTED ? ` and ${categories.length - LISTED} more` : "";
  const description = `Training saw ${listed.join(", ")}${more}; another is taken for one that it never saw.`;
  return { type: ["string", "number", "boolean", "null"], examples: listed, description };
}

function predictionOf({ data: { target } }: ServedModel): object {
  const singles = singleTargets(target);
  const values = singles.map((one) => [one.name, hasClasses(one) ? { enum: valuesOf(one) } : amountOf(one.task)]);
  const classes = singles.flatMap((one) => (hasClasses(one) ? [one.classes] : []));
  const probabilities = classes.length === 1 && singles.length === 1 ? sharesOf(classes[0]) : { type: "object" };
  return {
    type: "object",
    properties: {
      ...Object.fromEntries(values),
      ...(classes.length > 0 && {
        label: singles.length === 1 ? { enum: classes[0] } : { type: "object" },
        probabilities,
      }),
      interval: { type: "object", description: "Where ?interval asks for it: level, and lower and upper or set" },
    },
    required: singles.map(({ name }) => name),
  };
}

const amountOf = (task: string): object => (task === "multi-label" ? { type: "string" } : { type: ["number", "null"] });

function valuesOf({ classes, values }: { readonly classes: readonly string[]; readonly values?: string }): unknown[] {
  if (values === "number") return classes.map(Number);
  return values === "boolean" ? classes.map((name) => name.toLowerCase() === "true") : [...classes];
}

const sharesOf = (classes: readonly string[]): object => ({
  type: "object",
  properties: Object.fromEntries(classes.map((name) => [name, { type: "number", minimum: 0, maximum: 1 }])),
  required: classes,
});
