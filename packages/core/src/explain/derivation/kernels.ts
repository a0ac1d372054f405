/** Which step of the compiled plan computes which value: the last link from a formula to what the machine runs. */
import { accessesOf } from "../../compile/access.ts";
import { printStep } from "../../compile/describe.ts";
import { plan } from "../../compile/plan.ts";
import type { Program } from "../../graph/program.ts";

/** For each output the step of the program's plan that writes it: "3: matmul z2@96 = h1@64 W2@24ᵀ, 1×2×3". */
export function kernelsOf(program: Program): ReadonlyMap<string, string> {
  const { streams, outputs } = plan(program);
  const [steps] = streams;
  return new Map(
    Object.entries(outputs).flatMap(([name, buffer]): [string, string][] => {
      const writes = (step: (typeof steps)[number]): boolean =>
        accessesOf(step).some((access) => access.write && access.buffer === buffer);
      const at = steps.findIndex(writes);
      return at < 0 ? [] : [[name, `${at}: ${printStep(steps[at])[0]}`]];
    }),
  );
}
