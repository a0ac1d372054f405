/** Long results in a terminal, a screen at a time. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { print } from "./conventions.ts";

/** Prints the text; where it is longer than the terminal, through $PAGER (or less, which hands short texts on). */
export async function page(text: string, wanted: boolean): Promise<void> {
  const { isTTY, rows = 24 } = process.stdout;
  if (!wanted || !isTTY || process.env.PAGER === "" || text.split("\n").length < rows) return print(text);
  const child = spawn(process.env.PAGER ?? "less", {
    shell: true,
    stdio: ["pipe", "inherit", "inherit"],
    env: { ...process.env, LESS: process.env.LESS ?? "FRX" },
  });
  // A reader who has seen enough closes the pipe, and a missing pager never opens it.
  child.stdin.on("error", () => {});
  child.stdin.end(`${text}\n`);
  const [status] = await once(child, "close");
  if (status === COMMAND_NOT_FOUND) print(text);
}

/** What a shell says of a command that it does not have. */
const COMMAND_NOT_FOUND = 127;
