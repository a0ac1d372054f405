/** The page by itself: a button that measures, and a table. A program that drives the page asks `bench.ask` instead. */
import { flopsPerStep, NETS, netName } from "../lib/nets.js";
import { digits, median } from "../lib/numbers.js";
import { ask, NAMES, THREADS } from "./entries.js";

const CHECKED = 20;
const ROUNDS = 5;
const SECONDS = 0.2;
/** µs of a step that is not repeated within a round. */
const SLOW = 200_000;

const find = (selector) => document.querySelector(selector);
const tell = (text) => {
  find("#state").textContent = text;
  // Lets the page be drawn before the next long call.
  return new Promise((done) => setTimeout(done, 20));
};

find("#host").textContent =
  `${navigator.hardwareConcurrency} cores, ` +
  (globalThis.crossOriginIsolated ? "cross-origin isolated" : "not cross-origin isolated: one thread") +
  `; ${navigator.userAgent}`;
find("#nets").replaceChildren(
  ...NETS.map((net, i) => {
    const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: i < 3, value: i });
    const label = document.createElement("label");
    label.append(box, ` ${netName(net)} `);
    return label;
  }),
);
find("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = find("button");
  button.disabled = true;
  find("tbody").replaceChildren();
  try {
    for (const box of document.querySelectorAll("#nets input:checked")) await measure(NETS[box.value]);
    await tell("done");
  } finally {
    button.disabled = false;
  }
});

/** All entries of a net, one after the other in each round. */
async function measure(net) {
  const live = [];
  for (const name of NAMES) {
    await tell(`${netName(net)}: ${name} …`);
    try {
      await ask(name, { cmd: "prepare", ...net });
      const { loss } = await ask(name, { cmd: "check", steps: CHECKED });
      const { us } = await ask(name, { cmd: "run", steps: 2 });
      const steps = us > SLOW ? 1 : Math.max(2, Math.round((1e6 * SECONDS) / us));
      live.push({ name, loss, steps, times: [] });
    } catch (error) {
      row([netName(net), name, "–", "–", error.message]);
    }
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const one of live) {
      await tell(`${netName(net)}, round ${round + 1} of ${ROUNDS}: ${one.name} …`);
      one.times.push((await ask(one.name, { cmd: "run", steps: one.steps })).us);
    }
  }
  live.sort((a, b) => median(a.times) - median(b.times));
  for (const { name, loss, times } of live) {
    const us = median(times);
    row([netName(net), name, digits(us), digits(flopsPerStep(net) / us / 1e3), loss.toFixed(5)]);
  }
}

function row(cells) {
  const made = document.createElement("tr");
  for (const text of cells) made.append(Object.assign(document.createElement("td"), { textContent: text }));
  find("tbody").append(made);
}

globalThis.bench = { ask, NAMES, THREADS };
