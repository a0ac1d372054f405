/** A part of the compiler: an opcode or an elementwise kernel that no code here executes does not compile. */
import { Transform } from "assemblyscript/transform";

const DECLARED = /graph\/elementwise-kernels|wasm\/opcodes/;
/** Numbers of these files that are no instructions; what concerns runs, the build for one thread does not need. */
const OTHER = /^(?:F64|TILE|JOB|JOB_STEPS|TRAPPED|ABSENT|LEAVE|FAILED|FAILURE|PRESENT|BEGUN|CONTROL_BYTES)$/;

export default class EveryOpcode extends Transform {
  afterParse({ sources }) {
    const isDeclaring = ({ normalizedPath }) => DECLARED.test(normalizedPath);
    const code = sources
      .filter((source) => !isDeclaring(source))
      .map(({ text }) => text.replace(/^import \{[^}]*\}/gm, ""))
      .join("\n");
    const missing = sources
      .filter(isDeclaring)
      .flatMap(({ text }) => [...text.matchAll(/^export const (\w+)/gm)])
      .map(([, name]) => name)
      .filter((name) => !OTHER.test(name) && !new RegExp(`\\b${name}\\b`).test(code));
    if (missing.length > 0) throw new Error(`assembly/ has no case for ${missing.join(", ")}`);
  }
}
