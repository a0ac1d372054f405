/**
 * What makes a live page move: it draws what the server tells, and tells the server what is to be stopped or turned. The page has
 * it as a script, so it stands for itself: it refers to nothing outside of itself.
 */

/**
 * Follows a training until it is over.
 * @param page the document that `watchPage` wrote
 * @param token what posts have to know
 */
export function follow(page: Document, token: string): void {
  interface Flow {
    readonly name: string;
    readonly delta: number;
  }
  interface Told {
    readonly event: "start" | "epoch" | "end" | "judged";
    readonly network?: number;
    readonly networks?: number;
    readonly epoch: number;
    readonly epochs: number;
    readonly loss: number | null;
    readonly rate: number;
    readonly rateFactor?: number;
    readonly validation?: { readonly loss: number | null; readonly metrics: Readonly<Record<string, number | null>> };
    readonly best: boolean;
    readonly seconds: number;
    readonly flow?: readonly Flow[];
    readonly iteration?: object;
    readonly stopped: string;
    readonly bestEpoch: number;
    readonly metrics: Readonly<Record<string, Readonly<Record<string, number | null>>>>;
    readonly part: string;
    readonly baseline: Readonly<Record<string, number | null>>;
    readonly model?: string;
    readonly fault?: { readonly message: string };
  }
  interface Network {
    readonly epochs: Told[];
    readonly flow: { readonly epoch: number; readonly layers: readonly Flow[] }[];
    best: Told | undefined;
    end: Told | undefined;
  }
  interface Line {
    readonly name: string;
    readonly points: readonly (readonly [x: number, y: number])[];
  }
  interface Picture {
    readonly figure: HTMLElement;
    readonly caption: HTMLElement;
    readonly plot: SVGElement;
    readonly key: HTMLElement;
  }

  const part = <T extends HTMLElement>(id: string): T => page.getElementById(id) as T;
  const short = (value: number | null | undefined): string =>
    value === null || value === undefined ? "–" : String(Number(value.toPrecision(4)));
  const make = (name: string, text = ""): HTMLElement => {
    const element = page.createElement(name);
    element.textContent = text;
    return element;
  };
  const draw = (name: string, given: Readonly<Record<string, string | number>>): SVGElement => {
    const element = page.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(given)) element.setAttribute(key, String(value));
    return element;
  };

  // What was told.

  let networks = new Map<number, Network>();
  let of = 1;
  let last: Told | undefined;
  let judged: Told | undefined;
  let whole: Told | undefined;
  let chosen: number | undefined;
  let state = { factor: 1, isStopping: false };
  let connection: "connecting" | "open" | "lost" | "over" = "connecting";

  function take(told: Told): void {
    if (told.event === "judged") judged = told;
    else if (told.event === "end" && told.network === undefined) whole = told;
    if (told.event === "judged" || (told.event === "end" && told.network === undefined && of > 1)) return;
    const number = told.network ?? 1;
    const own = networks.get(number) ?? { epochs: [], flow: [], best: undefined, end: undefined };
    networks.set(number, own);
    of = told.networks ?? of;
    if (told.flow) own.flow.push({ epoch: told.epoch ?? 0, layers: told.flow });
    if (told.event === "end") own.end = told;
    if (told.event !== "epoch") return;
    own.epochs.push(told);
    if (told.best) own.best = told;
    last = told;
  }

  // Pictures.

  const LABELS = 56;
  const TICKS = 4;
  const MOST_POINTS = 400;

  /** Round numbers between two, four at most. */
  function ticksOf(low: number, high: number): number[] {
    const rough = (high - low) / TICKS || 1;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = ([1, 2, 5, 10].find((one) => one * power >= rough) as number) * power;
    const first = Math.ceil(low / step - 1e-9);
    const count = Math.floor(high / step + 1e-9) - first + 1;
    return Array.from({ length: Math.max(0, count) }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  }

  /** On a logarithmic scale: 1, 2 and 5 times the powers of ten, or some of the powers alone. */
  function powersOf(low: number, high: number): number[] {
    const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
    const powers = Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i));
    const inside = (value: number): boolean => value >= low && value <= high;
    const fine = powers.flatMap((power) => [power, 2 * power, 5 * power]).filter(inside);
    if (fine.length <= TICKS + 1) return fine;
    const whole = powers.filter(inside);
    return whole.filter((_, i) => i % Math.ceil(whole.length / TICKS) === 0);
  }

  function plot(host: SVGElement, lines: readonly Line[], height: number, isSmall: boolean): void {
    const width = Math.max(120, host.clientWidth || 320);
    const left = isSmall ? 0 : LABELS;
    const bottom = isSmall ? 0 : 22;
    host.setAttribute("viewBox", `0 0 ${width} ${height}`);
    host.setAttribute("height", String(height));
    host.replaceChildren();
    const points = lines.flatMap((line) => line.points).filter(([, y]) => Number.isFinite(y));
    if (points.length === 0) return;
    const xs = points.map(([x]) => x);
    const ys = points.map(([, y]) => y);
    const range = (values: readonly number[]): [number, number] =>
      values.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [values[0], values[0]]);
    const [x0, x1] = range(xs);
    let [y0, y1] = range(ys);
    const isLog = y0 > 0 && y1 / y0 > 30;
    if (!isLog && y0 === y1) [y0, y1] = [y0 - (Math.abs(y0) || 1) / 2, y1 + (Math.abs(y1) || 1) / 2];
    const scale = isLog ? Math.log10 : (y: number): number => y;
    const across = (x: number): number => left + ((x - x0) / (x1 - x0 || 1)) * (width - left - 8);
    const up = (y: number): number =>
      height - bottom - 6 - ((scale(y) - scale(y0)) / (scale(y1) - scale(y0) || 1)) * (height - bottom - 14);
    if (!isSmall) {
      for (const value of isLog ? powersOf(y0, y1) : ticksOf(y0, y1)) {
        const at = up(value);
        host.append(draw("line", { x1: left, x2: width, y1: at, y2: at, class: "grid" }));
        const text = draw("text", { x: left - 6, y: at + 4, "text-anchor": "end" });
        text.textContent = short(value);
        host.append(text);
      }
      for (const tick of ticksOf(x0, x1).filter(Number.isInteger)) {
        const text = draw("text", { x: Math.min(across(tick), width - 14), y: height - 4, "text-anchor": "middle" });
        text.textContent = short(tick);
        host.append(text);
      }
    }
    for (const [i, line] of lines.entries()) {
      const every = Math.max(1, Math.ceil(line.points.length / MOST_POINTS));
      const shown = line.points.filter(([, y], at) => {
        const isIn = Number.isFinite(y) && (!isLog || y > 0);
        return isIn && (at % every === 0 || at === line.points.length - 1);
      });
      const path = shown.map(([x, y], at) => `${at === 0 ? "M" : "L"}${across(x).toFixed(1)} ${up(y).toFixed(1)}`);
      if (shown.length === 1) path.push("h 0.1");
      host.append(draw("path", { d: path.join(" "), class: `line-${i % 6}`, "stroke-linecap": "round" }));
    }
  }

  const pictures = new Map<string, Picture>();
  function picture(title: string): Picture {
    const known = pictures.get(title);
    if (known !== undefined) return known;
    const figure = make("figure");
    const [caption, key] = [make("figcaption", title), make("div")];
    const svg = draw("svg", { class: "plot", role: "img", height: 200 });
    key.className = "key";
    figure.append(caption, svg, key);
    part("charts").append(figure);
    const made = { figure, caption, plot: svg, key };
    pictures.set(title, made);
    return made;
  }

  function show(title: string, lines: readonly Line[]): void {
    const { figure, plot: svg, key } = picture(title);
    const drawn = lines.filter(({ points }) => points.length > 0);
    figure.hidden = drawn.length === 0;
    if (figure.hidden) return;
    plot(svg, drawn, 200, false);
    const latest = drawn.map(({ name, points }) => `${name} ${short(points[points.length - 1][1])}`);
    svg.setAttribute("aria-label", `${title} over ${drawn[0].points.length} epochs: ${latest.join(", ")}`);
    if (key.childElementCount !== drawn.length) {
      const items = drawn.map((_, i) => {
        const swatch = draw("svg", { viewBox: "0 0 30 10", "aria-hidden": "true" });
        swatch.append(draw("line", { x1: 0, x2: 30, y1: 5, y2: 5, "stroke-width": 3, class: `line-${i % 6}` }));
        const item = make("span");
        item.append(swatch, make("span"));
        return item;
      });
      key.replaceChildren(...items);
    }
    for (const [i, item] of [...key.children].entries()) (item.lastElementChild as Element).textContent = latest[i];
  }

  const over = (own: Network, value: (told: Told) => number | null | undefined): Line["points"] =>
    own.epochs.flatMap((told) => {
      const y = value(told);
      return y === null || y === undefined ? [] : [[told.epoch, y] as const];
    });

  const lossLines = (own: Network): Line[] => [
    { name: "training", points: over(own, ({ loss }) => loss) },
    { name: "validation", points: over(own, ({ validation }) => validation?.loss) },
  ];

  const cards = new Map<
    number,
    { readonly button: HTMLElement; readonly label: HTMLElement; readonly plot: SVGElement }
  >();
  function card(number: number) {
    const known = cards.get(number);
    if (known !== undefined) return known;
    const button = make("button");
    button.setAttribute("type", "button");
    const svg = draw("svg", { class: "plot", "aria-hidden": "true", height: 56 });
    const label = make("span");
    button.append(label, svg);
    button.addEventListener("click", () => {
      chosen = chosen === number ? undefined : number;
      later();
    });
    part("networks").append(button);
    const made = { button, label, plot: svg };
    cards.set(number, made);
    return made;
  }

  // All that is shown.

  function render(): void {
    const numbers = [...networks.keys()].sort((a, b) => a - b);
    const shown = chosen ?? last?.network ?? numbers[numbers.length - 1] ?? 1;
    const own = networks.get(shown);
    part("overview").hidden = of < 2;
    if (of > 1) {
      const done = numbers.filter((number) => networks.get(number)?.end !== undefined).length;
      part("progress").textContent =
        `${done} of ${of} are trained. Each line is the loss over epochs; choose one to see more of it.`;
      for (const number of numbers) {
        const network = networks.get(number) as Network;
        const { button, label, plot: svg } = card(number);
        const latest = network.epochs[network.epochs.length - 1];
        const best = network.best?.validation?.loss ?? network.best?.loss;
        label.textContent = `${number}: epoch ${latest?.epoch ?? 0}, best ${short(best)}`;
        button.setAttribute("aria-pressed", String(number === shown));
        plot(svg, lossLines(network), 56, true);
      }
      part("detail-title").textContent = `Network ${shown} of ${of}`;
    }
    if (own !== undefined) detail(own);
    const hasRate = ![...networks.values()].some(({ epochs }) => epochs[0]?.iteration !== undefined);
    for (const id of ["dial", "reset"]) part(id).hidden = !hasRate;
    scores();
    controls();
    status();
  }

  function detail(own: Network): void {
    const latest = own.epochs[own.epochs.length - 1];
    if (latest === undefined) return;
    const metrics = Object.entries(latest.validation?.metrics ?? {});
    part("latest").textContent = [
      `Epoch ${latest.epoch} of at most ${latest.epochs}: loss ${short(latest.loss)}`,
      ...(latest.validation ? [`validation ${short(latest.validation.loss)}`] : []),
      ...metrics.map(([name, value]) => `${name} ${short(value)}`),
      `best so far at epoch ${own.best?.epoch ?? 0}`,
    ].join(", ");
    show("Loss", lossLines(own));
    for (const [name] of metrics)
      show(`Validation ${name}`, [{ name, points: over(own, ({ validation }) => validation?.metrics[name]) }]);
    show("Learning rate", [{ name: "rate", points: latest.iteration ? [] : over(own, ({ rate }) => rate) }]);
    const layers = own.flow[0]?.layers ?? [];
    const flow = layers.map(({ name }, i): Line => {
      const points = own.flow.map((at) => [at.epoch, at.layers[i]?.delta] as const);
      return { name, points: points.filter(([, delta]) => delta > 0) };
    });
    show("Length of δ = ∂L/∂z by layer", flow);
  }

  function scores(): void {
    part("judged").hidden = judged === undefined;
    if (judged === undefined) return;
    const names = Object.keys(judged.baseline);
    const rows = [...Object.entries(judged.metrics), [`guessing, ${judged.part} rows`, judged.baseline] as const];
    const head = make("tr");
    for (const name of ["rows", ...names]) {
      const cell = make("th", name);
      cell.setAttribute("scope", "col");
      head.append(cell);
    }
    const body = rows.map(([name, values]) => {
      const row = make("tr");
      const title = make("th", name);
      title.setAttribute("scope", "row");
      row.append(title);
      for (const one of names) {
        const cell = make("td", short(values[one]));
        cell.className = "number";
        row.append(cell);
      }
      return row;
    });
    const [thead, tbody] = [make("thead"), make("tbody")];
    thead.append(head);
    tbody.append(...body);
    part("scores").replaceChildren(thead, tbody);
  }

  const rate = part<HTMLInputElement>("rate");
  let isTurning = false;

  function controls(): void {
    const isOver = connection === "over" || judged !== undefined || whole !== undefined;
    const mayAct = connection === "open" && !isOver && !state.isStopping;
    part<HTMLButtonElement>("stop").disabled = !mayAct;
    part<HTMLButtonElement>("reset").disabled = !mayAct || state.factor === 1;
    rate.disabled = !mayAct;
    if (!isTurning) rate.value = String(Math.log2(state.factor));
    const factor = isTurning ? 2 ** Number(rate.value) : state.factor;
    const now = last?.rate === undefined ? "" : `, now ${Number(last.rate.toPrecision(2))}`;
    part("turned").textContent = `× ${Number(factor.toPrecision(3))}${now}`;
    rate.setAttribute("aria-valuetext", `times ${Number(factor.toPrecision(3))}`);
  }

  function status(): void {
    const seconds = last === undefined ? "" : ` after ${last.seconds.toFixed(1)} s`;
    const left = "This page keeps what it shows until it is closed.";
    const fault = whole?.fault === undefined ? "" : ` ${whole.fault.message}.`;
    const ended = `The training has ended${whole ? ` (${whole.stopped}, ${whole.seconds.toFixed(1)} s)` : ""}.${fault}`;
    const saved = judged?.model === undefined ? "" : ` The model is in ${judged.model}.`;
    const says =
      connection === "over"
        ? `${ended}${saved} ${left}`
        : connection === "lost"
          ? `The connection is lost${seconds}: the training has ended, or is busy. ${left}`
          : judged !== undefined || whole !== undefined
            ? ended
            : state.isStopping
              ? "Stopping: the best model so far is kept."
              : last === undefined
                ? "Waiting for the first epoch …"
                : `Training${of > 1 ? ` ${of} networks` : ""}.`;
    const host = part("status");
    if (host.textContent !== says) host.textContent = says;
  }

  let isWaiting = false;
  function later(): void {
    if (isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(() => {
      isWaiting = false;
      render();
    });
  }

  // What is asked for.

  async function post(path: string, body: object): Promise<void> {
    const headers = { "content-type": "application/json", "x-chaingrad-token": token };
    const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) }).catch(() => undefined);
    if (answer?.ok) return;
    part("status").textContent = "That could not be done: load this page again.";
  }
  part("stop").addEventListener("click", () => void post("stop", {}));
  part("reset").addEventListener("click", () => void post("rate", { factor: 1 }));
  rate.addEventListener("input", () => {
    isTurning = true;
    controls();
  });
  rate.addEventListener("change", () => {
    isTurning = false;
    void post("rate", { factor: 2 ** Number(rate.value) });
  });

  const events = new EventSource("events");
  const listen = (name: string, hear: (data: unknown) => void): void =>
    events.addEventListener(name, ({ data }) => {
      hear(JSON.parse(data));
      later();
    });
  listen("begin", () => {
    connection = "open";
    networks = new Map();
    [of, last, judged, whole] = [1, undefined, undefined, undefined];
  });
  listen("lines", (told) => (told as Told[]).forEach(take));
  listen("state", (now) => {
    state = now as typeof state;
  });
  listen("over", () => {
    connection = "over";
    events.close();
  });
  events.addEventListener("error", () => {
    if (connection !== "over") connection = "lost";
    later();
  });
  new ResizeObserver(later).observe(part("charts"));
  later();
}
