/** The page's script: it shows and hides what is there, moves the focus, and lights what takes part. Nothing is computed. */
export const SCRIPT: string = `
const data = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const drawing = document.querySelector("svg");
const buttons = [...drawing.querySelectorAll("[role=button]")];
const column = (element) => Number(element.dataset.column);
const row = (element) => Number(element.dataset.row);
const clone = (id) => document.getElementById(id).content.cloneNode(true);

function light(isLit) {
  for (const element of drawing.querySelectorAll("[data-target]")) element.classList.toggle("lit", isLit(element));
  drawing.classList.toggle("dimmed", true);
}

let step = -1;
function show(next) {
  step = Math.max(0, Math.min(data.steps.length - 1, next));
  const { id, of, says } = data.steps[step];
  $("step").replaceChildren(clone(id));
  $("progress").textContent = says;
  $("first").disabled = $("previous").disabled = step === 0;
  $("next").disabled = step === data.steps.length - 1;
  light((element) => element.dataset.of.split(" ").some((name) => of.includes(name)));
}
$("first").addEventListener("click", () => show(0));
$("previous").addEventListener("click", () => show(step - 1));
$("next").addEventListener("click", () => show(step + 1));
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.matches("select, input")) return;
  if (event.key === ",") show(step - 1);
  if (event.key === ".") show(step + 1);
});

function choose(target) {
  const choice = data.choices[target];
  if (choice === undefined) return;
  $("target").value = target;
  for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.target === target));
  $("chosen").textContent = choice.says;
  const cards = choice.steps.map((id) => {
    const item = document.createElement("li");
    item.append(clone(id));
    return item;
  });
  $("factors").replaceChildren(...cards);
  $("own").replaceChildren(clone(choice.own));
  $("cards").hidden = false;
  const path = new Set(choice.path);
  light((element) => path.has(element.dataset.target));
}
$("target").addEventListener("change", (event) => choose(event.target.value));
drawing.addEventListener("click", (event) => {
  const button = event.target.closest("[role=button]");
  if (button === null) return;
  focus(button);
  choose(button.dataset.target);
});

function focus(button) {
  for (const one of buttons) one.setAttribute("tabindex", one === button ? "0" : "-1");
  button.focus();
}
function move(from, key) {
  const places = [...new Set(buttons.map(column))].sort((a, b) => a - b);
  const inColumn = (at) => buttons.filter((one) => column(one) === at).sort((a, b) => row(a) - row(b));
  const own = inColumn(column(from));
  const at = own.indexOf(from);
  if (key === "ArrowDown") return own[at + 1];
  if (key === "ArrowUp") return own[at - 1];
  if (key === "Home") return own[0];
  if (key === "End") return own[own.length - 1];
  const next = places[places.indexOf(column(from)) + (key === "ArrowRight" ? 1 : -1)];
  if (next === undefined) return undefined;
  const there = inColumn(next);
  return there[Math.round((at / Math.max(1, own.length - 1)) * (there.length - 1))];
}
drawing.addEventListener("keydown", (event) => {
  const button = event.target.closest("[role=button]");
  if (button === null) return;
  if (event.key === "Enter" || event.key === " ") choose(button.dataset.target);
  else if (!/^(Arrow(Up|Down|Left|Right)|Home|End)$/.test(event.key)) return;
  else {
    const next = move(button, event.key);
    if (next !== undefined) focus(next);
  }
  event.preventDefault();
});
buttons.find((one) => one.classList.contains("unit"))?.setAttribute("tabindex", "0");

$("scheme").hidden = false;
$("scheme").addEventListener("click", () => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = root.dataset.scheme ?? (dark ? "dark" : "light");
  root.dataset.scheme = now === "dark" ? "light" : "dark";
  label();
});
function label() {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = document.documentElement.dataset.scheme ?? (dark ? "dark" : "light");
  $("scheme").textContent = now === "dark" ? data.words.light : data.words.dark;
}
label();
$("steps").hidden = false;
$("choosing").hidden = false;
show(0);
if (data.start) choose(data.start);
`;
