/** How far a cross-validation is: one live line on a terminal, a plain line for each fold when piped. Always on stderr. */
import { visible } from "@chaingrad/core/visible";
import type { JudgedFold } from "@chaingrad/tables/cross-validation";

export interface FoldProgress {
  fold(fold: JudgedFold, at: { readonly done: number; readonly of: number }): void;
  /** Leaves the terminal as it should be. */
  done(): void;
}

export async function makeFoldProgress(stream: NodeJS.WriteStream): Promise<FoldProgress> {
  const started = performance.now();
  const line = ({ evaluation, judged }: JudgedFold, { done, of }: { done: number; of: number }): string => {
    const left = Math.ceil((((performance.now() - started) / done) * (of - done)) / 1000);
    const [[name, value]] = Object.entries(evaluation.scores);
    const shown = value === null ? "–" : value.toPrecision(3);
    const time = done === of ? "" : left > 1 ? `  about ${left} s left` : "  about a second left";
    return visible(`fold ${String(done).padStart(String(of).length)}/${of}  ${name} ${shown} on ${judged} rows${time}`);
  };
  if (!stream.isTTY) return { fold: (fold, at) => void stream.write(`${line(fold, at)}\n`), done: () => undefined };
  const { createLogUpdate } = await import("log-update");
  const update = createLogUpdate(stream);
  return {
    fold: (fold, at) => update(line(fold, at).slice(0, (stream.columns ?? 80) - 1)),
    done: () => update.done(),
  };
}
