/**
 * A training step in Chromium beside the same in Node, and beside TensorFlow.js (wasm, webgl) and jax-js on the same page.
 * node bench/browser.js [--nets 1,2,3] [--rounds 7] [--seconds 0.3] [--only-ours]
 * node bench/browser.js --serve [--port 8081]   the page for a person, in any browser
 * CHROMIUM names another browser. Our entries of Node and page take turns, round after round; nothing else runs meanwhile.
 */
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { servePage } from "./browser/server.js";
import { Calibration } from "./lib/calibration.js";
import { temporaryFolder, writeProblem } from "./lib/data.js";
import { ours } from "./lib/entries.js";
import { Entry } from "./lib/entry.js";
import { NETS, netName } from "./lib/nets.js";
import { digits, median, pause } from "./lib/numbers.js";
import { driftLine } from "./report/floor.js";
import { markdownTable } from "./report/tables.js";

const CHECKED = 20;
const TOLERANCE = 2e-3;
/** µs of a step that is not repeated within a round, and in how many rounds it is measured. */
const [SLOW, SLOW_ROUNDS] = [400_000, 3];
/** Longest wait for an answer of the page. */
const PATIENCE = 600_000;

const { values } = parseArgs({
  options: {
    serve: { type: "boolean", default: false },
    port: { type: "string", default: "8081" },
    nets: { type: "string", default: "1,2,3,4,5" },
    rounds: { type: "string", default: "7" },
    seconds: { type: "string", default: "0.3" },
    "only-ours": { type: "boolean", default: false },
  },
});

async function drive() {
  const executablePath = [process.env.CHROMIUM ?? "", "/usr/bin/chromium", "/usr/bin/google-chrome"].find(existsSync);
  if (executablePath === undefined) throw new Error("this needs Chromium: apt install chromium (or set CHROMIUM)");
  // SwiftShader draws in software where there is no graphics card.
  const args = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"];
  const browser = await chromium.launch({ executablePath, args });
  const tab = await browser.newPage();
  tab.setDefaultTimeout(PATIENCE);
  await tab.goto(await servePage());
  await tab.waitForFunction("globalThis.bench");
  const names = (await tab.evaluate("bench.NAMES")).filter(
    (name) => !values["only-ours"] || name.startsWith("chaingrad"),
  );
  const calibration = new Calibration();
  const rows = [];
  for (const number of values.nets.split(",")) rows.push(...(await measure(NETS[number - 1], tab, names, calibration)));
  console.log(
    `Chromium ${browser.version()}, Node ${process.version}; the rate is the best round in Node ÷ the best in Chromium\n`,
  );
  console.log(markdownTable(["net", "entry", "Chromium, µs", "best", "Node, µs", "best", "Chromium's rate", ""], rows));
  console.log(`\n${driftLine(calibration.drift(), [])}`);
  await browser.close();
  process.exit(0);
}

/** What is asked on the page, as a process is asked. */
const onPage = (tab, name) => ({
  ask: (request) => tab.evaluate(([name, request]) => globalThis.bench.ask(name, request), [name, request]),
});

function entriesOf(tab, names) {
  const node = ours().filter(({ name }) => name.startsWith("wasm"));
  return [
    ...names.map((name) => ({ name, where: "page", entry: onPage(tab, name), times: [] })),
    ...node.map((spec) => ({ name: spec.library, where: "node", entry: new Entry(spec), times: [] })),
  ];
}

async function measure(net, tab, names, calibration) {
  process.stderr.write(`${netName(net)}\n`);
  const problem = { ...net, dir: writeProblem(temporaryFolder(), net) };
  const live = entriesOf(tab, names);
  for (const one of live) await prepare(one, problem);
  for (let round = 0; round < Number(values.rounds); round++) {
    calibration.tick();
    for (let i = 0; i < live.length; i++) await once(live[(i + round) % live.length], round);
  }
  for (const { entry } of live) entry.close?.();
  return rowsOf(net, live);
}

async function prepare(one, problem) {
  try {
    await one.entry.ask({ cmd: "prepare", ...problem });
    one.loss = (await one.entry.ask({ cmd: "check", steps: CHECKED })).loss;
    // Compilers that watch a program have to have finished their work.
    for (const seconds of [0, 0.1, 0.3].map((share) => share * Number(values.seconds))) {
      one.steps = one.us === undefined || one.us > SLOW ? 1 : Math.max(2, Math.round((1e6 * seconds) / one.us));
      if (one.us === undefined || one.us <= SLOW) one.us = (await one.entry.ask({ cmd: "run", steps: one.steps })).us;
    }
    one.steps = one.us > SLOW ? 1 : Math.max(2, Math.round((1e6 * Number(values.seconds)) / one.us));
  } catch (error) {
    one.failed = firstLine(error);
  }
}

const firstLine = ({ message }) => message.split("\n")[0];

async function once(one, round) {
  if (one.failed !== undefined || (one.us > SLOW && round >= SLOW_ROUNDS)) return;
  await pause(30);
  try {
    one.times.push((await one.entry.ask({ cmd: "run", steps: one.steps })).us);
  } catch (error) {
    one.failed = firstLine(error);
  }
}

function rowsOf(net, live) {
  const agreed = median(live.filter(({ failed }) => failed === undefined).map(({ loss }) => loss));
  return live
    .filter(({ where }) => where === "page")
    .map(({ name, times, loss, failed }) => {
      if (failed !== undefined) return [netName(net), name, "–", "–", "–", "–", "–", failed];
      const node = live.find((one) => one.where === "node" && one.name === name)?.times ?? [];
      const both = node.length > 0;
      const cells = (list) =>
        (list.length > 0 ? [median(list), Math.min(...list)] : [undefined, undefined]).map(digits);
      const rate = both ? `${Math.round((100 * Math.min(...node)) / Math.min(...times))} %` : "";
      const valid = Math.abs(loss - agreed) <= TOLERANCE * Math.abs(agreed);
      return [netName(net), name, ...cells(times), ...cells(node), rate, valid ? "valid" : `INVALID: ${loss}`];
    });
}

if (values.serve) console.log(`open ${await servePage(Number(values.port))}`);
else await drive();
