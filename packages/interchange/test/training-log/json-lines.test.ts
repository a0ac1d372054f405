/** Events as plain data: what the guide says of each line, and nothing that is no data. */
import { expect, test } from "vitest";
import { eventLine, judgedLine } from "../../src/training-log/json-lines.ts";
import { END, EPOCH, START } from "./events.ts";

const TIME = new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 678));
const time = "2026-01-02T03:04:05.678Z";
const plain = (value: object): unknown => JSON.parse(JSON.stringify(value));

test("of a start without its plan, of an end without its model", () => {
  expect(plain(eventLine(START, TIME))).toEqual({
    ...{ event: "start", time, network: 2, networks: 15, parameters: 21, rows: 80, stepsPerEpoch: 3, epochs: 40 },
    ...{ engine: "wasm", threads: 1 },
  });
  expect(plain(eventLine(END, TIME))).toEqual({
    ...{ event: "end", time, stopped: "patience", epochs: 34, bestEpoch: 4, bestLoss: 0.25, seconds: 1.5, threads: 1 },
  });
});

test("of an epoch all that it told", () => {
  const { type: _, network: __, ...told } = EPOCH;
  expect(plain(eventLine(EPOCH, TIME))).toEqual({ event: "epoch", time, network: 2, networks: 15, ...told });
  expect(Object.keys(eventLine(EPOCH, TIME)).slice(0, 4)).toEqual(["event", "time", "network", "networks"]);
});

test("of what was reached the scores of each part", () => {
  const evaluations = { train: { scores: { rmse: 1 } }, test: { scores: { rmse: 2 } } };
  const judged = { evaluations, part: "test", baseline: { rmse: 3 } } as const;
  const line = { event: "judged", time, metrics: { train: { rmse: 1 }, test: { rmse: 2 } }, part: "test" };
  expect(judgedLine(judged, TIME)).toEqual({ ...line, baseline: { rmse: 3 } });
  expect(judgedLine(judged, TIME, "a.safetensors")).toEqual({
    ...{ ...line, baseline: { rmse: 3 }, model: "a.safetensors" },
  });
});
