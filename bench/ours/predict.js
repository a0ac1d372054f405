/** Forward only on one of our engines: calls of one predictor, each timed. */
import { Predictor, softmaxCrossEntropy } from "@chaingrad/core";
import { readProblem } from "../lib/data.js";
import { latencies } from "../lib/latency.js";
import { networkOf, parametersOf } from "./training.js";

export async function predict(engine, { dir, sizes, batch, calls }) {
  const { x, layers } = readProblem(dir, sizes);
  const rows = x.slice(0, batch * sizes[0]);
  const predictor = new Predictor(engine, networkOf(sizes), softmaxCrossEntropy(), batch, "f32");
  predictor.load(parametersOf(layers));
  return latencies(calls, () => predictor.predict(rows).outputs);
}
