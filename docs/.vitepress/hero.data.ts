/** The picture of the first page, and the page behind it: what the printers of this repository make of a small network. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { contractedView, explainNet, htmlBody, parseTarget } from "@chaingrad/core/explain";
import { exampleBatch, exampleNetwork } from "@chaingrad/core/net";
import { derivationPage } from "@chaingrad/view/derivation";

const PUBLIC = resolve(import.meta.dirname, "../public/live");
/** What the backward pass to this weight needs: five equations. */
const TARGET = "W3[1,2]";

export interface Hero {
  /** The backward pass to ∂L/∂W₃, as MathML with its numbers and rules. */
  readonly equations: string;
}

declare const data: Hero;

export { data };

export default {
  load(): Hero {
    const derivation = explainNet(exampleNetwork, exampleNetwork.tensors, exampleBatch);
    mkdirSync(PUBLIC, { recursive: true });
    for (const language of ["en", "zh"] as const) {
      const title = language === "en" ? ["A network of 2, 3, 2 and 1"] : ["2-3-2-1 的网络"];
      const page = derivationPage(derivation, { title, language, digits: 4, target: "W2[1,3]" });
      writeFileSync(join(PUBLIC, `derivation.${language}.html`), page);
    }
    const equations = contractedView(derivation, parseTarget(derivation, TARGET)).filter(
      ({ kind }) => kind === "equation",
    );
    return { equations: htmlBody(equations, { digits: 4 }) };
  },
};
