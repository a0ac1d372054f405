/** Pages in headless Chromium, with everything that they must not do turned into a failure. */
import { existsSync } from "node:fs";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";

const CHROMIUM = [process.env.CHROMIUM ?? "", "/usr/bin/chromium", "/usr/bin/google-chrome"].find(existsSync);
if (CHROMIUM === undefined) {
  if (process.env.CI) throw new Error("this test needs Chromium: apt install chromium");
  console.warn("skipped, for want of Chromium: apt install chromium (or set CHROMIUM)");
}

export const hasChromium: boolean = CHROMIUM !== undefined;

export function launch(): Promise<Browser> {
  const quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"];
  return chromium.launch({ executablePath: CHROMIUM as string, args: quiet });
}

export interface View {
  readonly width: number;
  readonly scheme: "light" | "dark";
}

export const VIEWS: readonly View[] = [1200, 360].flatMap((width) =>
  (["light", "dark"] as const).map((scheme) => ({ width, scheme })),
);

/** Shows a page and runs `look` on it. Throws where the page logged an error or asked for anything. */
export async function onPage(
  browser: Browser,
  html: string,
  view: View,
  look: (tab: Page) => Promise<void>,
): Promise<void> {
  const wrong: string[] = [];
  const options = {
    viewport: { width: view.width, height: 900 },
    colorScheme: view.scheme,
    reducedMotion: "reduce" as const,
  };
  const context = await browser.newContext(options);
  const tab = await context.newPage();
  tab.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  tab.on("pageerror", (error) => wrong.push(String(error)));
  tab.on("request", (request) => wrong.push(`a request for ${request.url()}`));
  try {
    await tab.setContent(html);
    await look(tab);
  } finally {
    await context.close();
  }
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
}

/** What axe-core finds wrong: the rule and the elements. */
export async function violations(tab: Page): Promise<string[]> {
  await tab.evaluate(axe.source);
  const found = await tab.evaluate("axe.run(document)");
  const { violations: all } = found as axe.AxeResults;
  return all.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .slice(0, 3)
        .map(({ html }) => html.slice(0, 160))
        .join(" | ")}`,
  );
}
