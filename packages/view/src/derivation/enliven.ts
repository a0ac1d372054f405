/**
 * What makes a derivation's view move: it shows and hides what is there, moves the focus, and lights what takes part. Nothing
 * is computed. A page of our own has it as a script, so it stands for itself: it refers to nothing outside of itself.
 */

/**
 * Makes the buttons and keys of a derivation's view work.
 * @param view the element that `derivationView` wrote, in its document
 * @param keys where comma and full stop are listened for (default the view)
 */
export function enliven(view: Element, keys: EventTarget = view): void {
  interface Choice {
    readonly says: string;
    readonly steps: readonly string[];
    readonly own: string;
    readonly path: readonly string[];
  }
  interface Data {
    readonly steps: readonly { readonly id: string; readonly of: readonly string[]; readonly says: string }[];
    readonly choices: Readonly<Record<string, Choice>>;
    readonly start?: string;
  }
  type Drawn = SVGElement;
  const root = view as HTMLElement;
  const ids = root.dataset.ids ?? "";
  const part = <T extends Element = HTMLElement>(id: string): T => root.querySelector(`#${CSS.escape(ids + id)}`) as T;
  const data = JSON.parse(part("data").textContent as string) as Data;
  const drawing = root.querySelector(".picture svg") as SVGElement;
  const buttons = [...drawing.querySelectorAll<Drawn>("[role=button]")];
  const column = (element: Drawn): number => Number(element.dataset.column);
  const row = (element: Drawn): number => Number(element.dataset.row);
  const clone = (id: string): Node => part<HTMLTemplateElement>(id).content.cloneNode(true);
  const button = (id: string): HTMLButtonElement => part<HTMLButtonElement>(id);

  function light(isLit: (element: Drawn) => boolean): void {
    for (const element of drawing.querySelectorAll<Drawn>("[data-target]")) {
      element.classList.toggle("lit", isLit(element));
    }
    drawing.classList.toggle("dimmed", true);
  }

  let step = -1;
  function show(next: number): void {
    step = Math.max(0, Math.min(data.steps.length - 1, next));
    const { id, of, says } = data.steps[step];
    part("step").replaceChildren(clone(id));
    part("progress").textContent = says;
    button("first").disabled = step === 0;
    button("previous").disabled = step === 0;
    button("next").disabled = step === data.steps.length - 1;
    light((element) => (element.dataset.of as string).split(" ").some((name) => of.includes(name)));
  }
  part("first").addEventListener("click", () => show(0));
  part("previous").addEventListener("click", () => show(step - 1));
  part("next").addEventListener("click", () => show(step + 1));
  keys.addEventListener("keydown", (given) => {
    const event = given as KeyboardEvent;
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.target instanceof Element && event.target.matches("select, input, textarea")) return;
    if (event.key === ",") show(step - 1);
    if (event.key === ".") show(step + 1);
  });

  function choose(target: string): void {
    const choice = data.choices[target];
    if (choice === undefined) return;
    part<HTMLSelectElement>("target").value = target;
    for (const one of buttons) one.setAttribute("aria-pressed", String(one.dataset.target === target));
    part("chosen").textContent = choice.says;
    const cards = choice.steps.map((id) => {
      const item = document.createElement("li");
      item.append(clone(id));
      return item;
    });
    part("factors").replaceChildren(...cards);
    part("own").replaceChildren(clone(choice.own));
    part("cards").hidden = false;
    const path = new Set(choice.path);
    light((element) => path.has(element.dataset.target as string));
  }
  part<HTMLSelectElement>("target").addEventListener("change", (event) => {
    choose((event.target as HTMLSelectElement).value);
  });
  const buttonAt = (event: Event): Drawn | null => (event.target as Element).closest<Drawn>("[role=button]");
  drawing.addEventListener("click", (event) => {
    const chosen = buttonAt(event);
    if (chosen === null) return;
    focus(chosen);
    choose(chosen.dataset.target as string);
  });

  function focus(chosen: Drawn): void {
    for (const one of buttons) one.setAttribute("tabindex", one === chosen ? "0" : "-1");
    chosen.focus();
  }
  function move(from: Drawn, key: string): Drawn | undefined {
    const places = [...new Set(buttons.map(column))].sort((a, b) => a - b);
    const inColumn = (at: number): Drawn[] =>
      buttons.filter((one) => column(one) === at).sort((a, b) => row(a) - row(b));
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
    const from = buttonAt(event);
    if (from === null) return;
    if (event.key === "Enter" || event.key === " ") choose(from.dataset.target as string);
    else if (!/^(Arrow(Up|Down|Left|Right)|Home|End)$/.test(event.key)) return;
    else {
      const next = move(from, event.key);
      if (next !== undefined) focus(next);
    }
    event.preventDefault();
  });
  buttons.find((one) => one.classList.contains("unit"))?.setAttribute("tabindex", "0");

  part("steps").hidden = false;
  part("choosing").hidden = false;
  show(0);
  if (data.start) choose(data.start);
}
