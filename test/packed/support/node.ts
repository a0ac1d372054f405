/** The program in Node: what all other hosts are held against. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { FLAGS, LEARN_JS, project } from "./program.ts";

export const run = promisify(execFile);

/** What the eight lines say in Node, on one thread as on any. */
export async function learnInNode(): Promise<string> {
  const cwd = project({
    "package.json": `{ "type": "module" }`,
    "main.js": `${LEARN_JS}\nprocess.stdout.write(await learn());`,
  });
  return (await run(process.execPath, [...FLAGS, "main.js"], { cwd })).stdout;
}
