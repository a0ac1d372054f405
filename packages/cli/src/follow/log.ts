/** Lines of JSON, each written when it is said, so that whoever reads along has it at once. */
import { jsonLine, printJson } from "../output/conventions.ts";
import { growing } from "./growing-file.ts";

export interface Log {
  tell(line: object): void;
  end(): void;
}

/** The file begins with the first line: where training is refused, what was there stays. */
export function openLog(path: string): Log {
  if (path === "-") return { tell: printJson, end: () => undefined };
  const file = growing(path);
  return { tell: (line) => file.append(jsonLine(line)), end: () => file.close() };
}
