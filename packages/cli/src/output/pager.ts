/** Long results in a terminal, a screen at a time. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { print } from "./conventions.ts";
import { type Shown, shown } from "./line.ts";

/** Prints the lines; where they are more than the terminal has, through $PAGER (or less, which hands short texts on). */
export async function page(lines: readonly Shown[], wanted: boolean): Promise<void> {
  const { isTTY, rows = 24 } = process.stdout;
  if (!wanted || !isTTY || process.env.PAGER === "" || lines.length < rows) return print(...lines);
  const child = spawn(process.env.PAGER ?? "less", {
    shell: true,
    stdio: ["pipe", "inherit", "inherit"],
    env: { ...process.env, LESS: process.env.LESS ?? "FRX" },
  });
  // A reader who has seen enough closes the pipe, and a missing pager never opens it.
  child.stdin.on("error", () => {});
  child.stdin.end(lines.map((line) => `${shown(line)}\n`).join(""));
  const [status] = await once(child, "close");
  if (status === COMMAND_NOT_FOUND) print(...lines);
}

/** What a shell says of a command that it does not have. */
const COMMAND_NOT_FOUND = 127;
